import { expect, test } from "vitest";
import { ConsumerRig } from "./consumerRig.ts";

test("the first member has everything in the answer to its first heartbeat", async () => {
  const rig = await ConsumerRig.start({ orders: 3 });

  const answer = await rig.join("a");

  expect(answer).toMatchObject({ error: "NONE", memberId: "a", epoch: 2, assignment: { orders: [0, 1, 2] } });
  expect(rig.described).toMatchObject({
    groupType: "consumer",
    state: "Stable",
    groupEpoch: 2,
    assignmentEpoch: 2,
    assignor: "uniform",
    members: [{ memberId: "a", memberEpoch: 2, phase: "stable", subscribedTopics: ["orders"] }],
  });
});

test("partitions change hands one step at a time: told, given up, released, had", async () => {
  const rig = await ConsumerRig.start();
  const a = await rig.join("a");

  const b = await rig.join("b");
  const phases = rig.described.members.map(({ memberId, phase }) => [memberId, phase]);
  const told = await rig.heartbeat("a", { epoch: a.epoch });
  const waiting = await rig.heartbeat("b", { epoch: b.epoch });
  const gaveUp = await rig.heartbeat("a", { epoch: told.epoch, owned: { orders: [0, 1] } });
  const released = await rig.heartbeat("b", { epoch: b.epoch });

  expect(b).toMatchObject({ epoch: 3, assignment: {} });
  expect(phases).toEqual([
    ["a", "awaitingHeartbeat"],
    ["b", "awaitingRelease"],
  ]);
  expect(told).toMatchObject({ epoch: 2, assignment: { orders: [0, 1] } });
  expect(waiting).toMatchObject({ epoch: 3, assignment: undefined });
  expect(gaveUp).toMatchObject({ epoch: 3, assignment: undefined });
  expect(released).toMatchObject({ epoch: 3, assignment: { orders: [2, 3] } });
  expect(rig.described).toMatchObject({ state: "Stable", groupEpoch: 3, assignmentEpoch: 3 });
});

test("a member that does not say what it owns has not given anything up", async () => {
  const rig = await ConsumerRig.start();
  const a = await rig.join("a");
  await rig.join("b");
  await rig.heartbeat("a", { epoch: a.epoch });

  const silent = await rig.heartbeat("a", { epoch: a.epoch });
  const stillThere = await rig.heartbeat("a", { epoch: a.epoch, owned: { orders: [0, 1, 2] } });

  expect([silent.epoch, stillThere.epoch]).toEqual([2, 2]);
  expect(rig.described).toMatchObject({
    state: "Reconciling",
    members: [
      {
        memberId: "a",
        phase: "revoking",
        assigned: [0, 1, 2, 3].map((partition) => ({ topic: "orders", partition })),
      },
      { memberId: "b", phase: "awaitingRelease", assigned: [] },
    ],
  });
});

test("a member that owns nothing of what it loses has the new epoch at once", async () => {
  const rig = await ConsumerRig.start();
  const a = await rig.join("a");
  await rig.join("b");

  const answer = await rig.heartbeat("a", { epoch: a.epoch, owned: {} });

  expect(answer).toMatchObject({ epoch: 3, assignment: { orders: [0, 1] } });
});

test("who does not give its partitions up within its rebalance timeout is out, and the others have them", async () => {
  const rig = await ConsumerRig.start();
  const a = await rig.join("a", { rebalanceTimeoutMs: 2_000 });
  const b = await rig.join("b");
  await rig.heartbeat("a", { epoch: a.epoch });

  await rig.pass(1_900);
  const alive = await rig.heartbeat("a", { epoch: a.epoch });
  await rig.pass(100);
  const fenced = await rig.heartbeat("a", { epoch: a.epoch });
  const heir = await rig.heartbeat("b", { epoch: b.epoch });

  expect(alive.error).toBe("NONE");
  expect(fenced.error).toBe("UNKNOWN_MEMBER_ID");
  expect(rig.gone).toEqual([
    { memberId: "a", how: "evicted", reason: expect.stringMatching(/rebalance timeout of 2000 ms/) },
  ]);
  expect(heir.assignment).toEqual({ orders: [2, 3, 0, 1].sort() });
});

