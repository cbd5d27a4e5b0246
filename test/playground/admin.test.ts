import { beforeEach, describe, expect, test } from "vitest";
import type { ResponseOf } from "#protocol/api.ts";
import { createTopics } from "#protocol/apis/createTopics.ts";
import { deleteGroups } from "#protocol/apis/deleteGroups.ts";
import { deleteTopics } from "#protocol/apis/deleteTopics.ts";
import { describeGroups } from "#protocol/apis/describeGroups.ts";
import { describeTopicPartitions } from "#protocol/apis/describeTopicPartitions.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { listGroups } from "#protocol/apis/listGroups.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { offsetDelete } from "#protocol/apis/offsetDelete.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { commitAs, joinAs, syncAs } from "./groupDialogue.ts";
import { produceTo } from "./produceAndFetch.ts";
import type { RawClient } from "./rawClient.ts";
import { SimulatedPlayground } from "./simulatedPlayground.ts";

let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start({ settings: { maxPartitions: 50 } });
  simulated.playground.createTopic("orders", { partitions: 3 });
  client = await simulated.connect();
});

async function stableMember() {
  const member = await simulated.run(joinAs(client));
  await simulated.run(syncAs(client, member, { [member.memberId]: [0, 1, 2] }));
  return member;
}

describe("topics", () => {
  const usual = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };

  test.each([
    ["a name that exists", { ...usual, name: "orders" }, "TOPIC_ALREADY_EXISTS"],
    ["a name with spaces", { ...usual, name: "my orders" }, "INVALID_TOPIC_EXCEPTION"],
    ["the name ..", { ...usual, name: ".." }, "INVALID_TOPIC_EXCEPTION"],
    ["no partitions", { ...usual, name: "new", numPartitions: 0 }, "INVALID_PARTITIONS"],
    ["too many replicas", { ...usual, name: "new", replicationFactor: 2 }, "INVALID_REPLICATION_FACTOR"],
    ["more than the playground holds", { ...usual, name: "new", numPartitions: 48 }, "POLICY_VIOLATION"],
    ["an unknown config", { ...usual, name: "new", configs: [{ name: "x", value: "1" }] }, "INVALID_CONFIG"],
    [
      "a config that is no number",
      { ...usual, name: "new", configs: [{ name: "retention.ms", value: "long" }] },
      "INVALID_CONFIG",
    ],
  ])("with %s are not created", async (_what, topic, error) => {
    const { topics } = await simulated.run(client.call(createTopics, { topics: [topic] }));

    expect(topics.map(({ errorCode }) => errorName(errorCode))).toEqual([error]);
    expect(simulated.playground.topics().map((each) => each.topic)).toEqual(["orders"]);
  });

  test("with -1 for their numbers get the defaults", async () => {
    const wanted = { ...usual, name: "new", numPartitions: -1, replicationFactor: -1 };

    const { topics } = await simulated.run(client.call(createTopics, { topics: [wanted] }));

    expect(topics[0]).toMatchObject({ errorCode: 0, numPartitions: 1, replicationFactor: 1 });
  });

  test("are only checked when the client asks for no more", async () => {
    const topics = [{ ...usual, name: "new" }];

    const answer = await simulated.run(client.call(createTopics, { topics, validateOnly: true }));

    expect(answer.topics[0]?.errorCode).toBe(0);
    expect(simulated.playground.topics().length).toBe(1);
  });

  test("take what groups committed with them", async () => {
    await simulated.run(commitAs(client, 5n));

    await simulated.run(
      client.call(deleteTopics, { topicNames: ["orders"], timeoutMs: 100 }, { version: 5 }),
    );

    const groups = [{ groupId: "billing", topics: null }];
    const answer = await simulated.run(client.call(offsetFetch, { groups }, { version: 9 }));
    expect(answer.groups[0]?.topics).toEqual([]);
  });

  test("are found by id, which a topic of the same name made later does not share", async () => {
    const find = async (topicId: string) => {
      const { topics } = await simulated.run(client.call(metadata, { topics: [{ name: null, topicId }] }));
      return [topics[0]?.name, errorName(topics[0]?.errorCode ?? -1)];
    };
    const before = simulated.playground.topics()[0]?.topicId ?? "";

    simulated.playground.deleteTopic("orders");
    simulated.playground.createTopic("orders");
    const after = simulated.playground.topics()[0]?.topicId ?? "";

    expect(await find(before)).toEqual([null, "UNKNOWN_TOPIC_ID"]);
    expect(await find(after)).toEqual(["orders", "NONE"]);
  });

  test("come into being by being asked for, where that is switched on", async () => {
    const generous = await SimulatedPlayground.start({ settings: { autoCreateTopics: true } });
    const asking = await generous.connect();
    const ask = (allowAutoTopicCreation: boolean) =>
      generous.run(asking.call(metadata, { topics: [{ name: "new" }], allowAutoTopicCreation }));

    const refused = await ask(false);
    const created = await ask(true);

    expect(errorName(refused.topics[0]?.errorCode ?? -1)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
    expect(created.topics[0]).toMatchObject({ errorCode: 0, name: "new" });
  });

  test("do not come into being by being asked for under a name that collides, and stay unknown", async () => {
    const generous = await SimulatedPlayground.start({ settings: { autoCreateTopics: true } });
    generous.playground.createTopic("a.b");
    const asking = await generous.connect();
    const topics = [{ name: "a_b" }, { name: "a_c" }];

    const first = await generous.run(asking.call(metadata, { topics, allowAutoTopicCreation: true }));
    const again = await generous.run(asking.call(metadata, { topics, allowAutoTopicCreation: true }));

    for (const answer of [first, again]) {
      const codes = answer.topics.map(({ name, errorCode }) => `${name} ${errorName(errorCode)}`);
      expect(codes).toEqual(["a_b UNKNOWN_TOPIC_OR_PARTITION", "a_c NONE"]);
    }
    expect(generous.playground.topics().map(({ topic }) => topic)).toEqual(["a.b", "a_c"]);
  });

  test("cannot be made by the playground itself under a name that collides", () => {
    simulated.playground.createTopic("a.b_c");

    expect(() => simulated.playground.createTopic("a_b.c")).toThrow("a_b.c collides with a.b_c");
  });

  test("are described in pages", async () => {
    simulated.playground.createTopic("payments", { partitions: 2 });
    const seen: string[] = [];
    let cursor: { topicName: string; partitionIndex: number } | null = null;

    do {
      const answer: ResponseOf<typeof describeTopicPartitions> = await simulated.run(
        client.call(describeTopicPartitions, { topics: [], responsePartitionLimit: 2, cursor }),
      );
      for (const { name, partitions } of answer.topics) {
        seen.push(...partitions.map(({ partitionIndex }) => `${name}-${partitionIndex}`));
      }
      cursor = answer.nextCursor;
    } while (cursor);

    expect(seen).toEqual(["orders-0", "orders-1", "orders-2", "payments-0", "payments-1"]);
  });
});

