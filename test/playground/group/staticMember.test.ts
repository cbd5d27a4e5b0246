import { expect, test } from "vitest";
import { GroupRig, text } from "./groupRig.ts";

const instance = { groupInstanceId: "node-1" };

test("a static member that comes back gets a new id and its partitions, without a rebalance", () => {
  const rig = new GroupRig();
  const [first = ""] = rig.stable({}, instance);

  const back = rig.join("b", { ...instance, version: 5 });
  const newId = back?.memberId ?? "";
  rig.sync(newId, instance);

  expect(back).toMatchObject({ error: "NONE", generationId: 1, leaderId: first });
  expect(newId).not.toBe("m2");
  expect(text(rig.syncs.get(newId)?.assignment)).toBe("partitions of m2");
  expect(rig.state).toBe("Stable");
});

test("its former self is fenced from then on", () => {
  const rig = new GroupRig();
  rig.stable({}, instance);

  rig.join("b", instance);

  expect(rig.heartbeat("m2", 1, "node-1")).toBe("FENCED_INSTANCE_ID");
  expect(rig.sync("m2", instance)?.error).toBe("FENCED_INSTANCE_ID");
  expect(rig.join("old", { ...instance, memberId: "m2" })?.error).toBe("FENCED_INSTANCE_ID");
  expect(rig.leave({ memberId: "m2", ...instance })).toEqual(["FENCED_INSTANCE_ID"]);
  expect(rig.heartbeat("m2", 1)).toBe("UNKNOWN_MEMBER_ID");
  expect(rig.gone).toMatchObject([{ memberId: "m2", how: "fenced" }]);
});

test("a static leader that comes back is told to skip assigning (KIP-814)", () => {
  const rig = new GroupRig();
  rig.stable(instance, {});

  const back = rig.join("a", { ...instance, version: 9 });

  expect(back?.skipAssignment).toBe(true);
  expect(back?.leaderId).toBe(back?.memberId);
  expect(back?.members.map(({ groupInstanceId }) => groupInstanceId)).toEqual(["node-1", null]);
});

test("an older client that comes back as leader does not see that it leads", () => {
  const rig = new GroupRig();
  rig.stable(instance, {});

  const back = rig.join("a", { ...instance, version: 5 });

  expect(back).toMatchObject({ leaderId: "m1", skipAssignment: false, members: [] });
});

test("coming back with another choice of assignors rebalances", () => {
  const rig = new GroupRig();
  rig.stable({ protocols: ["range", "sticky"] }, { ...instance, protocols: ["range", "sticky"] });

  rig.join("b", { ...instance, protocols: ["sticky"] });

  expect(rig.state).toBe("PreparingRebalance");
});

test("coming back while the group is completing starts the rebalance over", () => {
  const rig = new GroupRig();
  rig.join("a");
  rig.join("b", instance);
  rig.pass(300);

  rig.join("b2", instance);

  expect(rig.state).toBe("PreparingRebalance");
});

test("a parked request of the former self is answered with the fence", () => {
  const rig = new GroupRig();
  rig.stable({}, instance);
  rig.join("a", { memberId: "m1", metadata: "changed" });
  rig.join("c");
  rig.join("b", { ...instance, memberId: "m2" });
  expect(rig.joins.get("b")).toMatchObject({ error: "NONE" });
  rig.sync("m2", instance);

  rig.join("b2", instance);

  expect(rig.syncs.get("m2")?.error).toBe("FENCED_INSTANCE_ID");
});

test("a static member keeps its place when it misses a rebalance, until its SyncGroup is overdue", () => {
  const rig = new GroupRig();
  rig.stable({}, { ...instance, sessionTimeoutMs: 20_000 });

  rig.join("a", { memberId: "m1", metadata: "changed", sessionTimeoutMs: 60_000 });
  rig.pass(5_000);
  const afterRebalance = rig.memberIds;
  rig.sync("m1", { assignments: { m1: "one", m2: "two" } });
  rig.pass(5_000);

  expect(rig.joins.get("a")).toMatchObject({ error: "NONE", generationId: 2 });
  expect(afterRebalance).toEqual(["m1", "m2"]);
  expect(rig.memberIds).toEqual(["m1"]);
});

test("an operator removes a static member by its instance id alone", () => {
  const rig = new GroupRig();
  rig.stable({}, instance);

  const errors = rig.leave({ memberId: "", ...instance }, { memberId: "", groupInstanceId: "unknown" });

  expect(errors).toEqual(["NONE", "UNKNOWN_MEMBER_ID"]);
  expect(rig.memberIds).toEqual(["m1"]);
});
