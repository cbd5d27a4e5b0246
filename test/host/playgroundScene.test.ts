import { expect, test } from "vitest";
import { startHost } from "./support/testHost.ts";

const clusters = "groupscope.clusters";

async function withScene() {
  const host = startHost();
  host.client.notify("tree.visible", { view: clusters, visible: true });
  const status = await host.ask("playground.start", { scene: true });
  await host.clock.advance(6_000);
  return { ...host, status };
}

test("the default scene shows a topic that receives records and a group of two members at once", async () => {
  const { tree, status } = await withScene();

  const text = await tree.text(clusters);

  expect(status).toMatchObject({ running: true, nodes: [{ port: 9_092 }, { port: 9_093 }, { port: 9_094 }] });
  // Which words stand first is the presenters' business, and tested there.
  expect(text).toMatch(/playground \| .*127\.0\.0\.1:9092/);
  expect(text).toMatch(/billing \| .*lag/);
  expect(text).toMatch(/worker-1 \| .*lag/);
  expect(text).toMatch(/worker-2 \| .*lag/);
  for (let partition = 0; partition < 6; partition++) {
    expect(text).toMatch(new RegExp(`orders-${partition} \\| .*committed\\s+\\d+`));
  }
  expect(text).toContain("20 a second");
});

test("starting it twice is starting it once", async () => {
  const { ask } = await withScene();

  const again = await ask("playground.start", { scene: true });

  expect(again.members).toHaveLength(2);
});

test("a taken port gives way to the next one", async () => {
  const host = startHost({ settings: { playgroundNodes: 1 } });
  const taken = await host.network.listen({ host: "127.0.0.1", port: 9_092 }, () => {});

  const status = await host.ask("playground.start", { scene: false });

  expect(status.nodes).toMatchObject([{ port: 9_093 }]);
  taken.dispose();
});

test("a member added to a group reads what the group reads, and a removed one is gone", async () => {
  const { ask, clock, tree } = await withScene();

  const added = await ask("playground.addMember", { groupId: "billing", topics: [] });
  await clock.advance(5_000);
  expect((await tree.find(clusters, "worker-3"))?.contextValue).toMatch(/^member scripted/);
  await ask("playground.removeMember", { name: added.name });
  await clock.advance(5_000);

  expect(await tree.find(clusters, "worker-3")).toBeUndefined();
  expect((await ask("playground.status", {})).members).toHaveLength(2);
});

test("a producer with everything that is not usual says so on its row, until it is stopped", async () => {
  const { ask, clock, tree } = await withScene();
  const options = {
    topic: "orders",
    sample: "clicks",
    pace: { kind: "wave", lowPerSecond: 5, highPerSecond: 50, periodMs: 20_000 },
    poison: { nth: 10 },
  } as const;

  const review = await ask("playground.reviewProducing", options);
  const { workloadId } = await ask("playground.startProducing", options);
  await clock.advance(10_000);
  const shown = await tree.text(clusters);
  await ask("playground.stopProducing", { workloadId });
  await clock.advance(2_000);

  expect(review.problem).toBeUndefined();
  expect(shown).toContain(review.text);
  expect(await tree.text(clusters)).not.toContain(review.text);
});

test("a producer that cannot be is refused with the reason", async () => {
  const { ask } = await withScene();
  const options = { topic: "orders", pace: { kind: "steady", recordsPerSecond: -1 } } as const;

  const review = await ask("playground.reviewProducing", options);
  const refusal = await ask("playground.startProducing", options).catch((error: Error) => error);

  expect(review.problem).toMatch(/records a second/);
  expect(refusal).toMatchObject({ code: "REFUSED", message: expect.stringContaining("records a second") });
});

test("stopping leaves the row, says so, and whoever asks for more is told to start it", async () => {
  const { ask, clock, tree } = await withScene();

  await ask("playground.stop", {});
  await clock.advance(2_000);
  const refusal = await ask("playground.produce", { topic: "orders", count: 1 }).catch(
    (error: Error) => error,
  );

  expect((await tree.find(clusters, "playground"))?.description).toMatch(/^stopped/);
  expect(refusal).toMatchObject({ code: "REFUSED", message: expect.stringContaining("Start it first") });
});

