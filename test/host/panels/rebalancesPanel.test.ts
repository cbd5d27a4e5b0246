import { expect, test } from "vitest";
import type { RebalancesState } from "#webview/rebalances/contract.ts";
import { startHost } from "../support/testHost.ts";

async function withPanel() {
  const host = startHost();
  await host.ask("playground.start", { scene: true });
  await host.clock.advance(6_000);
  return { ...host, ...(await openPanel(host, "playground")) };
}

async function openPanel(host: ReturnType<typeof startHost>, clusterId: string) {
  const states: RebalancesState[] = [];
  const { panelId, title } = await host.ask("panel.open", {
    panel: "rebalances",
    clusterId,
    groupId: "billing",
  });
  host.client.on("panel.state")((told) => {
    if (told.panelId === panelId) states.push(told.state as RebalancesState);
  });
  host.client.notify("panel.visible", { panelId, visible: true });
  const shown = async () => {
    await host.clock.advance(500);
    const state = states.at(-1);
    if (!state) throw new Error("nothing was shown");
    return state;
  };
  const jumpTo = (atMs: number) =>
    host.client.notify("panel.notified", {
      panelId,
      panel: "rebalances",
      notified: { name: "jumpToMoment", body: { atMs } },
    });
  const live = () =>
    host.client.notify("panel.notified", {
      panelId,
      panel: "rebalances",
      notified: { name: "live", body: {} },
    });
  return { shown, jumpTo, live, title };
}

/** A trace in which the group is stable, then rebalances for a new member, opened in a panel. */
async function withTrace() {
  const host = startHost();
  await host.ask("playground.start", { scene: true });
  await host.clock.advance(20_000);
  await host.ask("playground.addMember", { groupId: "billing", topics: [] });
  await host.clock.advance(20_000);
  await host.ask("trace.save", { file });
  const { traceId } = await host.ask("trace.open", { file });
  return { ...host, traceId, ...(await openPanel(host, `${traceId}/playground`)) };
}

const file = "/tmp/incident.jsonl";

test("a paused clock is not called live", async () => {
  const { ask, shown } = await withPanel();
  const before = await shown();

  await ask("playground.clock.set", { mode: "paused" });
  const paused = await shown();

  expect([before.standstill, paused.standstill?.text]).toEqual([null, "clock paused"]);
});

test("a playground that is stopped shows its last minute for as long as one looks, and offers to start it", async () => {
  const { ask, clock, shown } = await withPanel();
  // Its clock is behind the real one from here on.
  await ask("playground.clock.set", { mode: "paused" });
  await clock.advance(120_000);
  await ask("playground.clock.set", { mode: "real" });
  await clock.advance(2_000);

  await ask("playground.stop", {});
  await clock.advance(120_000);
  const { standstill, subtitle, lanes, nowMs, limits } = await shown();

  expect(standstill?.remedies.map(({ action }) => action.kind)).toEqual(["startPlayground"]);
  expect(subtitle).toBe("the playground is stopped; what was seen of it before stays here");
  expect(limits).toEqual([]);
  const ends = lanes.flatMap(({ gone }) => gone.map(({ atMs }) => atMs));
  expect(ends).toHaveLength(2);
  for (const atMs of ends) expect(Math.abs(nowMs - atMs)).toBeLessThan(2_000);
});

test("after a pause of the clock, header and chart show one moment", async () => {
  const { ask, clock, shown, jumpTo } = await withPanel();
  await ask("playground.clock.set", { mode: "paused" });
  await clock.advance(135_000);
  await ask("playground.clock.set", { mode: "real" });
  await clock.advance(10_000);
  await ask("playground.addMember", { groupId: "billing", topics: [] });
  await clock.advance(10_000);
  const { nowMs } = await shown();
  const atMs = nowMs - 15_000;

  jumpTo(atMs);
  const past = await shown();

  expect(past).toMatchObject({ bound: { kind: "moment", atMs }, nowMs: atMs, extent: { toMs: atMs } });
  expect(past.moments?.toMs).toBeGreaterThanOrEqual(nowMs);
  expect(past.subtitle).toMatch(/^Stable for [1-9]/);
  expect(past.subtitle).toContain("2 members");
  for (const { fromMs } of past.generations) expect(fromMs).toBeLessThanOrEqual(atMs);
});

test("a moment before all that is kept is not pretended to be shown", async () => {
  const { shown, jumpTo } = await withPanel();

  jumpTo(0);
  const past = await shown();

  expect(past.bound).toEqual({ kind: "moment", atMs: past.moments?.fromMs, name: null });
});

test("the slider of an opened trace moves through the trace's time, and back to its end", async () => {
  const { shown, jumpTo, live } = await withTrace();
  const end = await shown();
  const atMs = end.nowMs - 30_000;

  jumpTo(atMs);
  const past = await shown();
  live();
  const back = await shown();

  expect(end.subtitle).toContain("3 members");
  expect(past).toMatchObject({
    bound: { kind: "moment", atMs, name: "incident.jsonl" },
    nowMs: atMs,
    following: true,
  });
  expect(past.subtitle).toContain("2 members");
  expect(past.lanes.map(({ name }) => name)).toEqual(["worker-1", "worker-2"]);
  expect(back).toEqual(end);
});

test("a trace whose file is gone says why a moment of it cannot be shown, and stays at its end", async () => {
  const { shown, jumpTo, files } = await withTrace();
  const end = await shown();
  files.contents.delete(file);

  jumpTo(end.nowMs - 30_000);
  const refused = await shown();

  expect(refused.refusal).toMatch(/^That moment cannot be shown\. incident\.jsonl cannot be read: /);
  expect({ ...refused, refusal: null }).toEqual(end);
});

test("the panel of a trace is named like it, and says so when the trace was closed", async () => {
  const { ask, shown, live, title, traceId } = await withTrace();

  await ask("trace.close", { traceId });
  live();
  const closed = await shown();

  expect(title).toBe("Rebalances: billing (incident.jsonl)");
  expect(closed).toMatchObject({
    bound: { kind: "trace", name: "incident.jsonl" },
    empty: { title: "The trace is closed" },
    moments: null,
  });
});
