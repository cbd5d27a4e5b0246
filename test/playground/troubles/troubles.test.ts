import { beforeEach, describe, expect, test } from "vitest";
import { PlaygroundError } from "#playground/playgroundError.ts";
import type { TroubleTarget } from "#playground/troubles/trouble.ts";
import { consumerGroupHeartbeat } from "#protocol/apis/consumerGroupHeartbeat.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { commitAs, joinAs, syncAs } from "../groupDialogue.ts";
import { batchOf, fetchFrom, produceTo } from "../produceAndFetch.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const orders0 = { topic: "orders", partition: 0 };

let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 2 });
  client = await simulated.connect();
});

async function stableMember() {
  const joined = await simulated.run(joinAs(client));
  await simulated.run(syncAs(client, joined, { [joined.memberId]: [0, 1] }));
  return joined;
}

async function beat({ memberId, generationId }: { memberId: string; generationId: number }) {
  const answer = await simulated.run(client.call(heartbeat, { groupId: "billing", memberId, generationId }));
  return errorName(answer.errorCode);
}

const start = (id: string, target: TroubleTarget) => simulated.run(simulated.playground.trouble(id, target));

describe("a group of KIP-848", () => {
  test.each(["holdJoinGroup", "holdSyncGroup"])("is refused %s, with the reason", async (id) => {
    await simulated.run(
      client.call(consumerGroupHeartbeat, {
        groupId: "billing",
        memberId: "AAAAAAAAAAAAAAAAAAAAAQ",
        memberEpoch: 0,
        rebalanceTimeoutMs: 5_000,
        subscribedTopicNames: ["orders"],
        topicPartitions: [],
      }),
    );

    const started = start(id, { groupId: "billing" });

    await expect(started).rejects.toThrow("it is a consumer group (KIP-848)");
    expect(simulated.playground.faults()).toEqual([]);
    if (id === "holdSyncGroup") {
      expect(() => simulated.playground.holdSyncGroup("billing")).toThrow(PlaygroundError);
    }
  });
});

describe("the list of troubles", () => {
  test("says of each what it is and what it needs, once", () => {
    const troubles = simulated.playground.troubles();

    expect(new Set(troubles.map(({ id }) => id)).size).toBe(troubles.length);
    for (const { title, description, needs } of troubles) {
      expect(title).toMatch(/^[A-Z].*[^.]$/);
      expect(description).toMatch(/^[A-Z].*\.$/);
      expect(Array.isArray(needs)).toBe(true);
    }
    expect(troubles.length).toBeGreaterThan(25);
  });

  test.each([
    ["nonsense", {}, 'There is no trouble "nonsense"'],
    ["kickMember", { groupId: "billing" }, '"Kick a member" needs a member.'],
    ["kickMember", {}, '"Kick a member" needs a group and a member.'],
    ["moveLeader", { topic: "orders" }, '"Move the leader" needs a partition.'],
    ["forceRebalance", { groupId: "nobody" }, "There is no group nobody."],
    ["kickMember", { groupId: "nobody", memberId: "m" }, "nobody has no member m."],
    ["moveLeader", orders0, "No other node is up that could lead. Start one first."],
    ["moveCoordinator", { groupId: "billing" }, "No other node is up that could coordinate."],
    ["truncateLog", { ...orders0, offset: "-1" }, '"-1" is no offset.'],
    ["stopNode", { nodeId: 9 }, "There is no node 9, only 1."],
  ])("refuses %s of %o: %s", async (id, target, message) => {
    const started = simulated.playground.trouble(id, target);

    await expect(started).rejects.toBeInstanceOf(PlaygroundError);
    await expect(started).rejects.toThrow(message);
  });

  test.each(["recreateTopic", "truncateLog"])("refuses %s of a topic that is not there", async (id) => {
    const started = simulated.playground.trouble(id, { topic: "no", partition: 0 });

    await expect(started).rejects.toMatchObject({ code: "UNKNOWN_TOPIC_OR_PARTITION" });
  });
});