describe("offsets", () => {
  beforeEach(async () => {
    const records = [1_000n, 3_000n, 2_000n].map((timestamp) => ({ timestamp, key: null, value: null }));
    await simulated.run(produceTo(client, 0, encodeBatch({ baseOffset: 0n, records })));
  });

  test.each([
    [-1n, 11, { errorCode: 0, offset: 3n, timestamp: -1n }],
    [-2n, 11, { errorCode: 0, offset: 0n, timestamp: -1n }],
    [-3n, 11, { errorCode: 0, offset: 1n, timestamp: 3_000n }],
    [-4n, 11, { errorCode: 0, offset: 0n, timestamp: -1n }],
    [-5n, 11, { errorCode: 0, offset: -1n, timestamp: -1n }],
    [0n, 11, { errorCode: 0, offset: 0n, timestamp: 1_000n }],
    [1_500n, 11, { errorCode: 0, offset: 1n, timestamp: 3_000n }],
    [9_000n, 11, { errorCode: 0, offset: -1n, timestamp: -1n }],
    [-3n, 6, { errorCode: 35 }],
    [-9n, 11, { errorCode: 35 }],
  ])("for timestamp %s in version %s are %o", async (timestamp, version, expected) => {
    const topics = [{ name: "orders", partitions: [{ partitionIndex: 0, timestamp }] }];

    const answer = await simulated.run(client.call(listOffsets, { replicaId: -1, topics }, { version }));

    expect(answer.topics[0]?.partitions[0]).toMatchObject(expected);
  });
});

