import { expect, test } from "vitest";
import { ConsumerRig } from "./consumerRig.ts";

test("a topic created after its subscriber joined is assigned with the next heartbeat", async () => {
  const rig = await ConsumerRig.start({});
  const a = await rig.join("a");

  rig.createTopic("orders", 2);
  const told = await rig.heartbeat("a", { epoch: a.epoch });

  expect(a).toMatchObject({ epoch: 2, assignment: {} });
  expect(told).toMatchObject({ epoch: 3, assignment: { orders: [0, 1] } });
});

test("partitions added to a topic are assigned with the next heartbeat", async () => {
  const rig = await ConsumerRig.start({ orders: 1 });
  const a = await rig.join("a");

  await rig.addPartitions("orders", 3);
  const told = await rig.heartbeat("a", { epoch: a.epoch });

  expect(told).toMatchObject({ epoch: 3, assignment: { orders: [0, 1, 2] } });
  expect(rig.described.rebalanceReason).toBe("topics it subscribes to changed");
});

test("a deleted topic is taken from its members, and a new one of its name is another topic", async () => {
  const rig = await ConsumerRig.start({ orders: 2, clicks: 1 });
  const a = await rig.join("a", { topics: ["orders", "clicks"] });

  rig.simulated.playground.deleteTopic("orders");
  const taken = await rig.heartbeat("a", { epoch: a.epoch, owned: { clicks: [0] } });
  rig.createTopic("orders", 1);
  const again = await rig.heartbeat("a", { epoch: taken.epoch });

  expect(taken).toMatchObject({ epoch: 3, assignment: { clicks: [0] } });
  expect(again).toMatchObject({ epoch: 4, assignment: { clicks: [0], orders: [0] } });
});

test("a topic nobody subscribes to changes nothing", async () => {
  const rig = await ConsumerRig.start();
  const a = await rig.join("a");

  rig.createTopic("clicks", 2);
  const told = await rig.heartbeat("a", { epoch: a.epoch });

  expect(told).toMatchObject({ epoch: a.epoch, assignment: undefined });
});

test("a member that no longer subscribes to a topic must give it up at once, even before the next target", async () => {
  const rig = await ConsumerRig.start(
    { orders: 2, clicks: 1 },
    { consumerGroups: { assignmentIntervalMs: 60_000 } },
  );
  const a = await rig.join("a", { topics: ["orders", "clicks"] });

  const told = await rig.heartbeat("a", {
    epoch: a.epoch,
    topics: ["clicks"],
    owned: { orders: [0, 1], clicks: [0] },
  });

  expect(told).toMatchObject({ epoch: a.epoch, assignment: { clicks: [0] } });
  expect(rig.described.members[0]).toMatchObject({ phase: "revoking" });
});

test("members of different subscriptions each have what they subscribe to, evenly", async () => {
  const rig = await ConsumerRig.start({ orders: 2, clicks: 2 });
  const a = await rig.join("a", { topics: ["orders", "clicks"] });

  await rig.join("b", { topics: ["clicks"] });
  const told = await rig.heartbeat("a", { epoch: a.epoch, owned: {} });

  expect(told.assignment).toEqual({ orders: [0, 1] });
});

test("a regular expression is matched soon after it came, and new topics that match are found", async () => {
  const rig = await ConsumerRig.start({ "orders-eu": 1, "orders-us": 1, clicks: 1 });
  const a = await rig.join("a", { regex: "orders-.*" });

  await rig.pass(1);
  const matched = await rig.heartbeat("a", { epoch: a.epoch });
  rig.createTopic("orders-jp", 1);
  const tooSoon = await rig.heartbeat("a", { epoch: matched.epoch });
  await rig.pass(10_001);
  const asked = await rig.heartbeat("a", { epoch: matched.epoch });
  await rig.pass(1);
  const found = await rig.heartbeat("a", { epoch: asked.epoch });

  expect(a).toMatchObject({ epoch: 1, assignment: {} });
  expect(matched.assignment).toEqual({ "orders-eu": [0], "orders-us": [0] });
  expect(tooSoon.assignment).toBeUndefined();
  expect(found.assignment).toEqual({ "orders-eu": [0], "orders-us": [0], "orders-jp": [0] });
});

test("a regular expression must match the whole name", async () => {
  const rig = await ConsumerRig.start({ orders: 1, "orders-old": 1 });
  const a = await rig.join("a", { regex: "orders" });

  await rig.pass(1);
  const matched = await rig.heartbeat("a", { epoch: a.epoch });

  expect(matched.assignment).toEqual({ orders: [0] });
});

test("an expression the group has matched already is good for the next member at once", async () => {
  const rig = await ConsumerRig.start({ orders: 2 });
  const a = await rig.join("a", { regex: "ord.*" });
  await rig.pass(1);
  await rig.heartbeat("a", { epoch: a.epoch });

  const b = await rig.join("b", { regex: "ord.*" });

  expect(b.epoch).toBe(3);
  expect(rig.described.members[1]).toMatchObject({ targetAssigned: [{ topic: "orders", partition: 1 }] });
});

test("a member that goes from an expression to names has what it names at once", async () => {
  const rig = await ConsumerRig.start({ orders: 1, clicks: 1 });
  const a = await rig.join("a", { regex: "ord.*" });
  await rig.pass(1);
  const matched = await rig.heartbeat("a", { epoch: a.epoch });

  const told = await rig.heartbeat("a", { epoch: matched.epoch, regex: "", topics: ["clicks"], owned: {} });

  expect(told.assignment).toEqual({ clicks: [0] });
});
