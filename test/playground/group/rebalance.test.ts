import { expect, test } from "vitest";
import { GroupRig, text } from "./groupRig.ts";

test("the first member waits for the initial delay and then leads generation 1", () => {
  const rig = new GroupRig();

  rig.join("a");
  rig.pass(50);
  const early = rig.joins.get("a");
  rig.pass(50);

  expect(early).toBeUndefined();
  expect(rig.joins.get("a")).toMatchObject({
    error: "NONE",
    memberId: "m1",
    generationId: 1,
    leaderId: "m1",
    protocolType: "consumer",
    protocolName: "range",
  });
  expect(rig.joins.get("a")?.members.map(({ memberId }) => memberId)).toEqual(["m1"]);
  expect(rig.state).toBe("CompletingRebalance");
});

test("a second member makes the initial delay start again, and both get one generation", () => {
  const rig = new GroupRig();
  rig.join("a");
  rig.pass(50);

  rig.join("b");
  rig.pass(100);
  const afterFirstDelay = rig.joins.size;
  rig.pass(100);

  expect(afterFirstDelay).toBe(0);
  expect(rig.joins.get("a")).toMatchObject({ generationId: 1, leaderId: "m1" });
  expect(rig.joins.get("b")).toMatchObject({ generationId: 1, leaderId: "m1", members: [] });
});

test("the initial delay ends with the rebalance timeout however many members come", () => {
  const rig = new GroupRig({ initialRebalanceDelayMs: 100 });
  rig.join("a", { rebalanceTimeoutMs: 250 });

  for (let index = 0; index < 6; index++) {
    rig.pass(50);
    rig.join(`b${index}`, { rebalanceTimeoutMs: 250 });
  }

  expect(rig.group.generationId).toBeGreaterThanOrEqual(1);
  expect(rig.joins.get("a")?.generationId).toBe(1);
});

test("followers get their assignment when the leader has synced, and not before", () => {
  const rig = new GroupRig();
  rig.join("a");
  rig.join("b");
  rig.pass(300);

  const early = rig.sync("m2");
  rig.sync("m1", { assignments: { m1: "one", m2: "two" } });

  expect(early).toBeUndefined();
  expect(text(rig.syncs.get("m1")?.assignment)).toBe("one");
  expect(text(rig.syncs.get("m2")?.assignment)).toBe("two");
  expect(rig.state).toBe("Stable");
});

test("a member the leader forgot gets nothing instead of waiting", () => {
  const rig = new GroupRig();
  rig.join("a");
  rig.join("b");
  rig.pass(300);
  rig.sync("m2");

  rig.sync("m1", { assignments: { m1: "all" } });

  expect(rig.syncs.get("m2")).toMatchObject({ error: "NONE" });
  expect(rig.syncs.get("m2")?.assignment.length).toBe(0);
});

test("a newcomer sends a stable group round again, and all get the next generation", () => {
  const rig = new GroupRig();
  const [first = ""] = rig.stable({});

  rig.join("b");
  const told = rig.heartbeat(first);
  rig.join("a", { memberId: first });

  expect(told).toBe("REBALANCE_IN_PROGRESS");
  expect(rig.joins.get("a")).toMatchObject({ generationId: 2, leaderId: first });
  expect(rig.joins.get("b")?.generationId).toBe(2);
  expect(rig.group.rebalanceReason).toBe("m2 joined");
});

test("the client's own reason is part of why the group rebalances", () => {
  const rig = new GroupRig();
  rig.stable({});

  rig.join("b", { reason: "rebalance enforced by user" });

  expect(rig.group.rebalanceReason).toBe("m2 joined (client's reason: rebalance enforced by user)");
});

test("whoever waits for its assignment is told when the rebalance starts over", () => {
  const rig = new GroupRig();
  rig.join("a");
  rig.join("b");
  rig.pass(300);
  rig.sync("m2");

  rig.join("c");

  expect(rig.syncs.get("m2")?.error).toBe("REBALANCE_IN_PROGRESS");
  expect(rig.state).toBe("PreparingRebalance");
});

test("a member that does not rejoin in time is evicted, and the others go on without it", () => {
  const rig = new GroupRig();
  const [first = "", second = ""] = rig.stable({}, {});

  rig.join("a", { memberId: first, protocols: ["range"], metadata: "changed" });
  rig.pass(4_900);
  const early = rig.joins.get("a");
  rig.pass(100);

  expect(early).toBeUndefined();
  expect(rig.joins.get("a")).toMatchObject({ generationId: 2 });
  expect(rig.memberIds).toEqual([first]);
  expect(rig.gone).toEqual([
    {
      type: "memberGone",
      memberId: second,
      how: "evicted",
      reason: "it did not rejoin within the rebalance timeout",
    },
  ]);
});

test("a leader that does not rejoin in time loses the lead", () => {
  const rig = new GroupRig();
  const [, second = ""] = rig.stable({}, {});

  rig.join("b", { memberId: second, metadata: "changed" });
  rig.pass(5_000);

  expect(rig.joins.get("b")).toMatchObject({ leaderId: second });
  expect(rig.joins.get("b")?.members.map(({ memberId }) => memberId)).toEqual([second]);
});

