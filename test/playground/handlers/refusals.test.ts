import { beforeEach, describe, expect, test } from "vitest";
import { createPartitions } from "#protocol/apis/createPartitions.ts";
import { deleteTopics } from "#protocol/apis/deleteTopics.ts";
import { describeConfigs } from "#protocol/apis/describeConfigs.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { incrementalAlterConfigs } from "#protocol/apis/incrementalAlterConfigs.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { offsetForLeaderEpoch } from "#protocol/apis/offsetForLeaderEpoch.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { batchOf, produceTo } from "../produceAndFetch.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

// Each as Apache Kafka 4.3.1 answered it.

let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 2 });
  client = await simulated.connect();
});

test("a batch that the log refuses is answered with where the log starts, one that never reached it is not", async () => {
  const records = [{ timestamp: 1n, key: null, value: null }];
  const gap = encodeBatch({ baseOffset: 3n, records });
  const damaged = batchOf("a");
  damaged[damaged.length - 1] = 9;

  const refusedByLog = await simulated.run(produceTo(client, 0, gap));
  const refusedBefore = await simulated.run(produceTo(client, 0, damaged));

  expect([refusedByLog, refusedBefore].map(({ errorCode }) => errorName(errorCode))).toEqual([
    "INVALID_RECORD",
    "CORRUPT_MESSAGE",
  ]);
  expect([refusedByLog.logStartOffset, refusedBefore.logStartOffset]).toEqual([0n, -1n]);
});

test("a batch that is there already is answered with its own newest time", async () => {
  const records = [{ timestamp: 1_234n, key: null, value: null }];
  const batch = encodeBatch({ baseOffset: 0n, records, producerId: 5n, producerEpoch: 0, baseSequence: 0 });

  const first = await simulated.run(produceTo(client, 0, batch));
  const again = await simulated.run(produceTo(client, 0, batch));

  expect([first.logAppendTimeMs, again.logAppendTimeMs]).toEqual([-1n, 1_234n]);
});

test("a partition asked for twice in ListOffsets is refused once, the others are answered", async () => {
  const partitions = [0, 1, 0].map((partitionIndex) => ({ partitionIndex, timestamp: -1n }));

  const { topics } = await simulated.run(
    client.call(listOffsets, { replicaId: -1, topics: [{ name: "orders", partitions }] }),
  );

  const answered = topics[0]?.partitions.map((each) => [each.partitionIndex, errorName(each.errorCode)]);
  expect(answered).toEqual([
    [0, "INVALID_REQUEST"],
    [1, "NONE"],
  ]);
});

test("no leader epoch ends nowhere", async () => {
  const partitions = [{ partition: 0, leaderEpoch: -1 }];

  const { topics } = await simulated.run(
    client.call(offsetForLeaderEpoch, { topics: [{ topic: "orders", partitions }] }),
  );

  expect(topics[0]?.partitions).toMatchObject([{ errorCode: 0, leaderEpoch: -1, endOffset: -1n }]);
});

test("a partition that is not there has an empty list of aborted transactions, one that is has none", async () => {
  const partitions = [0, 9].map((partition) => ({ partition, fetchOffset: 0n, partitionMaxBytes: 100 }));

  const { responses } = await simulated.run(
    client.call(
      fetch,
      { maxWaitMs: 0, minBytes: 0, topics: [{ topic: "orders", partitions }] },
      { version: 12 },
    ),
  );

  const lists = responses.flatMap((topic) => topic.partitions.map((each) => each.abortedTransactions));
  expect(lists).toEqual([null, []]);
});

test.each([10, 11])(
  "Metadata of version %s, asked by the id of a topic, refuses instead of failing",
  async (version) => {
    const topicId = simulated.playground.topics()[0]?.topicId ?? "";

    const { topics } = await simulated.run(
      client.call(metadata, { topics: [{ name: null, topicId }] }, { version }),
    );

    expect(topics.map(({ name, errorCode }) => [name, errorName(errorCode)])).toEqual([
      ["", "INVALID_REQUEST"],
    ]);
    expect(simulated.ended).toEqual([]);
  },
);

describe("partitions that are added", () => {
  const grow = async (count: number, brokerIds: readonly (readonly number[])[]) => {
    const assignments = brokerIds.map((each) => ({ brokerIds: each }));
    const topics = [{ name: "orders", count, assignments }];
    const answer = await simulated.run(
      client.call(createPartitions, { topics, timeoutMs: 1_000, validateOnly: false }),
    );
    return answer.results.map(({ errorCode }) => errorName(errorCode));
  };

  test.each([
    { what: "a broker that is not there", count: 3, brokerIds: [[9]] },
    { what: "more lists than partitions", count: 3, brokerIds: [[1], [1]] },
  ])("cannot be placed on $what", async ({ count, brokerIds }) => {
    expect(await grow(count, brokerIds)).toEqual(["INVALID_REPLICA_ASSIGNMENT"]);
    expect(simulated.playground.topics()[0]?.partitions).toHaveLength(2);
  });

  test("are placed where the client wants them", async () => {
    expect(await grow(3, [[1]])).toEqual(["NONE"]);
    expect(simulated.playground.topics()[0]?.partitions).toHaveLength(3);
  });
});

test("a topic is deleted by its name or by its id, not by both or neither", async () => {
  const topicId = simulated.playground.topics()[0]?.topicId ?? "";
  const named = [
    { name: "orders", topicId },
    { name: null, topicId: zeroUuid },
  ];

  const { responses } = await simulated.run(client.call(deleteTopics, { topics: named, timeoutMs: 1_000 }));

  expect(responses.map(({ errorCode }) => errorName(errorCode))).toEqual([
    "INVALID_REQUEST",
    "INVALID_REQUEST",
  ]);
  expect(simulated.playground.topics()).toHaveLength(1);
});

describe("single settings of a topic (KIP-339)", () => {
  const [set, append, subtract] = [0, 2, 3];
  const change = async (name: string, configOperation = set, value: string | null = null) => {
    const configs = [{ name, configOperation: configOperation ?? 0, value }];
    const resources = [{ resourceType: 2, resourceName: "orders", configs }];
    const { responses } = await simulated.run(
      client.call(incrementalAlterConfigs, { resources, validateOnly: false }),
    );
    return responses.map(({ errorCode }) => errorName(errorCode))[0];
  };
  const settingOf = async (name: string) => {
    const resources = [{ resourceType: 2, resourceName: "orders", configurationKeys: [name] }];
    const { results } = await simulated.run(client.call(describeConfigs, { resources }));
    return results[0]?.configs[0]?.value;
  };

  test("lists are added to and taken from", async () => {
    const added = await change("cleanup.policy", append, "compact");
    const both = await settingOf("cleanup.policy");
    const taken = await change("cleanup.policy", subtract, "delete");

    expect([added, taken]).toEqual(["NONE", "NONE"]);
    expect([both, await settingOf("cleanup.policy")]).toEqual(["delete,compact", "compact"]);
  });

  test.each([
    ["what is no list takes nothing more", "retention.ms", append, "5", "INVALID_CONFIG"],
    ["a policy that does not exist", "cleanup.policy", set, "burn", "INVALID_CONFIG"],
    ["a kind of timestamps that does not exist", "message.timestamp.type", set, "Moon", "INVALID_CONFIG"],
    ["an operation that does not exist", "retention.ms", 9, "5", "INVALID_REQUEST"],
    ["a value that is missing", "retention.ms", set, null, "INVALID_REQUEST"],
  ] as const)("%s: refused", async (_what, name, operation, value, error) => {
    expect(await change(name, operation, value)).toBe(error);
  });
});
