import { expect, test } from "vitest";
import type { SessionChoice } from "#host/channel/sessionRequests.ts";
import { startHost } from "./support/testHost.ts";

const consumers = "groupscope.debugConsumers";
const toEnd = { kind: "end" } as const;

/** Alone in a group of its own on the playground: it has every partition of orders, and nothing is committed. */
async function alone(choice: Partial<SessionChoice> = {}) {
  const host = startHost();
  host.client.notify("tree.visible", { view: consumers, visible: true });
  await host.ask("playground.start", { scene: true });
  await host.clock.advance(5_000);
  const { sessionId } = await host.ask("session.start", {
    clusterId: "playground",
    topics: ["orders"],
    groupId: "mine",
    assignors: ["range"],
    startPosition: { kind: "committed", else: "start" },
    isolation: "read_uncommitted",
    pollMode: { mode: "hold" },
    ...choice,
  });
  await host.clock.advance(8_000);
  const partitions = (await host.ask("session.partitions", { sessionId })).map(({ topic, partition }) => ({
    topic,
    partition,
  }));
  return { ...host, sessionId, partitions };
}

test("consuming and discarding reports how far it is and counts exactly what it left out", async () => {
  const { ask, sessionId, partitions } = await alone();
  const [before] = await ask("session.previewSkip", { sessionId, partitions, to: toEnd });
  const steps: bigint[] = [];

  const { skipped } = await ask(
    "session.skip",
    { sessionId, partitions, to: toEnd, how: "discard", commit: false, deadlineMs: 5_000 },
    { onProgress: ({ position = 0n }) => steps.push(position) },
  );

  const [first] = skipped;
  expect(first?.records).toBeGreaterThanOrEqual(Number(before?.records));
  expect(Number((first?.to ?? 0n) - (first?.from ?? 0n))).toBe(first?.records);
  expect(steps.length).toBeGreaterThanOrEqual(partitions.length);
});

test("leaving and rejoining commits every partition and leaves the group once", async () => {
  const { ask, clock, sessionId, partitions } = await alone();

  const { skipped, commit } = await ask("session.skip", {
    sessionId,
    partitions,
    to: toEnd,
    how: "rejoin",
    commit: true,
    deadlineMs: 5_000,
  });
  await clock.advance(5_000);

  expect(commit?.outcome).toBe("committed");
  expect(skipped).toHaveLength(partitions.length);
  const after = await ask("session.partitions", { sessionId });
  for (const { topic, partition, to } of skipped) {
    const now = after.find((each) => each.topic === topic && each.partition === partition);
    expect(now?.position).toBeGreaterThanOrEqual(to);
  }
});

test("an offset is committed with its note although the position stands elsewhere", async () => {
  const { ask, clock, sessionId, partitions } = await alone();
  const [key] = partitions;
  if (!key) throw new Error("nothing assigned");

  const report = await ask("session.commit", {
    sessionId,
    deadlineMs: 5_000,
    offsets: [{ ...key, offset: 3n, metadata: "checked by hand" }],
  });
  await clock.advance(500);

  expect(report.outcome).toBe("committed");
  const [first] = await ask("session.partitions", { sessionId });
  expect(first).toMatchObject({ committedOffset: 3n, position: 0n });
});

test("a rebalance waits for the gate, the row says so, and allowing it lets it through", async () => {
  const { ask, clock, tree, sessionId } = await alone({ advanced: { blockRebalanceOnPoll: true } });
  await ask("session.poll", { sessionId, maxRecords: 5 });
  await ask("session.rejoin", { sessionId });
  await clock.advance(3_000);

  const held = await tree.find(consumers, "A");
  const allowed = await ask("session.allowRebalance", { sessionId });
  await clock.advance(5_000);

  expect(held?.contextValue).toMatch(/^session group member .*gateHeld waiting/);
  expect(allowed).toEqual({ wasHeld: true, waited: "rebalance" });
  expect((await tree.find(consumers, "A"))?.contextValue).not.toMatch(/gateHeld|waiting/);
});

test("stopping without leaving lets the group find out by itself", async () => {
  const { ask, clock, sessionId } = await alone();

  await ask("session.stop", { sessionId, leaveGroup: false });
  await clock.advance(5_000);

  const groups = await ask("cluster.groups", { clusterId: "playground" });
  expect(groups.find(({ groupId }) => groupId === "mine")?.state).toBe("Stable");
});
