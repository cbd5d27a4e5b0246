import { expect, test } from "vitest";
import type { LostSession } from "#host/channel/hostContract.ts";
import type { SessionChoice } from "#host/channel/sessionRequests.ts";
import type { RecordsState } from "#webview/records/contract.ts";
import { startHost } from "./support/testHost.ts";

const consumers = "groupscope.debugConsumers";

const joining: SessionChoice = {
  clusterId: "playground",
  topics: ["orders"],
  groupId: "billing",
  assignors: ["range", "cooperative-sticky"],
  startPosition: { kind: "committed", else: "start" },
  isolation: "read_uncommitted",
  pollMode: { mode: "hold" },
};

/** A member of billing that holds, beside the two of the scene. */
async function withConsumer(choice: Partial<SessionChoice> = {}) {
  const host = startHost();
  host.client.notify("tree.visible", { view: consumers, visible: true });
  await host.ask("playground.start", { scene: true });
  await host.clock.advance(5_000);
  const { sessionId, name } = await host.ask("session.start", { ...joining, ...choice });
  await host.clock.advance(5_000);
  return { ...host, sessionId, name };
}

test("in hold it fetches into its buffer and delivers nothing", async () => {
  const { tree, ask, sessionId } = await withConsumer();

  const row = await tree.find(consumers, "A");
  const delivered = (await ask("panel.open", { panel: "records", clusterId: "playground", sessionId })).title;

  expect(row?.description).toMatch(/buffered [1-9]/);
  expect(row?.contextValue).toMatch(/^session group member hold running/);
  expect(delivered).toBe("Records: A");
});

test("stepping delivers exactly what was asked for and says so in its row", async () => {
  const { tree, ask, clock, sessionId } = await withConsumer();
  const before = await ask("session.partitions", { sessionId });

  const { records } = await ask("session.poll", { sessionId, maxRecords: 5 });
  // Positions are told a few times a second.
  await clock.advance(1_000);

  const after = await ask("session.partitions", { sessionId });
  const moved = after.map(({ position = 0n }, index) => position - (before[index]?.position ?? 0n));
  expect(records).toBe(5);
  expect(moved.reduce((sum, each) => sum + each, 0n)).toBe(5n);
  expect((await tree.find(consumers, "A"))?.contextValue).toMatch(/\bhold\b/);
});

// Held at instants between two reports of a position, too.
test.each([5_000, 5_030, 5_060, 5_110])(
  "flow at a rate delivers that many a second, and hold ends it after %s ms",
  async (flowMs) => {
    const { ask, clock, sessionId } = await withConsumer({
      groupId: undefined,
      startPosition: { kind: "start" },
    });
    await ask("session.pollMode", { sessionId, pollMode: { mode: "flow", recordsPerSecond: 20 } });

    await clock.advance(flowMs);
    await ask("session.pollMode", { sessionId, pollMode: { mode: "hold" } });
    // Positions are told a few times a second: what was delivered just before stands there only then.
    await clock.advance(1_000);
    const flowed = await delivered();
    await clock.advance(5_000);

    expect(flowed).toBeGreaterThanOrEqual(90);
    expect(flowed).toBeLessThanOrEqual(110);
    expect(await delivered()).toBe(flowed);

    async function delivered(): Promise<number> {
      const partitions = await ask("session.partitions", { sessionId });
      return Number(partitions.reduce((sum, { position = 0n }) => sum + position, 0n));
    }
  },
);

test("a paused partition keeps what it has, a step skips it, and resuming delivers it", async () => {
  const { ask, clock, sessionId, tree } = await withConsumer();
  const [first] = await ask("session.partitions", { sessionId });
  if (!first) throw new Error("nothing assigned");
  const { topic, partition } = first;

  await ask("session.pause", { sessionId, scope: { topic, partition } });
  await ask("session.poll", { sessionId, maxRecords: 1_000 });
  const paused = (await ask("session.partitions", { sessionId }))[0];
  expect(paused).toMatchObject({ paused: true, position: first.position });
  expect((await tree.find(consumers, `${topic}-${partition}`))?.contextValue).toContain("paused");
  await ask("session.resume", { sessionId, scope: { topic, partition } });
  await ask("session.poll", { sessionId, maxRecords: 1_000 });
  await clock.advance(500);

  const resumed = (await ask("session.partitions", { sessionId }))[0];
  expect(resumed?.position).toBeGreaterThan(first.position ?? 0n);
});