test("a member that is silent for the session timeout is out, heartbeats keep it in", async () => {
  const rig = await ConsumerRig.start({ orders: 2 }, { consumerGroups: { sessionTimeoutMs: 3_000 } });
  const a = await rig.join("a");

  await rig.pass(2_900);
  const alive = await rig.heartbeat("a", { epoch: a.epoch });
  await rig.pass(2_900);
  const before = rig.gone;
  await rig.pass(200);

  expect(alive.error).toBe("NONE");
  expect(before).toEqual([]);
  expect(rig.gone).toEqual([
    { memberId: "a", how: "evicted", reason: "no heartbeat for its session timeout of 3000 ms" },
  ]);
  expect(rig.described).toMatchObject({ state: "Empty", members: [] });
});

test("a member that leaves gives its partitions to the others, and the last one leaves the group empty", async () => {
  const rig = await ConsumerRig.start();
  await rig.join("a");
  const b = await rig.join("b");

  const left = await rig.heartbeat("a", { epoch: -1 });
  const heir = await rig.heartbeat("b", { epoch: b.epoch });
  await rig.heartbeat("b", { epoch: -1 });

  expect(left).toMatchObject({ error: "NONE", memberId: "a", epoch: -1, heartbeatIntervalMs: 0 });
  expect(heir.assignment).toEqual({ orders: [0, 1, 2, 3] });
  expect(rig.described).toMatchObject({ state: "Empty", members: [] });
});

test("an answer that got lost is repeated to who owns no more than it was given", async () => {
  const rig = await ConsumerRig.start();
  const a = await rig.join("a");
  await rig.join("b");
  await rig.heartbeat("a", { epoch: a.epoch, owned: {} });

  const repeated = await rig.heartbeat("a", {
    epoch: a.epoch,
    owned: { orders: [0] },
    topics: ["orders"],
    rebalanceTimeoutMs: 5_000,
  });
  const claimsMore = await rig.heartbeat("a", { epoch: a.epoch, owned: { orders: [3] } });
  const older = await rig.heartbeat("a", { epoch: 1, owned: {} });
  const newer = await rig.heartbeat("a", { epoch: 9, owned: {} });

  expect(repeated).toMatchObject({ error: "NONE", epoch: 3, assignment: { orders: [0, 1] } });
  expect([claimsMore.error, older.error, newer.error]).toEqual(Array(3).fill("FENCED_MEMBER_EPOCH"));
});

test("a fenced member comes back with epoch 0 and its own id, and has its partitions again", async () => {
  const rig = await ConsumerRig.start({ orders: 2 });
  await rig.join("a");

  const again = await rig.join("a");

  expect(again).toMatchObject({ error: "NONE", epoch: 2, assignment: { orders: [0, 1] } });
});

test("the target is computed once per interval, and who joins meanwhile waits with nothing", async () => {
  const rig = await ConsumerRig.start({ orders: 4 }, { consumerGroups: { assignmentIntervalMs: 1_000 } });
  await rig.join("a");

  const b = await rig.join("b");
  const { state } = rig.described;
  await rig.pass(1_000);
  const later = await rig.heartbeat("b", { epoch: b.epoch });

  expect(b).toMatchObject({ epoch: 2, assignment: {} });
  expect(state).toBe("Assigning");
  expect(later.epoch).toBe(3);
});

test("a heartbeat with nothing new is answered with nothing new", async () => {
  const rig = await ConsumerRig.start();
  const a = await rig.join("a");
  const reported = rig.simulated.of("group.described").length;

  const answer = await rig.heartbeat("a", { epoch: a.epoch });

  expect(answer).toMatchObject({ epoch: a.epoch, assignment: undefined, heartbeatIntervalMs: 1_000 });
  expect(rig.simulated.of("group.described").length).toBe(reported);
});
