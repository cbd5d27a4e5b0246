import { beforeEach, expect, test } from "vitest";
import { createTopics } from "#protocol/apis/createTopics.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { errorName } from "#protocol/errorCodes.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start({ nodes: 3 });
  client = await simulated.connect();
});

/** Creates `orders` with these replicas for each partition. */
async function createOn(
  replicas: readonly (readonly number[])[],
  options: { readonly numPartitions?: number; readonly first?: number } = {},
) {
  const { numPartitions = -1, first = 0 } = options;
  const assignments = replicas.map((brokerIds, index) => ({ partitionIndex: first + index, brokerIds }));
  const answer = await simulated.run(
    client.call(createTopics, {
      topics: [{ name: "orders", numPartitions, replicationFactor: -1, assignments, configs: [] }],
    }),
  );
  const [topic] = answer.topics;
  return `${errorName(topic?.errorCode ?? -1)} ${topic?.errorMessage ?? ""}`.trim();
}

test("a topic is where its client wants it", async () => {
  const created = await createOn([
    [3, 1],
    [2, 3],
  ]);

  const answer = await simulated.run(client.call(metadata, { topics: [{ name: "orders" }] }));
  expect(created).toBe("NONE");
  expect(answer.topics[0]?.partitions).toMatchObject([
    { leaderId: 3, replicaNodes: [3, 1], isrNodes: [3, 1] },
    { leaderId: 2, replicaNodes: [2, 3], isrNodes: [2, 3] },
  ]);
});

test("a replica on a node that is down is out of sync from the beginning", async () => {
  simulated.playground.stopNode(3);

  const created = await createOn([[3, 1]]);

  const answer = await simulated.run(client.call(metadata, { topics: [{ name: "orders" }] }));
  expect(created).toBe("NONE");
  expect(answer.topics[0]?.partitions).toMatchObject([
    { leaderId: 1, replicaNodes: [3, 1], isrNodes: [1], offlineReplicas: [3] },
  ]);
});

test.each<[string, readonly (readonly number[])[], { numPartitions?: number; first?: number }, RegExp]>([
  ["a number of partitions beside", [[1]], { numPartitions: 1 }, /^INVALID_REQUEST A manual/],
  ["partitions that do not begin at 0", [[1]], { first: 1 }, /^INVALID_REPLICA_ASSIGNMENT .*consecutive/],
  ["no replicas", [[]], {}, /^INVALID_REPLICA_ASSIGNMENT .*empty replica list/],
  ["a node that is not there", [[1, 9]], {}, /^INVALID_REPLICA_ASSIGNMENT .*broker 9/],
  ["a node twice", [[1, 1]], {}, /^INVALID_REPLICA_ASSIGNMENT .*more than once/],
  ["different numbers of replicas", [[1], [1, 2]], {}, /^INVALID_REPLICA_ASSIGNMENT .*not consistent/],
])("%s is refused", async (_, replicas, options, message) => {
  expect(await createOn(replicas, options)).toMatch(message);
});

test.each([
  ["a.b", "a_b", "INVALID_TOPIC_EXCEPTION"],
  ["a_b", "a.b", "INVALID_TOPIC_EXCEPTION"],
  ["a.b_c", "a_b.c", "INVALID_TOPIC_EXCEPTION"],
  ["a.b", "a.b", "TOPIC_ALREADY_EXISTS"],
  ["a.b", "a-b", "NONE"],
])("beside %s, %s is answered %s, as their metrics would have one name", async (known, name, error) => {
  simulated.playground.createTopic(known, { partitions: 1 });

  const wanted = { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  const answer = await simulated.run(client.call(createTopics, { topics: [wanted] }));

  expect(errorName(answer.topics[0]?.errorCode ?? -1)).toBe(error);
});
