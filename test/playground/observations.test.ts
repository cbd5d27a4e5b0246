import { beforeEach, expect, test } from "vitest";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { leaveGroup } from "#protocol/apis/leaveGroup.ts";
import { commitAs, joinAs, syncAs } from "./groupDialogue.ts";
import type { RawClient } from "./rawClient.ts";
import { SimulatedPlayground } from "./simulatedPlayground.ts";

let simulated: SimulatedPlayground;
let client: RawClient;
let other: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start({ settings: { groups: { initialRebalanceDelayMs: 0 } } });
  simulated.playground.createTopic("orders", { partitions: 2 });
  client = await simulated.connect();
  other = await simulated.connect();
});

const described = () => simulated.of("group.described");
const phases = () =>
  described()
    .at(-1)
    ?.members.map(({ memberId, phase }) => [memberId, phase]);

/** A stable group of one; gives the member. */
async function stableMember() {
  const member = await simulated.run(joinAs(client));
  await simulated.run(syncAs(client, member, { [member.memberId]: [0, 1] }));
  return member;
}

test("start and stop are told, with the nodes", async () => {
  await simulated.playground.stop("the user asked");

  expect(simulated.of("broker.started")).toMatchObject([
    { nodes: [{ nodeId: 1, host: "127.0.0.1", port: 9092 }] },
  ]);
  expect(simulated.of("broker.stopped")).toMatchObject([{ reason: "the user asked" }]);
  expect(client.isClosed || (await simulated.run(client.closed.then(() => true)))).toBe(true);
});

test("a group is described after each transition, with its members' phases and partitions", async () => {
  const member = await stableMember();

  expect(described().map(({ state }) => state)).toEqual([
    "PreparingRebalance",
    "CompletingRebalance",
    "Stable",
  ]);
  expect(described().at(-1)).toMatchObject({
    groupType: "classic",
    generationId: 1,
    assignor: "range",
    coordinator: "127.0.0.1:9092",
    members: [
      {
        memberId: member.memberId,
        clientId: "member",
        phase: "stable",
        isLeader: true,
        subscribedTopics: ["orders"],
        assigned: [
          { topic: "orders", partition: 0 },
          { topic: "orders", partition: 1 },
        ],
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 5_000,
      },
    ],
  });
});

test("a rebalance shows who has not rejoined, and until when it may", async () => {
  const first = await stableMember();
  const startedAt = simulated.clock.now();

  const second = joinAs(other);
  await simulated.clock.advance(100);

  const { members = [], rebalanceReason } = described().at(-1) ?? {};
  expect(phases()?.map(([, phase]) => phase)).toEqual(["notRejoined", "joined"]);
  expect(members[0]?.assigned?.length).toBe(2);
  expect(members[0]?.evictedAt).toBeGreaterThanOrEqual(startedAt + 5_000);
  expect(members[0]?.evictedAt).toBeLessThan(startedAt + 5_100);
  expect(members[1]?.evictedAt).toBeUndefined();
  expect(rebalanceReason).toContain("joined");
  const again = await simulated.run(joinAs(client, { memberId: first.memberId, owned: [0, 1] }));
  const joined = await simulated.run(second);
  const synced = syncAs(other, joined);
  await simulated.clock.advance(100);
  expect(phases()?.map(([, phase]) => phase)).toEqual(["joined", "awaitingSync"]);
  expect(described().at(-1)?.members[0]?.owned?.length).toBe(2);
  await simulated.run(syncAs(client, again, { [again.memberId]: [0], [joined.memberId]: [1] }));
  await simulated.run(synced);
});