test("one that is started again has no fault, member or number of the one before", async () => {
  const { ask, clock, tree } = await withScene();
  const { faultId } = await ask("playground.addFault", { kind: "holdSyncGroup", groupId: "billing" });
  await ask("playground.stop", {});
  const stopped = await tree.text(clusters);

  await ask("playground.start", { scene: true });
  await clock.advance(6_000);
  const running = await tree.text(clusters);
  const refusal = await ask("playground.setFaultEnabled", { faultId, enabled: false }).catch(
    (error: Error) => error,
  );

  expect(stopped).toMatch(/^playground \| stopped\n/);
  expect(stopped).not.toMatch(/Nodes|Faults|Clock/);
  expect(running).toContain("Faults (0 on)");
  expect(running.match(/worker-\d+/g)).toEqual(["worker-1", "worker-2"]);
  expect(refusal).toMatchObject({ code: "NOT_FOUND" });
});

test("changes of shown rows arrive by themselves, of hidden trees nothing does", async () => {
  const { client, clock, tree } = await withScene();
  await tree.text(clusters);
  const changed: string[] = [];
  client.on("tree.changed")(({ changes }) =>
    changed.push(...changes.flatMap(({ nodes }) => nodes.map(({ label }) => label))),
  );

  await clock.advance(3_000);
  const whileShown = changed.length;
  client.notify("tree.visible", { view: clusters, visible: false });
  await clock.advance(1);
  changed.length = 0;
  await clock.advance(5_000);

  expect(whileShown).toBeGreaterThan(0);
  expect(changed).toEqual([]);
});

test("it passes for the release of the settings, and says which there are when it cannot", async () => {
  const old = startHost({ settings: { playgroundKafkaVersion: "2.8" } });
  const unknown = startHost({ settings: { playgroundKafkaVersion: "1.0" } });

  await old.ask("playground.start", { scene: true });
  await old.ask("playground.addMember", { groupId: "audit", topics: ["orders"], protocol: "consumer" });
  await old.clock.advance(6_000);
  const refusal = await unknown.ask("playground.start", { scene: true }).catch((error: Error) => error);

  // Kafka 2.8 knows nothing of KIP-848: the member falls back.
  expect(await old.tree.text(clusters)).toMatch(/audit \| .*Stable/);
  const groups = await old.ask("cluster.groups", { clusterId: "playground" });
  expect(groups.find(({ groupId }) => groupId === "audit")).toMatchObject({ groupType: "classic" });
  expect(refusal).toMatchObject({ code: "REFUSED", message: expect.stringContaining("choose 2.8, 3.9") });
});

test("a debug consumer's row says that it reads from the playground, for what only that can show", async () => {
  const { ask, tree } = await withScene();
  const { sessionId } = await ask("session.start", {
    clusterId: "playground",
    groupId: undefined,
    topics: ["orders"],
    assignors: ["range"],
    startPosition: { kind: "start" },
    isolation: "read_uncommitted",
    pollMode: { mode: "hold" },
  });

  const row = await tree.find("groupscope.debugConsumers", "A");

  expect(row?.contextValue).toMatch(/^session direct .*playground$/);
  const sessions = await ask("session.list", {});
  expect(sessions.find((each) => each.sessionId === sessionId)).toMatchObject({ clientId: "groupscope-A" });
});

test("the nodes stand in the racks of the settings, and racks that cannot be are refused", async () => {
  const inRacks = startHost({ settings: { playgroundRacks: ["a", "b"] } });
  const tooMany = startHost({ settings: { playgroundRacks: ["a", "b", "c", "d"] } });
  inRacks.client.notify("tree.visible", { view: "groupscope.clusters", visible: true });

  await inRacks.ask("playground.start", { scene: false });
  const refusal = await tooMany.ask("playground.start", { scene: false }).catch((error: Error) => error);

  await inRacks.clock.advance(2_000);
  const rows = await Promise.all(
    [1, 2, 3].map((id) => inRacks.tree.find("groupscope.clusters", `node ${id}`)),
  );
  const racks = rows.map((row) => /rack (\w+)/.exec(row?.description ?? "")?.[1]);
  expect(racks).toEqual(["a", "b", "a"]);
  expect(refusal).toMatchObject({
    code: "REFUSED",
    message:
      "The playground's nodes cannot stand in the racks of the settings: there are 4 racks (a, b, c, d) and 3 nodes.",
  });
});

test.each([
  ["consumer", "choose classic or classic,consumer"],
  ["classic,consumer", "Kafka 2.8 has classic groups only"],
])("rebalance protocols that cannot be (%s) are refused", async (playgroundRebalanceProtocols, reason) => {
  const { ask } = startHost({ settings: { playgroundKafkaVersion: "2.8", playgroundRebalanceProtocols } });

  const refusal = await ask("playground.start", { scene: false }).catch((error: Error) => error);

  expect(refusal).toMatchObject({ code: "REFUSED", message: expect.stringContaining(reason) });
});