describe("groups", () => {
  test("are listed by state and type, whatever the case", async () => {
    await stableMember();
    const list = async (filter: { statesFilter?: string[]; typesFilter?: string[] }) =>
      (await simulated.run(client.call(listGroups, filter))).groups.map(({ groupId }) => groupId);

    expect(await list({})).toEqual(["billing"]);
    expect(await list({ statesFilter: ["STABLE"], typesFilter: ["Classic"] })).toEqual(["billing"]);
    expect(await list({ statesFilter: ["Empty"] })).toEqual([]);
    expect(await list({ typesFilter: ["consumer"] })).toEqual([]);
  });

  test("that nobody knows are dead, or not found since KIP-1043", async () => {
    const describe_ = async (version: number) => {
      const { groups } = await simulated.run(
        client.call(describeGroups, { groups: ["nobody"] }, { version }),
      );
      return [errorName(groups[0]?.errorCode ?? -1), groups[0]?.groupState];
    };

    expect(await describe_(5)).toEqual(["NONE", "Dead"]);
    expect(await describe_(6)).toEqual(["GROUP_ID_NOT_FOUND", "Dead"]);
  });

  test("show what their members do only while they are stable", async () => {
    const ask = async () =>
      (await simulated.run(client.call(describeGroups, { groups: ["billing"] }))).groups[0]?.members[0];
    await simulated.run(joinAs(client));

    const before = await ask();
    await stableMember();
    const after = await ask();

    expect(before?.memberMetadata.length).toBe(0);
    expect(after?.memberMetadata.length).toBeGreaterThan(0);
    expect(after?.memberAssignment.length).toBeGreaterThan(0);
  });

  test("can be deleted only while they are empty, with their offsets", async () => {
    const remove = async () => {
      const answer = await simulated.run(
        client.call(deleteGroups, { groupsNames: ["billing", "nobody"] }, { version: 2 }),
      );
      return answer.results.map(({ errorCode }) => errorName(errorCode));
    };
    const member = await stableMember();
    await simulated.run(commitAs(client, 5n, member));

    const whileStable = await remove();
    await simulated.clock.advance(11_000);
    const whileEmpty = await remove();

    expect(whileStable).toEqual(["NON_EMPTY_GROUP", "GROUP_ID_NOT_FOUND"]);
    expect(whileEmpty).toEqual(["NONE", "GROUP_ID_NOT_FOUND"]);
    expect(simulated.of("group.deleted")).toMatchObject([{ groupId: "billing" }]);
  });

  test("keep offsets of topics that are consumed, and give up others", async () => {
    simulated.playground.createTopic("payments");
    const member = await stableMember();
    await simulated.run(commitAs(client, 5n, member));
    const topics = ["orders", "payments"].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] }));

    const answer = await simulated.run(client.call(offsetDelete, { groupId: "billing", topics }));

    expect(answer.topics.map((topic) => errorName(topic.partitions[0]?.errorCode ?? -1))).toEqual([
      "GROUP_SUBSCRIBED_TO_TOPIC",
      "NONE",
    ]);
  });

  test("are coordinated by one node each, and the others say so", async () => {
    const pair = await SimulatedPlayground.start({ nodes: 2 });
    const nodes = [await pair.connect(1), await pair.connect(2)];
    const [first] = nodes;
    if (!first) throw new Error("no node");
    const found = await pair.run(first.call(findCoordinator, { coordinatorKeys: ["billing"] }));
    const coordinator = found.coordinators[0]?.nodeId ?? 0;

    const answers = [];
    for (const node of nodes) {
      const request = { groupId: "billing", generationId: 1, memberId: "x" };
      answers.push(errorName((await pair.run(node.call(heartbeat, request))).errorCode));
    }

    expect(answers[coordinator - 1]).toBe("UNKNOWN_MEMBER_ID");
    expect(answers[2 - coordinator]).toBe("NOT_COORDINATOR");
  });

  test("of another kind have no coordinator, and a client is told why", async () => {
    const answer = await simulated.run(client.call(findCoordinator, { keyType: 2, coordinatorKeys: ["g"] }));

    expect(answer.coordinators[0]).toMatchObject({
      errorCode: 42,
      errorMessage: "the playground has no share groups yet",
    });
  });
});