test.each([
  ["corrupt.bomb", orders0, "corruptNextBatch"],
  ["answerCorruptMessage", orders0, "answerCorruptMessage"],
  ["holdJoinGroup", { groupId: "billing" }, "holdJoinGroup"],
  ["holdSyncGroup", { groupId: "billing" }, "holdSyncGroup"],
  ["delayCommits", { groupId: "billing", ms: 10 }, "delayCommits"],
  ["coordinatorUnavailable", { groupId: "billing" }, "coordinatorUnavailable"],
  ["freezeHeartbeats", { groupId: "billing", memberId: "m" }, "freezeHeartbeats"],
  ["throttle", { clientId: "app", ms: 100 }, "throttle"],
])("%s is a rule that can be listed and taken away", async (id, target, kind) => {
  const { faultId } = await start(id, target);

  const listed = simulated.playground.faults();
  expect(listed).toMatchObject([{ faultId, kind, enabled: true }]);
  expect(simulated.of("broker.fault").length).toBe(1);
  expect(simulated.playground.removeFault(faultId ?? "")).toBe(true);
});

test.each([
  ["moveLeader", "moveLeader", { ...orders0, nodeId: 1 }],
  ["truncateLog", "truncateLog", { ...orders0, offset: "0" }],
  ["uncleanElection", "uncleanElect", orders0],
  ["recreateTopic", "recreateTopic", { topic: "orders" }],
  ["stopNode", "stopNode", { nodeId: 1 }],
])("%s is observed as %s", async (id, kind, target) => {
  const { faultId } = await start(id, target);

  expect(faultId).toBeUndefined();
  expect(simulated.of("broker.trouble").map((each) => each.kind)).toEqual([kind]);
});

describe("a group in trouble", () => {
  test("rebalances when it is forced to", async () => {
    const member = await stableMember();

    await start("forceRebalance", { groupId: "billing" });

    expect(await beat(member)).toBe("REBALANCE_IN_PROGRESS");
    const joined = await simulated.run(joinAs(client, { memberId: member.memberId }));
    expect(joined.generationId).toBe(member.generationId + 1);
  });

  test("loses a member that is kicked out", async () => {
    const member = await stableMember();

    await start("kickMember", { groupId: "billing", memberId: member.memberId });

    expect(await beat(member)).toBe("UNKNOWN_MEMBER_ID");
    expect(simulated.of("group.memberGone")).toMatchObject([{ memberId: member.memberId, how: "evicted" }]);
    expect(simulated.of("broker.trouble")).toMatchObject([{ kind: "kickMember", groupId: "billing" }]);
  });

  test("has no place that another could take where a member is not static", async () => {
    const { memberId } = await stableMember();

    const fenced = simulated.playground.trouble("fenceMember", { groupId: "billing", memberId });

    await expect(fenced).rejects.toThrow(`${memberId} has no group.instance.id`);
  });

  test("evicts a member whose heartbeats are frozen", async () => {
    const member = await stableMember();
    const { faultId } = await start("freezeHeartbeats", { groupId: "billing", memberId: member.memberId });
    const { memberId, generationId } = member;
    const frozen = client.call(heartbeat, { groupId: "billing", memberId, generationId });

    await simulated.clock.advance(10_500);

    expect(simulated.of("group.memberGone")).toMatchObject([{ memberId: member.memberId, how: "evicted" }]);
    simulated.playground.releaseHeld(faultId ?? "");
    expect(errorName((await simulated.run(frozen)).errorCode)).toBe("UNKNOWN_MEMBER_ID");
  });

  test.each([
    [{}, [-1n, -1n]],
    [{ topic: "orders", partition: 1 }, [7n, -1n]],
    [{ topic: "other" }, [7n, 9n]],
  ])("loses what it committed, of %o", async (of, left) => {
    await simulated.run(commitAs(client, 7n));
    await simulated.run(commitAs(client, 9n, { partition: 1 }));

    await start("expireOffsets", { groupId: "billing", ...of });

    const topics = [{ name: "orders", partitionIndexes: [0, 1] }];
    const answer = await simulated.run(
      client.call(offsetFetch, { groupId: "billing", topics }, { version: 7 }),
    );
    expect(answer.topics[0]?.partitions.map(({ committedOffset }) => committedOffset)).toEqual(left);
  });

  test("has no coordinator for a while", async () => {
    const find = async () => {
      const answer = await simulated.run(client.call(findCoordinator, { coordinatorKeys: ["billing"] }));
      return errorName(answer.coordinators[0]?.errorCode ?? -1);
    };

    await start("coordinatorUnavailable", { groupId: "billing", ms: 1_000 });

    const during = await find();
    await simulated.clock.advance(1_000);
    expect([during, await find()]).toEqual(["COORDINATOR_NOT_AVAILABLE", "NONE"]);
  });
});

