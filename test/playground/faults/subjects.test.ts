import { beforeEach, expect, test } from "vitest";
import type { FaultMatch } from "#playground/faults/faultRule.ts";
import { alterConfigs } from "#protocol/apis/alterConfigs.ts";
import { createPartitions } from "#protocol/apis/createPartitions.ts";
import { createTopics } from "#protocol/apis/createTopics.ts";
import { deleteTopics } from "#protocol/apis/deleteTopics.ts";
import { describeConfigs } from "#protocol/apis/describeConfigs.ts";
import { describeTopicPartitions } from "#protocol/apis/describeTopicPartitions.ts";
import { incrementalAlterConfigs } from "#protocol/apis/incrementalAlterConfigs.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { offsetDelete } from "#protocol/apis/offsetDelete.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { commitAs } from "../groupDialogue.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

let simulated: SimulatedPlayground;
let client: RawClient;
let topicId: string;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 3 });
  topicId = simulated.playground.topics()[0]?.topicId ?? "";
  client = await simulated.connect();
});

const group = { memberId: null, memberEpoch: -1, groupId: "billing" };
const orders = { name: "orders", topicId: zeroUuid };
const shape = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
const resource = { resourceType: 2, resourceName: "orders" };

test.each<[what: string, ask: () => Promise<unknown>]>([
  ["OffsetFetch by name", () => offsets(7, { topics: [{ name: "orders", partitionIndexes: [1] }] })],
  [
    "OffsetFetch of several groups",
    () => offsets(9, { groups: [{ ...group, topics: [{ ...orders, partitionIndexes: [1] }] }] }),
  ],
  [
    "OffsetFetch by id",
    () => offsets(10, { groups: [{ ...group, topics: [{ name: "", topicId, partitionIndexes: [1] }] }] }),
  ],
  ["OffsetFetch of all that was committed", () => offsets(9, { groups: [{ ...group, topics: null }] })],
  [
    "OffsetDelete",
    () =>
      client.call(offsetDelete, {
        groupId: "billing",
        topics: [{ name: "orders", partitions: [{ partitionIndex: 1 }] }],
      }),
  ],
  [
    "CreatePartitions",
    () =>
      client.call(createPartitions, {
        topics: [{ name: "orders", count: 4, assignments: null }],
        timeoutMs: 1,
        validateOnly: true,
      }),
  ],
  ["CreateTopics", () => client.call(createTopics, { topics: [{ ...shape, name: "orders" }], timeoutMs: 1 })],
  [
    "DeleteTopics by name",
    () => client.call(deleteTopics, { topicNames: ["orders"], timeoutMs: 1 }, { version: 5 }),
  ],
  [
    "DeleteTopics by id",
    () => client.call(deleteTopics, { topics: [{ name: null, topicId }], timeoutMs: 1 }),
  ],
  [
    "DescribeConfigs",
    () => client.call(describeConfigs, { resources: [{ ...resource, configurationKeys: null }] }),
  ],
  [
    "AlterConfigs",
    () => client.call(alterConfigs, { resources: [{ ...resource, configs: [] }], validateOnly: true }),
  ],
  [
    "IncrementalAlterConfigs",
    () =>
      client.call(incrementalAlterConfigs, { resources: [{ ...resource, configs: [] }], validateOnly: true }),
  ],
  ["Metadata of all topics", () => client.call(metadata, { topics: null })],
  ["Metadata of all topics, as version 0", () => client.call(metadata, { topics: [] }, { version: 0 })],
  ["Metadata by id", () => client.call(metadata, { topics: [{ name: null, topicId }] })],
  ["DescribeTopicPartitions of all topics", () => client.call(describeTopicPartitions, { topics: [] })],
])("a rule about a partition strikes %s", async (what, ask) => {
  await simulated.run(commitAs(client, 1n, { partition: 1 }));
  const api = what.split(" ")[0];
  const faultOf = (match: FaultMatch) =>
    simulated.playground.addFault({ match, action: { kind: "delay", delayMs: 1 } });
  faultOf({ api, topic: "orders", partition: 1 });
  faultOf({ api, topic: "shipments" });

  await simulated.run(ask());

  expect(simulated.playground.faults().map(({ hits }) => hits)).toEqual([1, 0]);
});

function offsets(version: number, body: Parameters<typeof client.call<typeof offsetFetch>>[1]) {
  return client.call(offsetFetch, { groupId: "billing", ...body }, { version });
}
