import { expect, test } from "vitest";
import type { PlaygroundSettingsInput } from "#playground/settings.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { consumerGroupDescribe } from "#protocol/apis/consumerGroupDescribe.ts";
import { consumerGroupHeartbeat } from "#protocol/apis/consumerGroupHeartbeat.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const software = { clientSoftwareName: "x", clientSoftwareVersion: "1" };

async function advertisedBy(kafkaVersion: NonNullable<PlaygroundSettingsInput["kafkaVersion"]>) {
  const simulated = await SimulatedPlayground.start({ settings: { kafkaVersion } });
  const client = await simulated.connect();
  const answer = await simulated.run(client.call(apiVersions, software, { version: 3 }));
  const versions = new Map(
    answer.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, `${minVersion}-${maxVersion}`]),
  );
  const features = answer.finalizedFeatures.map(({ name, maxVersionLevel }) => `${name}=${maxVersionLevel}`);
  return { versions, features };
}

// Produce, Fetch, OffsetCommit, EndTxn, ListTransactions, ConsumerGroupHeartbeat.
test.each([
  ["2.8", ["3-9", "4-12", "2-8", "0-3", undefined, undefined], []],
  ["3.9", ["3-11", "4-17", "2-9", "0-4", "0-1", "0-0"], []],
  ["4.3", ["0-13", "4-18", "2-10", "0-5", "0-2", "0-1"], ["group.version=1", "transaction.version=2"]],
  ["4.4", ["0-13", "4-18", "2-10", "0-5", "0-2", "0-1"], ["group.version=1", "transaction.version=2"]],
] as const)("Kafka %s has these versions and features", async (release, versions, features) => {
  const advertised = await advertisedBy(release);

  expect([0, 1, 8, 26, 66, 68].map((key) => advertised.versions.get(key))).toEqual(versions);
  expect(advertised.features).toEqual(features);
});

test("a version that the release does not have ends the connection", async () => {
  const simulated = await SimulatedPlayground.start({ settings: { kafkaVersion: "2.8" } });
  const client = await simulated.connect();

  const asked = client.call(apiVersions, software, { version: 3 }).then(() => {
    const frame = new Uint8Array(18);
    const view = new DataView(frame.buffer);
    view.setInt32(0, 14);
    view.setInt16(4, 1);
    view.setInt16(6, 13);
    client.write(frame);
    return client.closed;
  });

  await simulated.run(asked);
  expect(simulated.ended[0]?.reason).toBe("Fetch version 13 is not served, only 4 to 12");
});

test.each([
  [{ kafkaVersion: "3.9" }, ["UNSUPPORTED_VERSION", "UNSUPPORTED_VERSION"]],
  // As a broker of 3.9.2 whose properties say group.coordinator.rebalance.protocols=classic,consumer.
  [{ kafkaVersion: "3.9", rebalanceProtocols: "classic,consumer" }, ["NONE", "NONE"]],
  [{ kafkaVersion: "4.3" }, ["NONE", "NONE"]],
  [{ kafkaVersion: "4.3", rebalanceProtocols: "classic" }, ["UNSUPPORTED_VERSION", "UNSUPPORTED_VERSION"]],
] as const)("a consumer group (KIP-848) with %o: %j", async (settings, expected) => {
  const simulated = await SimulatedPlayground.start({ settings });
  const client = await simulated.connect();
  const memberId = "AAAAAAAAAAAAAAAAAAAAAQ";
  const joining = { groupId: "billing", memberId, memberEpoch: 0, rebalanceTimeoutMs: 5_000 };

  const joined = await simulated.run(
    client.call(
      consumerGroupHeartbeat,
      { ...joining, subscribedTopicNames: ["orders"], topicPartitions: [] },
      { version: 0 },
    ),
  );
  const described = await simulated.run(
    client.call(
      consumerGroupDescribe,
      { groupIds: ["billing"], includeAuthorizedOperations: false },
      { version: 0 },
    ),
  );

  const codes = [joined.errorCode, described.groups[0]?.errorCode ?? -1];
  expect(codes.map(errorName)).toEqual(expected);
});