test("a member that never asks for its assignment is evicted after the rebalance timeout", () => {
  const rig = new GroupRig();
  rig.join("a");
  rig.join("b");
  rig.pass(300);
  rig.sync("m1", { assignments: { m1: "one", m2: "two" } });

  rig.pass(5_000);

  expect(rig.memberIds).toEqual(["m1"]);
  expect(rig.gone.map(({ memberId, reason }) => [memberId, reason])).toEqual([
    ["m2", "it sent no SyncGroup within the rebalance timeout"],
  ]);
  expect(rig.state).toBe("PreparingRebalance");
});

test("all members that miss their SyncGroup go in one rebalance", () => {
  const rig = new GroupRig();
  for (const name of ["a", "b", "c"]) rig.join(name);
  rig.pass(300);
  rig.sync("m1", { assignments: {} });

  rig.pass(5_000);

  expect(rig.gone.map(({ memberId }) => memberId)).toEqual(["m2", "m3"]);
  expect(rig.memberIds).toEqual(["m1"]);
});

test("a silent member is evicted after its session timeout", () => {
  const rig = new GroupRig();
  const [first = "", second = ""] = rig.stable({}, { sessionTimeoutMs: 2_000 });

  rig.pass(1_500);
  rig.heartbeat(first);
  rig.pass(600);

  expect(rig.gone).toEqual([
    {
      type: "memberGone",
      memberId: second,
      how: "evicted",
      reason: "no heartbeat for its session timeout of 2000 ms",
    },
  ]);
  expect(rig.heartbeat(second)).toBe("UNKNOWN_MEMBER_ID");
  expect(rig.heartbeat(first)).toBe("REBALANCE_IN_PROGRESS");
});

test("heartbeats keep a member", () => {
  const rig = new GroupRig();
  const [only = ""] = rig.stable({ sessionTimeoutMs: 1_000 });

  for (let index = 0; index < 20; index++) {
    rig.pass(900);
    rig.heartbeat(only);
  }

  expect(rig.memberIds).toEqual([only]);
  expect(rig.group.generationId).toBe(1);
});

test("a member is not evicted for its silence while its JoinGroup is parked", () => {
  const rig = new GroupRig();
  const [first = ""] = rig.stable({ sessionTimeoutMs: 1_000, rebalanceTimeoutMs: 5_000 }, {});

  rig.join("a", { memberId: first, metadata: "changed", sessionTimeoutMs: 1_000, rebalanceTimeoutMs: 5_000 });
  rig.pass(5_100);

  expect(rig.joins.get("a")).toMatchObject({ error: "NONE", generationId: 2 });
  expect(rig.memberIds).toEqual([first]);
});

test("the last member's leaving empties the group and ends its generation", () => {
  const rig = new GroupRig();
  const [only = ""] = rig.stable({});

  const errors = rig.leave(only);

  expect(errors).toEqual(["NONE"]);
  expect(rig.state).toBe("Empty");
  expect(rig.group.generationId).toBe(2);
  expect(rig.group.protocolName).toBeUndefined();
  expect(rig.gone).toMatchObject([{ memberId: only, how: "left" }]);
});

test("leaving several members at once says the outcome of each", () => {
  const rig = new GroupRig();
  const [first = "", second = ""] = rig.stable({}, {});

  const errors = rig.leave(first, "nobody", second);

  expect(errors).toEqual(["NONE", "UNKNOWN_MEMBER_ID", "NONE"]);
  expect(rig.state).toBe("Empty");
});

test("a leader that joins a stable group again forces a rebalance", () => {
  const rig = new GroupRig();
  const [first = ""] = rig.stable({}, {});

  rig.join("a", { memberId: first });

  expect(rig.state).toBe("PreparingRebalance");
  expect(rig.group.rebalanceReason).toBe(`the leader ${first} joined again`);
});

test("a follower that joins again unchanged gets the current generation back", () => {
  const rig = new GroupRig();
  const [first = "", second = ""] = rig.stable({}, {});

  const answer = rig.join("b", { memberId: second });

  expect(answer).toMatchObject({ error: "NONE", generationId: 1, leaderId: first, members: [] });
  expect(rig.state).toBe("Stable");
});

test("a member that asks twice while the group is completing gets the same answer again", () => {
  const rig = new GroupRig();
  rig.join("a");
  rig.pass(100);

  const again = rig.join("a2", { memberId: "m1" });

  expect(again).toEqual(rig.joins.get("a"));
  expect(rig.state).toBe("CompletingRebalance");
});

test("only the newest JoinGroup of a member gets the generation", () => {
  const rig = new GroupRig();
  rig.join("a");
  rig.pass(100);
  rig.sync("m1", { assignments: {} });
  rig.join("b");
  rig.join("a1", { memberId: "m1" });

  rig.join("c");
  rig.join("b1", { memberId: "m2" });
  rig.join("b2", { memberId: "m2" });
  rig.join("a2", { memberId: "m1" });
  rig.pass(5_000);

  expect(rig.joins.get("b1")?.error).toBe("REBALANCE_IN_PROGRESS");
  expect(rig.joins.get("b2")?.error).toBe("NONE");
});
