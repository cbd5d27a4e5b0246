import { beforeEach, expect, test } from "vitest";
import type { FaultAction } from "#playground/faults/faultRule.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { produce } from "#protocol/apis/produce.ts";
import { encodeRequest } from "#protocol/message.ts";
import { batchOf } from "../produceAndFetch.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 1 });
  client = await simulated.connect();
});

function produceWithoutAnswer(): void {
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records: batchOf("a") }] }];
  const options = { version: 9, correlationId: 1, clientId: "raw" };
  client.write(encodeRequest(produce, options, { acks: 0, timeoutMs: 1_000, topicData }));
}

test.each<[string, FaultAction]>([
  ["instead of acting", { kind: "error", code: "NOT_LEADER_OR_FOLLOWER" }],
  ["for a partition", { kind: "partitionError", code: "NOT_LEADER_OR_FOLLOWER" }],
])("an error %s ends the connection of a producer that wants no answers (acks=0)", async (_how, action) => {
  simulated.playground.addFault({ match: { api: "Produce" }, action });
  const answer = client.nextFrame();

  produceWithoutAnswer();

  await expect(simulated.run(answer)).rejects.toThrow("closed");
  expect(simulated.ended).toMatchObject([
    { reason: "a fault answers NOT_LEADER_OR_FOLLOWER to a request that expects no answer" },
  ]);
});

test.each(["request", "response"] as const)(
  "behind a request that is never answered (%s), nothing on its connection is",
  async (at) => {
    simulated.playground.addFault({ match: { api: "Heartbeat" }, action: { kind: "drop" }, at, times: 1 });
    const answers: string[] = [];
    const lost = (error: unknown) => void answers.push(String(error));
    const body = { groupId: "billing", generationId: 1, memberId: "m" };
    client.call(heartbeat, body).then(() => answers.push("heartbeat"), lost);
    client.call(metadata, { topics: [] }).then(() => answers.push("metadata"), lost);

    await simulated.clock.advance(60_000);

    expect(answers).toEqual([]);
    const other = await simulated.connect();
    expect((await simulated.run(other.call(heartbeat, body))).errorCode).toBeGreaterThan(0);
    client.close();
    await simulated.clock.advance(100);
    expect(simulated.ended).toMatchObject([{ reason: "the client closed it" }]);
  },
);

test("a request that is dropped and expects no answer holds nobody up", async () => {
  simulated.playground.addFault({ match: { api: "Produce" }, action: { kind: "drop" } });
  produceWithoutAnswer();

  const behind = await simulated.run(client.call(metadata, { topics: [] }));

  expect(behind.brokers).toHaveLength(1);
});