describe("a cluster in trouble", () => {
  test("has a node back by itself", async () => {
    await start("bounceNode", { nodeId: 1, ms: 3_000 });

    const during = simulated.playground.isNodeUp(1);
    await simulated.clock.advance(3_100);
    expect([during, simulated.playground.isNodeUp(1)]).toEqual([false, true]);
    expect(simulated.of("broker.trouble").map(({ kind }) => kind)).toEqual(["stopNode", "startNode"]);
  });

  test("does not wait for a node when the playground stops", async () => {
    await start("bounceNode", { nodeId: 1, ms: 3_000 });

    await simulated.run(simulated.playground.stop());
    await simulated.clock.advance(5_000);

    expect(simulated.of("broker.trouble").map(({ kind }) => kind)).toEqual(["stopNode"]);
  });

  test("finds its log of one partition damaged until that ends", async () => {
    for (const partition of [0, 1]) await simulated.run(produceTo(client, partition, batchOf("a")));
    const read = async () => {
      const { partitions } = await simulated.run(fetchFrom(client, { 0: 0n, 1: 0n }));
      return partitions.map(({ errorCode, records }) => [errorName(errorCode), (records?.length ?? 0) > 0]);
    };

    const { faultId = "" } = await start("answerCorruptMessage", orders0);

    const whole = ["NONE", true];
    expect(await read()).toEqual([["CORRUPT_MESSAGE", false], whole]);
    simulated.playground.removeFault(faultId);
    expect(await read()).toEqual([whole, whole]);
  });

  test("holds back who reads committed behind a transaction that hangs", async () => {
    await start("hangTransaction", orders0);
    await simulated.run(produceTo(client, 0, batchOf("behind")));

    const { partitions } = await simulated.run(fetchFrom(client, { 0: 0n }, { isolationLevel: 1 }));

    expect(partitions).toMatchObject([{ highWatermark: 2n, lastStableOffset: 0n }]);
    expect(partitions[0]?.records?.length ?? 0).toBe(0);
    expect(simulated.of("broker.transaction")).toMatchObject([{ state: "Hanging" }]);
  });

  test.each([
    [undefined, 3_600_000n],
    [-5_000, -5_000n],
    [0, 0n],
  ])("stamps its own records by a clock that is off by %o", async (ms, offBy) => {
    await start("skewClock", { ms });
    const now = BigInt(simulated.clock.now());

    await simulated.run(simulated.playground.produce({ ...orders0, records: [{ key: null, value: null }] }));

    const timestamp = now + offBy;
    const answer = await simulated.run(
      client.call(listOffsets, {
        replicaId: -1,
        topics: [{ name: "orders", partitions: [{ partitionIndex: 0, timestamp: -3n }] }],
      }),
    );
    expect(answer.topics[0]?.partitions[0]?.timestamp).toBe(timestamp);
  });

  test("loses the newest batch when nobody says where the log is cut", async () => {
    await simulated.run(produceTo(client, 0, batchOf("a")));
    await simulated.run(produceTo(client, 0, batchOf("b", "c")));

    await start("truncateLog", orders0);

    const { partitions } = await simulated.run(fetchFrom(client, { 0: 0n }));
    expect(partitions[0]?.highWatermark).toBe(1n);
  });
});
