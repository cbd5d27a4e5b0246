import { expect, test } from "vitest";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { RawClient } from "#test/playground/rawClient.ts";
import type { RebalancesState } from "#webview/rebalances/contract.ts";
import { startHost } from "./support/testHost.ts";

const clusters = "groupscope.clusters";
const consumers = "groupscope.debugConsumers";

async function withScene(settings: NonNullable<Parameters<typeof startHost>[0]>["settings"] = {}) {
  const host = startHost({ settings });
  host.client.notify("tree.visible", { view: clusters, visible: true });
  await host.ask("playground.start", { scene: true });
  await host.clock.advance(6_000);
  return host;
}

/** The offsets committed so far, as the tree says them. */
async function committed({ tree }: Awaited<ReturnType<typeof withScene>>): Promise<string> {
  const text = await tree.text(clusters);
  return (text.match(/orders-\d \| .*committed\s+\d+/g) ?? []).join("\n");
}

test("nothing happens on a playground whose clock stands still, however long one waits", async () => {
  const host = await withScene();
  await host.ask("playground.clock.set", { mode: "paused" });
  await host.clock.advance(1_000);
  const before = await committed(host);

  await host.clock.advance(120_000);

  expect(before).toContain("committed");
  expect(await committed(host)).toBe(before);
  // Two minutes without a heartbeat, and nobody was evicted.
  expect((await host.tree.find(clusters, "billing"))?.description).toContain("classic generation 1");
});

test("what a consumer did last is shown although its clock stands still", async () => {
  const host = await withScene();
  host.client.notify("tree.visible", { view: consumers, visible: true });
  const { sessionId } = await host.ask("session.start", {
    clusterId: "playground",
    topics: ["orders"],
    assignors: ["range"],
    startPosition: { kind: "start" },
    isolation: "read_uncommitted",
    pollMode: { mode: "hold" },
  });
  await host.clock.advance(5_000);
  await host.ask("playground.clock.set", { mode: "paused" });

  for (let poll = 0; poll < 12; poll++) await host.ask("session.poll", { sessionId, maxRecords: 1 });
  await host.clock.advance(1_000);

  const rows = (await host.tree.text(consumers)).matchAll(
    /buffered\s+(\d+) .*position\s+(\d+) · fetched to\s+(\d+)/g,
  );
  const counts = [...rows].map((row) => row.slice(1).map(Number));
  expect(counts.reduce((sum, [, position = 0]) => sum + position, 0)).toBe(12);
  for (const [buffered, position = 0, fetched = 0] of counts) expect(buffered).toBe(fetched - position);
});

test("a step lets the time pass for the broker, its producers and its members alike", async () => {
  const host = await withScene();
  const paused = await host.ask("playground.clock.set", { mode: "paused" });
  await host.clock.advance(1_000);
  const before = await committed(host);

  const stepped = await host.ask("playground.clock.step", { ms: 20_000 });
  await host.clock.advance(1_000);

  expect(stepped).toEqual({ mode: "paused", now: paused.now + 20_000 });
  expect(await committed(host)).not.toBe(before);
});

test("time is real again on the user's word, from where it stood", async () => {
  const host = await withScene();
  await host.ask("playground.clock.set", { mode: "paused" });
  const before = await committed(host);
  await host.clock.advance(60_000);

  await host.ask("playground.clock.set", { mode: "real" });
  await host.clock.advance(10_000);

  expect(await committed(host)).not.toBe(before);
  expect((await host.tree.find(clusters, "billing"))?.description).toContain("classic generation 1");
});

test("after a pause of minutes the clock shows the real time again, and nobody was evicted for it", async () => {
  const host = await withScene();
  await host.ask("playground.clock.set", { mode: "paused" });
  await host.clock.advance(135_000);
  await host.ask("playground.clock.set", { mode: "real" });
  await host.clock.advance(1_000);
  const behind = await host.tree.find(clusters, "Clock");
  const before = await committed(host);

  const caughtUp = await host.ask("playground.clock.catchUp", {});
  await host.clock.advance(1_000);

  expect(behind?.description).toMatch(/^real speed .*2 min 15 s behind the real time$/);
  expect(behind?.contextValue).toMatch(/^clock real behind\b/);
  expect(caughtUp.mode).toBe("real");
  expect((await host.tree.find(clusters, "Clock"))?.description).toMatch(/^real time · [\d:]+( UTC)?$/);
  expect(await committed(host)).not.toBe(before);
  expect((await host.tree.find(clusters, "billing"))?.description).toContain("classic generation 1");
});

test("after a pause no lag is below zero: all that is known is ordered by one clock", async () => {
  const host = await withScene({ refreshIntervalMs: 5_000 });
  await host.ask("playground.clock.set", { mode: "paused" });
  await host.clock.advance(20_000);
  await host.ask("playground.clock.set", { mode: "real" });

  const below: string[] = [];
  for (let second = 0; second < 25; second++) {
    await host.clock.advance(1_000);
    below.push(...((await host.tree.text(clusters)).match(/.*lag[\s\u2007]+-\d.*/g) ?? []));
  }

  expect(below).toEqual([]);
});

test("what is asked while the clock stands still is still told", async () => {
  const host = await withScene();
  await host.ask("playground.clock.set", { mode: "paused" });
  await host.clock.advance(1_000);

  await host.ask("cluster.createTopic", {
    clusterId: "playground",
    topic: "refunds",
    partitions: 1,
    replicationFactor: 1,
  });
  await host.clock.advance(10_000);

  expect(await host.tree.find(clusters, "refunds")).toBeDefined();
});

