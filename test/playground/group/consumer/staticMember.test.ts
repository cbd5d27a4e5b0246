import { expect, test } from "vitest";
import { ConsumerRig } from "./consumerRig.ts";

test("a static member that left with epoch -2 comes back with another id and finds its partitions", async () => {
  const rig = await ConsumerRig.start();
  const a = await rig.join("a", { instanceId: "one" });
  await rig.join("b");
  await rig.heartbeat("a", { epoch: a.epoch, owned: {}, instanceId: "one" });
  const before = rig.described.groupEpoch;

  const left = await rig.heartbeat("a", { epoch: -2, instanceId: "one" });
  const away = rig.described.members.map(({ memberId, memberEpoch, phase }) => [
    memberId,
    memberEpoch,
    phase,
  ]);
  const back = await rig.join("a2", { instanceId: "one" });

  expect(left).toMatchObject({ error: "NONE", epoch: -2 });
  expect(away[0]).toEqual(["a", -2, "away"]);
  expect(back).toMatchObject({ error: "NONE", assignment: { orders: [0, 1] } });
  expect(rig.described.groupEpoch).toBe(before);
  expect(rig.gone).toEqual([{ memberId: "a", how: "left", reason: "its static id one came back as a2" }]);
});

test("a static id in use is not given away, and its member goes on", async () => {
  const rig = await ConsumerRig.start();
  const a = await rig.join("a", { instanceId: "one" });

  const twin = await rig.join("b", { instanceId: "one" });
  const stays = await rig.heartbeat("a", { epoch: a.epoch, instanceId: "one" });

  expect(twin.error).toBe("UNRELEASED_INSTANCE_ID");
  expect(stays.error).toBe("NONE");
});

test("who had a static id before is fenced once another has it", async () => {
  const rig = await ConsumerRig.start();
  const a = await rig.join("a", { instanceId: "one" });
  await rig.heartbeat("a", { epoch: -2, instanceId: "one" });
  await rig.join("b", { instanceId: "one" });

  const former = await rig.heartbeat("a", { epoch: a.epoch, instanceId: "one" });
  const unknown = await rig.heartbeat("a", { epoch: a.epoch, instanceId: "two" });

  expect(former.error).toBe("FENCED_INSTANCE_ID");
  expect(unknown.error).toBe("UNKNOWN_MEMBER_ID");
});

test("a static member that does not come back within its session is out, and its partitions go to the others", async () => {
  const rig = await ConsumerRig.start({ orders: 2 }, { consumerGroups: { sessionTimeoutMs: 3_000 } });
  await rig.join("a", { instanceId: "one" });
  await rig.heartbeat("a", { epoch: -2, instanceId: "one" });
  await rig.pass(2_000);
  const b = await rig.join("b");

  const waiting = await rig.heartbeat("b", { epoch: b.epoch });
  await rig.pass(1_100);
  const heir = await rig.heartbeat("b", { epoch: b.epoch });

  expect(waiting.assignment).toBeUndefined();
  expect(heir.assignment).toEqual({ orders: [0, 1] });
});

test("a static member that leaves with epoch -1 leaves for good", async () => {
  const rig = await ConsumerRig.start();
  await rig.join("a", { instanceId: "one" });

  await rig.heartbeat("a", { epoch: -1, instanceId: "one" });

  expect(rig.described).toMatchObject({ state: "Empty", members: [] });
});

test("a static member that comes back with another subscription makes a new epoch", async () => {
  const rig = await ConsumerRig.start({ orders: 2, clicks: 1 });
  await rig.join("a", { instanceId: "one" });
  await rig.heartbeat("a", { epoch: -2, instanceId: "one" });

  const back = await rig.join("b", { instanceId: "one", topics: ["clicks"] });

  expect(back).toMatchObject({ epoch: 3, assignment: { clicks: [0] } });
});