test("members that go are told with how and why", async () => {
  const { memberId } = await stableMember();
  const leaving = { groupId: "billing", members: [{ memberId, reason: "closed by the user" }] };

  await simulated.run(client.call(leaveGroup, leaving));
  const evicted = await stableMember();
  await simulated.clock.advance(11_000);

  expect(simulated.of("group.memberGone")).toMatchObject([
    { memberId, how: "left", reason: "it left: closed by the user" },
    {
      memberId: evicted.memberId,
      how: "evicted",
      reason: "no heartbeat for its session timeout of 10000 ms",
    },
  ]);
  expect(described().at(-1)).toMatchObject({ state: "Empty", members: [] });
});

test("heartbeats are not told one by one, but what is known of the member stays fresh", async () => {
  const { memberId, generationId } = await stableMember();
  const before = described().length;

  for (let index = 0; index < 30; index++) {
    await simulated.clock.advance(1_000);
    await simulated.run(client.call(heartbeat, { groupId: "billing", generationId, memberId }));
  }

  const after = described().slice(before);
  expect(after.length).toBeGreaterThanOrEqual(4);
  expect(after.length).toBeLessThanOrEqual(7);
  expect(after.at(-1)?.members[0]?.evictedAt).toBeGreaterThan(simulated.clock.now());
});

test("a commit is told with who made it, what it changed and how it ended", async () => {
  const member = await stableMember();

  await simulated.run(commitAs(client, 5n, member));
  await simulated.run(commitAs(client, 9n, member));
  await simulated.run(commitAs(client, 3n, { ...member, generationId: 7 }));

  expect(simulated.of("commit.state")).toMatchObject([
    {
      state: "settled",
      outcome: "committed",
      memberId: member.memberId,
      clientId: "member",
      generationId: 1,
      trigger: "foreign",
      offsets: [{ topic: "orders", partition: 0, from: undefined, to: 5n, error: undefined }],
    },
    { outcome: "committed", offsets: [{ from: 5n, to: 9n }] },
    { outcome: "failed", error: "ILLEGAL_GENERATION", offsets: [{ to: 3n, error: "ILLEGAL_GENERATION" }] },
  ]);
});

test("committed offsets are told at most four times a second, the last state always", async () => {
  const member = await stableMember();
  const startedAt = simulated.clock.now();

  for (let offset = 1n; offset <= 100n; offset++) {
    await simulated.run(commitAs(client, offset, member));
    await simulated.clock.advance(20);
  }
  await simulated.clock.advance(1_000);

  const told = simulated.of("group.offsets");
  const seconds = (simulated.clock.now() - startedAt) / 1_000;
  expect(told.length).toBeLessThanOrEqual(Math.ceil(seconds * 4) + 1);
  expect(told.length).toBeGreaterThan(4);
  expect(told.at(-1)?.offsets).toMatchObject([{ topic: "orders", partition: 0, committedOffset: 100n }]);
});

test("records given up for memory are told with the new start", async () => {
  const small = await SimulatedPlayground.start({ settings: { maxLogBytes: 20_000 } });
  small.playground.createTopic("orders");

  for (let index = 0; index < 10; index++) {
    const records = [{ key: null, value: new Uint8Array(5_000) }];
    await small.playground.produce({ topic: "orders", records });
  }
  await small.clock.advance(2_000);

  expect(small.playground.memory().usedBytes).toBeLessThanOrEqual(20_000);
  expect(small.of("cluster.offsets").at(-1)?.offsets).toMatchObject([
    { topic: "orders", partition: 0, logStartOffset: 7n, highWatermark: 10n },
  ]);
});

test("the same seed gives the same trace", async () => {
  const runOnce = async () => {
    const each = await SimulatedPlayground.start();
    each.playground.createTopic("orders", { partitions: 2 });
    const member = await each.connect();
    const joined = await each.run(joinAs(member));
    await each.run(syncAs(member, joined, { [joined.memberId]: [0, 1] }));
    const work = each.playground.startWorkload({ topic: "orders", pace: { kind: "burst", count: 50 } });
    await each.run(work.done);
    await each.clock.advance(30_000);
    return each.observed;
  };

  expect(await runOnce()).toEqual(await runOnce());
});
