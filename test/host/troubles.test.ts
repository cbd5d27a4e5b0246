import { expect, test } from "vitest";
import { startHost } from "./support/testHost.ts";

const clusters = "groupscope.clusters";

async function withScene() {
  const host = startHost();
  host.client.notify("tree.visible", { view: clusters, visible: true });
  await host.ask("playground.start", { scene: true });
  await host.clock.advance(6_000);
  return host;
}

test("a stopped node's row says so, and so does the playground's, until it is started again", async () => {
  const { ask, clock, tree } = await withScene();

  await ask("playground.trouble", { id: "stopNode", target: { nodeId: 2 } });
  await clock.advance(2_000);

  expect((await tree.find(clusters, "node 2"))?.description).toBe("down · 127.0.0.1:9093");
  expect((await tree.find(clusters, "playground"))?.description).toContain("1 of 3 nodes down");
  expect((await ask("playground.status", {})).nodes.map(({ isUp }) => isUp)).toEqual([true, false, true]);
  await ask("playground.trouble", { id: "startNode", target: { nodeId: 2 } });
  await clock.advance(2_000);
  expect((await tree.find(clusters, "node 2"))?.description).toMatch(/^up/);
});

test("a trouble that is a rule is a row with its hits, and ends when it is taken away", async () => {
  const { ask, clock, tree } = await withScene();
  const { faultId = "" } = await ask("playground.trouble", {
    id: "delayCommits",
    target: { groupId: "billing", ms: 500 },
  });

  await clock.advance(12_000);

  const faults = await tree.find(clusters, "Faults");
  expect(faults?.label).toBe("Faults (1 on)");
  expect(faults?.description).toMatch(/commits of billing .*hit [1-9]/);
  await ask("playground.removeFault", { faultId });
  await clock.advance(1_000);
  expect((await tree.find(clusters, "Faults"))?.label).toBe("Faults (0 on)");
});

test("a transaction that hangs is a row that goes when it is aborted", async () => {
  const { ask, clock, tree } = await withScene();
  await ask("playground.trouble", { id: "hangTransaction", target: { topic: "orders", partition: 0 } });
  await clock.advance(2_000);
  const row = await tree.find(clusters, "Transaction in orders-0");
  const [open] = await ask("playground.openTransactions", {});
  if (open === undefined) throw new Error("nothing is open");

  await ask("playground.abortTransaction", open);
  await clock.advance(1_000);

  expect(row?.description).toMatch(/^hangs/);
  expect(row?.target).toMatchObject({ kind: "hangingTransaction", ...open });
  expect(await tree.find(clusters, "Transaction in orders-0")).toBeUndefined();
  await expect(ask("playground.abortTransaction", open)).rejects.toThrow("has ended already");
});

test("a clock that is wrong is a row that goes when it is set right", async () => {
  const { ask, clock, tree } = await withScene();
  await ask("playground.trouble", { id: "skewClock", target: { nodeId: 2, ms: -5_000 } });
  await clock.advance(1_000);
  const wrong = await ask("playground.wrongClocks", {});
  const row = await tree.find(clusters, "Clock of node 2");

  await ask("playground.trouble", { id: "skewClock", target: { nodeId: 2, ms: 0 } });
  await clock.advance(1_000);

  expect(row?.description).toBe("5.0 s behind");
  expect(wrong).toEqual([{ nodeId: 2, aheadMs: -5_000 }]);
  expect(await tree.find(clusters, "Clock of node 2")).toBeUndefined();
  expect(await ask("playground.wrongClocks", {})).toEqual([]);
});

test("what holds already is not held twice: the rule that is there is switched on again", async () => {
  const { ask } = await withScene();
  const hold = { kind: "holdSyncGroup", groupId: "billing" } as const;
  const first = await ask("playground.addFault", hold);
  await ask("playground.setFaultEnabled", { faultId: first.faultId, enabled: false });

  const again = await ask("playground.addFault", hold);
  const asTrouble = await ask("playground.trouble", { id: "holdSyncGroup", target: { groupId: "billing" } });

  expect([again.faultId, asTrouble.faultId]).toEqual([first.faultId, first.faultId]);
  const { faults } = await ask("playground.status", {});
  expect(faults).toMatchObject([{ title: "hold SyncGroup of billing", enabled: true }]);
});

test("a batch can be damaged in every way, and two of them one after the other", async () => {
  const { ask } = await withScene();
  const damages = await ask("playground.damages", {});
  const aim = { kind: "corruptNextBatch", topic: "orders", partition: 0 } as const;

  for (const { damage } of damages) await ask("playground.addFault", { ...aim, damage });
  await ask("playground.addFault", { ...aim, damage: "crc" });

  expect(damages.map(({ name }) => name)).toContain("Codec that does not exist");
  expect((await ask("playground.status", {})).faults).toHaveLength(damages.length + 1);
});