test("skipping to the end does what the preview said, and commits when asked to", async () => {
  const { ask, clock, sessionId } = await withConsumer();
  const partitions = (await ask("session.partitions", { sessionId })).map(({ topic, partition }) => ({
    topic,
    partition,
  }));

  const [preview] = await ask("session.previewSkip", { sessionId, partitions, to: { kind: "end" } });
  const { skipped, commit } = await ask("session.skip", {
    sessionId,
    partitions,
    to: { kind: "end" },
    how: "move",
    commit: true,
    deadlineMs: 5_000,
  });
  await clock.advance(100);

  expect(preview?.records).toBeGreaterThan(0n);
  expect(skipped[0]?.to).toBeGreaterThanOrEqual(preview?.to ?? 0n);
  expect(commit?.outcome).toBe("committed");
});

test("seeking to the start goes back to the first record", async () => {
  const { ask, sessionId } = await withConsumer();
  const [first] = await ask("session.partitions", { sessionId });
  if (!first) throw new Error("nothing assigned");

  const [moved] = await ask("session.seek", {
    sessionId,
    partitions: [{ topic: first.topic, partition: first.partition }],
    target: { kind: "start" },
  });

  expect(moved?.to).toBe(0n);
});

test("a commit that a fault delays becomes a finding, and its waiter can be let go", async () => {
  const { ask, clock, client, sessionId } = await withConsumer();
  const { faultId } = await ask("playground.addFault", {
    kind: "delayCommits",
    groupId: "billing",
    delayMs: 8_000,
  });
  await ask("session.poll", { sessionId, maxRecords: 10 });

  const commit = client.request("session.commit", { sessionId, deadlineMs: 20_000 });
  await clock.advance(4_000);
  const findings = await ask("finding.list", {});
  const [waiting] = await ask("session.waitingCommits", { sessionId });
  const hang = findings.find(({ title }) => title.includes("commit waits"));
  expect(hang?.detail).toContain("answer commits of billing");
  expect(hang?.remedies.map(({ action }) => action.kind)).toContain("releaseCommit");
  const { released } = await ask("session.releaseCommit", { sessionId, commitId: waiting?.commitId ?? "" });

  const report = await clock.runUntil(commit);
  expect(released).toBe(true);
  expect(waiting).toMatchObject({
    partitions: expect.stringContaining("orders-"),
    waitsFor: hang?.detail.replace(/^[\d.]+ s · /, ""),
  });
  expect(report.outcome).toBe("released");
  expect(report.message).toMatch(/answer OffsetCommit; that has taken \d\.\d s; the fault “/);
  await ask("playground.removeFault", { faultId });
});

test("a commit that meets its deadline in a rebalance says since when it waited, and who is not back", async () => {
  const { ask, clock, client, sessionId } = await withConsumer();
  const defaults = await ask("session.defaults", { clusterId: "playground" });
  const blocking = { ...joining, advanced: { ...defaults, blockRebalanceOnPoll: true } };
  const { sessionId: holder } = await ask("session.start", blocking);
  await clock.advance(10_000);
  await ask("session.poll", { sessionId, maxRecords: 1 });
  await ask("session.poll", { sessionId: holder, maxRecords: 1 });
  await ask("session.rejoin", { sessionId });
  await clock.advance(2_000);

  const report = await clock.runUntil(client.request("session.commit", { sessionId, deadlineMs: 3_000 }));

  expect(report.outcome).toBe("deadlinePassed");
  expect(report.message).toMatch(
    /waited 3\.0 s for the group to finish joining .*; that has taken [45]\.\d s/,
  );
  expect(report.message).toMatch(/; B has not rejoined\.$/);
});

