import { expect, test } from "vitest";
import type { RebalancesState } from "#webview/rebalances/contract.ts";
import { startHost } from "../support/testHost.ts";

async function withPanel() {
  const host = startHost();
  await host.ask("playground.start", { scene: true });
  await host.clock.advance(6_000);
  const states: RebalancesState[] = [];
  host.client.on("panel.state")(({ state }) => states.push(state as RebalancesState));
  const { panelId } = await host.ask("panel.open", {
    panel: "rebalances",
    clusterId: "playground",
    groupId: "billing",
  });
  host.client.notify("panel.visible", { panelId, visible: true });
  const shown = async () => {
    await host.clock.advance(500);
    const state = states.at(-1);
    if (!state) throw new Error("nothing was shown");
    return state;
  };
  return { ...host, shown };
}

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