test("a foreign client keeps the clock real, and the refusal names it", async () => {
  const host = await withScene();
  const client = await host.clock.runUntil(
    RawClient.connect(host.network, { host: "127.0.0.1", port: 9_092 }),
  );
  const asked = client.call(
    apiVersions,
    { clientSoftwareName: "test", clientSoftwareVersion: "1" },
    { version: 3, clientId: "my-service" },
  );
  await host.clock.runUntil(asked);

  const refusal = await host.ask("playground.clock.set", { mode: "paused" }).catch((error: Error) => error);

  expect(refusal).toMatchObject({ code: "REFUSED", message: expect.stringContaining("my-service") });
  expect(await host.ask("playground.clock", {})).toMatchObject({ mode: "real" });
});

test("a playground whose clock stands still can be stopped", async () => {
  const host = await withScene();
  await host.ask("playground.clock.set", { mode: "paused" });

  await host.ask("playground.stop", {});

  expect(await host.ask("playground.status", {})).toMatchObject({ running: false, members: [] });
});

test("a playground that is kept comes back with its records, and the scene is not played twice", async () => {
  const host = startHost({ settings: { playgroundDataDirectory: "playground" } });
  await host.ask("playground.start", { scene: true });
  await host.clock.advance(3_000);
  await host.ask("playground.stop", {});
  const held = host.dataFiles.contents.size;

  const status = await host.ask("playground.start", { scene: true });

  expect(held).toBeGreaterThan(6);
  expect(status.running).toBe(true);
  expect(status.members).toHaveLength(2);
});

test("what stopping would lose is known before: consumers always, records and groups unless they are kept", async () => {
  const lost = await withScene();
  const kept = await withScene({ playgroundDataDirectory: "playground" });
  await kept.ask("session.start", {
    clusterId: "playground",
    topics: ["orders"],
    assignors: [],
    startPosition: { kind: "start" },
    isolation: "read_uncommitted",
    pollMode: { mode: "hold" },
  });

  const { stopping: loses } = await lost.ask("playground.status", {});
  const { stopping: keeps } = await kept.ask("playground.status", {});

  expect(loses).toMatchObject({ debugConsumers: 0, groups: 1 });
  expect(loses.records).toBeGreaterThan(600);
  expect(keeps).toEqual({ debugConsumers: 1, groups: 0, records: 0 });
});

test("a playground is not kept unless that is wished for", async () => {
  const host = await withScene();

  await host.ask("playground.stop", {});

  expect(host.dataFiles.contents.size).toBe(0);
});

test("who joins while the clock stands still waits for the clock, and says so on each of its rows", async () => {
  const host = await withScene();
  await host.ask("playground.clock.set", { mode: "paused" });
  await host.ask("playground.addMember", { groupId: "billing", topics: ["orders"] });
  await host.ask("session.start", {
    clusterId: "playground",
    groupId: "billing",
    topics: ["orders"],
    assignors: ["range"],
    startPosition: { kind: "committed", else: "start" },
    isolation: "read_uncommitted",
    pollMode: { mode: "hold" },
  });
  await host.clock.advance(4_000);

  const waiting = {
    worker: (await host.tree.find(clusters, "worker-3"))?.description,
    session: (await host.tree.find("groupscope.debugConsumers", "A"))?.description,
    below: (await host.tree.find("groupscope.debugConsumers", "No partitions yet"))?.description,
  };
  await host.ask("playground.clock.set", { mode: "real" });
  await host.clock.advance(10_000);

  expect(waiting.worker).toMatch(/^waits .*· the clock is paused/);
  expect(waiting.session).toMatch(/^waits .*· the clock is paused · buffered 0/);
  expect(waiting.below).toBe("the clock is paused");
  expect(await host.tree.text(clusters)).not.toContain("the clock is paused");
});

test("a member that was restarted while the clock stood still is not left behind as one that leaves", async () => {
  const host = await withScene();
  await host.ask("playground.clock.set", { mode: "paused" });
  const changed = host.ask("playground.changeMember", {
    name: "worker-1",
    protocol: "cooperative-sticky, range",
  });
  await host.clock.advance(10_000);
  await host.ask("playground.clock.set", { mode: "real" });
  await changed;

  await host.clock.advance(30_000);

  const rows = (await host.tree.text(clusters)).match(/worker-1 \|.*/g);
  expect(rows).toEqual([expect.stringContaining("orders-")]);
});

test("the Rebalances panel stands where the playground's clock stands", async () => {
  const host = await withScene();
  const shown: RebalancesState[] = [];
  host.client.on("panel.state")(({ state }) => shown.push(state as RebalancesState));
  const { panelId } = await host.ask("panel.open", {
    panel: "rebalances",
    clusterId: "playground",
    groupId: "billing",
  });
  host.client.notify("panel.visible", { panelId, visible: true });
  const { now } = await host.ask("playground.clock.set", { mode: "paused" });

  await host.clock.advance(60_000);

  expect(shown.at(-1)?.extent.toMs).toBe(now);
  expect(shown.at(-1)).toMatchObject({ nowMs: now, subtitle: expect.stringMatching(/^Stable for \d\.\d s/) });
});