test("a corrupt batch halts its partition with bounds, and skipping it goes on behind", async () => {
  const { ask, clock, sessionId } = await withConsumer();
  const [first] = await ask("session.partitions", { sessionId });
  if (!first) throw new Error("nothing assigned");
  const { topic, partition } = first;
  await ask("playground.addFault", { kind: "corruptNextBatch", topic, partition, damage: "crc" });
  await ask("playground.produce", { topic, count: 200 });
  await clock.advance(3_000);

  const finding = (await ask("finding.list", {})).find(({ title }) => title.includes("corrupt batch"));
  expect(finding?.severity).toBe("error");
  expect(finding?.evidence.length).toBeGreaterThan(0);
  await ask("session.poll", { sessionId, maxRecords: 10_000 });
  await ask("session.skipBatch", { sessionId, topic, partition });
  await clock.advance(2_000);
  await ask("session.poll", { sessionId, maxRecords: 10_000 });

  const after = (await ask("session.partitions", { sessionId }))[0];
  expect(after?.halted).toBe(false);
  expect((await ask("finding.list", {})).filter(({ title }) => title.includes("corrupt batch"))).toEqual([]);
});

test("leaving ends it in good order, its row stays until it is taken off the list", async () => {
  const { ask, clock, tree, sessionId } = await withConsumer();

  const { couldNot } = await ask("session.stop", { sessionId });
  await clock.advance(3_000);
  const ended = await tree.find(consumers, "A");
  await ask("session.dismiss", { sessionId });

  expect(couldNot).toEqual([]);
  expect(ended?.contextValue).toContain("ended");
  expect(await tree.find(consumers, "A")).toBeUndefined();
  expect(await tree.find("groupscope.clusters", "A (ours)")).toBeUndefined();
});

test.each([
  ["commits what was delivered first when it is asked to", true, 5n],
  ["commits nothing unasked", undefined, 0n],
] as const)("stopping %s", async (_, commit, expected) => {
  const { ask, clock, sessionId } = await withConsumer({ groupId: "alone" });
  await ask("session.poll", { sessionId, maxRecords: 5 });

  const { couldNot } = await ask("session.stop", { sessionId, leaveGroup: true, commit });
  await clock.advance(1_000);
  const next = await ask("session.start", { ...joining, groupId: "alone" });
  await clock.advance(5_000);

  const partitions = await ask("session.partitions", { sessionId: next.sessionId });
  expect(couldNot).toEqual([]);
  expect(partitions.reduce((sum, { committedOffset = 0n }) => sum + committedOffset, 0n)).toBe(expected);
});

test("without a group there is nowhere to commit to, and that is said", async () => {
  const { ask, sessionId } = await withConsumer({ groupId: undefined, startPosition: { kind: "start" } });

  const refusal = await ask("session.commit", { sessionId, deadlineMs: 1_000 }).catch(
    (error: Error) => error,
  );

  expect(refusal).toMatchObject({ code: "REFUSED", message: expect.stringContaining("without a group") });
});

test("the records panel shows what was delivered, and one record whole", async () => {
  const { ask, client, clock, sessionId } = await withConsumer();
  await ask("session.poll", { sessionId, maxRecords: 3 });
  const states: unknown[] = [];
  client.on("panel.state")(({ state }) => states.push(state));
  const { panelId } = await ask("panel.open", { panel: "records", clusterId: "playground", sessionId });
  client.notify("panel.visible", { panelId, visible: true });

  await clock.advance(300);

  expect(states.at(-1)).toMatchObject({
    title: "Records delivered to A",
    total: 3,
    totals: { deliveredRecords: 3, keptRecords: 3, droppedRecords: 0 },
  });
  const row = (states.at(-1) as { window: { rows: { recordId: number }[] } }).window.rows[0];
  const text = await ask("panel.recordText", { panelId, recordId: row?.recordId ?? 0, what: "record" });
  expect(text).toMatchObject({ languageId: "json" });
  expect(JSON.parse(text?.text ?? "")).toMatchObject({
    topic: "orders",
    key: expect.stringContaining("customer"),
  });
});