test.each([
  [
    "a node that is not there",
    { id: "stopNode", target: { nodeId: 9 } },
    "There is no node 9, only 1, 2, 3.",
  ],
  ["a missing group", { id: "forceRebalance", target: {} }, '"Force a rebalance" needs a group.'],
  [
    "a group without members",
    { id: "forceRebalance", target: { groupId: "nobody" } },
    "There is no group nobody.",
  ],
])("what cannot be is refused with the reason: %s", async (_what, asked, message) => {
  const { ask } = await withScene();

  await expect(ask("playground.trouble", asked)).rejects.toMatchObject({ code: "REFUSED", message });
});

test("what a trouble must still be told is known here, for whoever asks the user", async () => {
  const { ask } = await withScene();
  const lacks = (id: string, target: object) => ask("playground.troubleLacks", { id, target });

  expect(await lacks("kickMember", { groupId: "billing" })).toEqual(["member"]);
  expect(await lacks("kickMember", { groupId: "billing", memberId: "m" })).toEqual([]);
  await expect(lacks("nonsense", {})).rejects.toMatchObject({ code: "REFUSED" });
});

test("a node that joins is a row, and can be stopped like any other", async () => {
  const { ask, clock, tree } = await withScene();

  await ask("playground.trouble", { id: "addNode", target: {} });
  await clock.advance(2_000);

  expect((await tree.find(clusters, "node 4"))?.description).toMatch(/^up · 127\.0\.0\.1:9095/);
  expect((await tree.find(clusters, "Nodes"))?.label).toBe("Nodes (4)");
  await ask("playground.trouble", { id: "stopNode", target: { nodeId: 4 } });
  await clock.advance(2_000);
  expect((await tree.find(clusters, "node 4"))?.description).toBe("down · 127.0.0.1:9095");
});

test("a node that joined is there again after a reload with a data directory, in as many rows", async () => {
  const { ask, clock, tree, client } = startHost({ settings: { playgroundDataDirectory: "kept" } });
  client.notify("tree.visible", { view: clusters, visible: true });
  await ask("playground.start", { scene: true });
  await ask("playground.trouble", { id: "addNode", target: {} });
  await ask("playground.trouble", { id: "moveLeader", target: { topic: "orders", partition: 0, nodeId: 4 } });
  await ask("playground.stop", {});

  const { nodes } = await ask("playground.start", { scene: false });
  await clock.advance(2_000);

  expect(nodes.map(({ nodeId, isUp }) => [nodeId, isUp])).toEqual([1, 2, 3, 4].map((id) => [id, true]));
  expect((await tree.find(clusters, "Nodes"))?.label).toBe("Nodes (4)");
  expect((await tree.find(clusters, "node 4"))?.description).toContain("leads 1");
});

test("a transactional id can be chosen, with what its transaction is doing", async () => {
  const { ask, clock } = await withScene();
  const pace = { kind: "burst", count: 10 } as const;
  const transactions = { records: 5, abortShare: 0 };
  const { workloadId } = await ask("playground.startProducing", { topic: "orders", pace, transactions });
  await clock.advance(2_000);

  const [known] = await ask("playground.transactions", {});

  expect(known).toEqual({ transactionalId: `orders-${workloadId}`, state: "CompleteCommit" });
});

test("the members of a group can be chosen by name", async () => {
  const { ask } = await withScene();

  const members = await ask("playground.groupMembers", { groupId: "billing" });

  expect(members).toHaveLength(2);
  expect(members.every(({ memberId, clientId }) => memberId !== "" && clientId !== "")).toBe(true);
});

test("rules written as JSON come into force together", async () => {
  const { ask } = await withScene();
  const rule = {
    match: { api: "Heartbeat" },
    action: { kind: "delay", delayMs: 5 },
    title: "slow heartbeats",
  };

  const { faultIds, problems } = await ask("playground.addRules", {
    text: JSON.stringify({ rules: [rule, { ...rule, title: "slower" }] }),
  });

  expect(problems).toEqual([]);
  expect((await ask("playground.status", {})).faults.map(({ faultId, title }) => [faultId, title])).toEqual([
    [faultIds[0], "slow heartbeats"],
    [faultIds[1], "slower"],
  ]);
});

test("one wrong rule keeps all of a file out of force, and says where it is wrong", async () => {
  const { ask } = await withScene();
  const good = { match: {}, action: { kind: "drop" } };

  const { faultIds, problems } = await ask("playground.addRules", {
    text: JSON.stringify([good, { ...good, match: { api: "Hartbeat" } }]),
  });

  expect(faultIds).toEqual([]);
  expect(problems).toEqual(['rules[1].match.api: "Hartbeat" is no API of Kafka']);
  expect((await ask("playground.status", {})).faults).toEqual([]);
});
