import { beforeEach, describe, expect, test } from "vitest";
import { consumerGroupHeartbeat } from "#protocol/apis/consumerGroupHeartbeat.ts";
import { createTopics } from "#protocol/apis/createTopics.ts";
import { describeConfigs } from "#protocol/apis/describeConfigs.ts";
import { describeGroups } from "#protocol/apis/describeGroups.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { encodeRequest } from "#protocol/message.ts";
import { commitAs, joinAs, syncAs } from "./groupDialogue.ts";
import { batchOf, produceTo } from "./produceAndFetch.ts";
import type { RawClient } from "./rawClient.ts";
import { SimulatedPlayground } from "./simulatedPlayground.ts";

let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 3 });
  client = await simulated.connect();
});

const times = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** A Fetch that asks for the same partition again and again. */
function greedyFetch(count: number, maxWaitMs = 0) {
  const partition = { partition: 0, fetchOffset: 0n, partitionMaxBytes: 1_000, logStartOffset: 0n };
  return {
    maxWaitMs,
    minBytes: 1,
    maxBytes: 1_000,
    topics: [{ topic: "orders", partitions: times(count, () => partition) }],
  };
}

describe("a question that repeats itself is answered once", () => {
  test("for topics in Metadata, by name and by id", async () => {
    const [orders] = simulated.playground.topics();
    const topicId = orders?.topicId ?? "";
    const ask = (topics: readonly { readonly name: string | null; readonly topicId?: string }[]) =>
      simulated.run(client.call(metadata, { topics }));

    const byName = await ask(times(500, () => ({ name: "orders" })));
    const byId = await ask(times(500, () => ({ name: null, topicId })));

    expect([byName, byId].map(({ topics }) => topics.map(({ name }) => name))).toEqual([
      ["orders"],
      ["orders"],
    ]);
  });

  test("for groups in DescribeGroups and OffsetFetch", async () => {
    const member = await simulated.run(joinAs(client));
    await simulated.run(syncAs(client, member, { [member.memberId]: [0] }));
    await simulated.run(commitAs(client, 5n, member));

    const described = await simulated.run(
      client.call(describeGroups, { groups: times(1_000, () => "billing") }),
    );
    const groups = times(1_000, () => ({ groupId: "billing", topics: null }));
    const fetched = await simulated.run(
      client.call(offsetFetch, { groups, requireStable: false }, { version: 9 }),
    );

    expect(described.groups.map(({ groupId }) => groupId)).toEqual(["billing"]);
    expect(fetched.groups.map(({ groupId }) => groupId)).toEqual(["billing"]);
  });

  test("for resources in DescribeConfigs", async () => {
    const resources = times(1_000, () => ({
      resourceType: 2,
      resourceName: "orders",
      configurationKeys: null,
    }));

    const { results } = await simulated.run(client.call(describeConfigs, { resources }, { version: 4 }));

    expect(results.map(({ resourceName }) => resourceName)).toEqual(["orders"]);
  });

  test("for partitions in Fetch, whether it waits or not", async () => {
    const atOnce = await simulated.run(client.call(fetch, greedyFetch(1_000), { version: 6 }));
    const waiting = client.call(fetch, greedyFetch(1_000, 10_000), { version: 6 });
    const producer = await simulated.connect();
    await simulated.run(produceTo(producer, 0, batchOf("a")));
    const later = await simulated.run(waiting);

    const indexes = [atOnce, later].map(({ responses }) =>
      responses.map(({ partitions }) => partitions.map((each) => each.partitionIndex)),
    );
    expect(indexes).toEqual([[[0]], [[0]]]);
  });
});

describe("a request that is too much", () => {
  test("ends the connection, with the reason, before it is decoded", async () => {
    const body = greedyFetch(200_000);
    client.write(encodeRequest(fetch, { version: 6, correlationId: 1, clientId: "greedy" }, body));

    await simulated.run(client.closed);

    expect(simulated.ended.map(({ reason }) => reason)).toEqual([
      "a Fetch request is garbage: topics[0].partitions: the message has more elements than are accepted",
    ]);
  });

  test("for thousands of topics at once is carried out without counting all of them for each", async () => {
    const topics = times(10_000, (index) => ({
      name: `t${index}`,
      numPartitions: 1,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    }));
    const again = [...topics, ...topics.slice(0, 5)];

    const first = await simulated.run(client.call(createTopics, { topics: again, timeoutMs: 1_000 }));

    // Ten thousand squared took seconds; each topic is looked at once now.
    expect(first.topics.filter(({ errorCode }) => errorName(errorCode) === "NONE")).toHaveLength(9_995);
    expect(simulated.playground.topics()).toHaveLength(1 + 9_995);
  });
});

describe("a group", () => {
  const joining = (metadataBytes: number) => ({
    groupId: "greedy",
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 1_000,
    memberId: "",
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: new Uint8Array(metadataBytes) }],
  });

  test("takes no member whose metadata Kafka could not keep", async () => {
    const refused = await simulated.run(client.call(joinGroup, joining(2 << 20), { version: 3 }));
    const joined = await simulated.run(client.call(joinGroup, joining(1_000), { version: 3 }));

    expect([refused, joined].map(({ errorCode }) => errorName(errorCode))).toEqual([
      "UNKNOWN_SERVER_ERROR",
      "NONE",
    ]);
  });
});

test("members that name thousands of topics that do not exist do not make each other wait", {
  timeout: 20_000,
}, async () => {
  const heartbeat = (member: number) =>
    simulated.run(
      client.call(consumerGroupHeartbeat, {
        groupId: "greedy",
        memberId: `member-${member}`,
        memberEpoch: 0,
        rebalanceTimeoutMs: 5_000,
        subscribedTopicNames: times(20_000, (index) => `topic-${member}-${index}`),
        topicPartitions: [],
      }),
    );

  const errors: string[] = [];
  for (let member = 0; member < 50; member++) errors.push(errorName((await heartbeat(member)).errorCode));

  // A second or two; all names of all members were put in order for each of them, which took more than twenty.
  expect(errors).toEqual(times(50, () => "NONE"));
});

test("requests of a client that waits are read only up to a bound", async () => {
  // Given a connection that waits, and more behind it than may be held
  const wait = encodeRequest(
    fetch,
    { version: 6, correlationId: 1, clientId: "pushy" },
    greedyFetch(1, 30_000),
  );
  client.write(wait);
  const large = encodeRequest(
    fetch,
    { version: 6, correlationId: 2, clientId: "pushy" },
    { ...greedyFetch(1), rackId: "" },
  );
  for (let count = 0; count < 300; count++) client.write(large);
  await simulated.clock.advance(1_000);

  // When the wait is over
  const frames = times(301, () => client.nextFrame());
  await simulated.clock.advance(40_000);

  // Then everything is answered: nothing that was held back got lost
  expect(await simulated.run(Promise.all(frames))).toHaveLength(301);
});