test("the records panel and the sidebar say the same of what is buffered and paused, at every moment", async () => {
  const { ask, client, clock, tree, sessionId } = await withConsumer();
  const pushed = { panel: "", row: (await tree.find(consumers, "A"))?.description ?? "" };
  client.on("panel.state")(({ state }) => {
    const { deliverable, paused } = (state as RecordsState).session;
    const count = (deliverable + paused).toLocaleString("en");
    pushed.panel = `buffered ${count}${paused > 0 ? ` (${paused.toLocaleString("en")} paused)` : ""}`;
  });
  client.on("tree.changed")(({ view, changes }) => {
    const rows = view === consumers ? changes.flatMap(({ nodes }) => nodes) : [];
    pushed.row = rows.find(({ label }) => label === "A")?.description ?? pushed.row;
  });
  const { panelId } = await ask("panel.open", { panel: "records", clusterId: "playground", sessionId });
  client.notify("panel.visible", { panelId, visible: true });
  await clock.advance(1_000);

  const seen = new Set<string>();
  const [first] = await ask("session.partitions", { sessionId });
  for (let moment = 0; moment < 60; moment += 1) {
    if (moment === 20 && first) await ask("session.pause", { sessionId, scope: first });
    if (moment === 40) await ask("session.pause", { sessionId, scope: { all: true } });
    await clock.advance(110);
    expect(pushed.row.split(" · ")).toContain(pushed.panel);
    seen.add(pushed.panel);
  }

  expect(seen.size).toBeGreaterThan(10);
  const [, all, paused] = /^buffered ([\d,]+) \(([\d,]+) paused\)$/.exec(pushed.panel) ?? [];
  expect(paused).toBe(all);
});

test("a consumer is not called as one that ended and is still shown", async () => {
  const { ask, name, sessionId } = await withConsumer();
  await ask("session.stop", { sessionId });

  const second = await ask("session.start", joining);
  await ask("session.dismiss", { sessionId });
  const third = await ask("session.start", joining);

  expect([name, second.name, third.name]).toEqual(["A", "B", "A"]);
});

test("shutting down leaves the group within its deadline", async () => {
  const { ask, clock } = await withConsumer();
  const startedAt = clock.now();

  const { couldNot } = await ask("host.shutdown", { deadlineMs: 3_000 });

  expect(couldNot).toEqual([]);
  expect(clock.now() - startedAt).toBeLessThanOrEqual(3_000);
});

test("sessions of a worker that died are shown as ended in the next one", async () => {
  const died = await withConsumer();
  const lost: LostSession[] = [];
  died.client.on("host.status")(({ resumable }) => lost.splice(0, lost.length, ...resumable));
  await died.ask("session.start", { ...joining, groupId: undefined, startPosition: { kind: "start" } });
  await died.clock.advance(2_000);
  const next = startHost();

  next.client.notify("host.lostSessions", lost);
  await next.clock.advance(10);
  const row = await next.tree.find(consumers, "A");

  expect(lost).toHaveLength(2);
  expect(row?.description).toContain("ended");
  expect(row?.contextValue).toContain("ended");
});

test("what the user changed of the defaults is what the consumer is started with", async () => {
  const advanced = { maxBufferedRecords: 7, sessionTimeoutMs: 9_000 };

  const { tree, ask } = await withConsumer({ advanced });

  const defaults = await ask("session.defaults", { clusterId: "playground" });
  const row = await tree.find(consumers, "A");
  expect(defaults.maxBufferedRecords).toBeGreaterThan(7);
  expect(row?.tooltip).toMatch(/buffer.s cap \| 7 records/);
});

test("a bad combination is refused in words, before anything is sent", async () => {
  const host = startHost();
  const advanced = { heartbeatIntervalMs: 60_000 };

  const { problem } = await host.ask("session.problem", { ...joining, advanced });

  expect(problem).toMatch(/heartbeat interval \(60 s\) must be shorter than the session timeout \(15 s\)/);
});
