import { expect, test } from "vitest";
import type { Observation } from "#trace/observation.ts";
import type { BrokerClock } from "#trace/observations/broker.ts";
import { children } from "#views/tree/children.ts";
import type { TreeNode } from "#views/treeNode.ts";
import { byBroker, modelOf, seen } from "../../model/observed.ts";

/** 10:00:00.400 of some day. */
const now = 36_000_400;
const playground = seen(
  0,
  { type: "cluster.profile", name: "playground", kind: "playground", bootstrapServers: ["localhost:9092"] },
  byBroker,
);
const started = seen(0, { type: "broker.started", kafkaClusterId: "k", nodes: [] }, byBroker);
const clock = (body: Omit<BrokerClock, "type">) =>
  seen(body.now, { type: "broker.clock", ...body }, byBroker);

function clockRow(...observations: readonly Observation[]): TreeNode | undefined {
  const context = { model: modelOf(playground, ...observations), findings: [], now };
  return children("groupscope.clusters", { kind: "cluster", clusterId: "c1" }, context).find(
    ({ target }) => target.kind === "clock",
  );
}

test("the clock of a playground says that time is real, and what time it is, to the second", () => {
  const row = clockRow(started);

  expect(row).toMatchObject({ label: "Clock", contextValue: "clock real" });
  expect(row?.description).toBe("real time · 10:00:00 UTC");
});

test.each([
  [
    "stands still",
    { mode: "paused", now: now - 90_000, aheadMs: -5_000 },
    /^paused · 09:58:30 UTC · 1 min 30 s behind the real time$/,
  ],
  [
    "is real again after a pause",
    { mode: "real", now: now - 90_000, aheadMs: -60_000 },
    /^runs at real speed · 09:59:00 UTC · 1 min 0 s behind the real time$/,
  ],
  [
    "runs fast",
    { mode: "fast", now: now + 3_600_000, aheadMs: 3_600_000 },
    /^runs fast · 11:00:00 UTC · 1 h 0 min ahead of the real time$/,
  ],
] as const)("a clock that %s says so, with the time it shows", (_what, body, says) => {
  const row = clockRow(started, clock(body));

  expect(row?.description).toMatch(says);
  expect(row?.contextValue).toBe(`clock ${body.mode}`);
});

test("a clock that a foreign client made real says who came", () => {
  const reason = "my-service (127.0.0.1:5000) came, which waits by the real time";

  const row = clockRow(started, clock({ mode: "real", now: now - 10, aheadMs: 0, reason }));

  expect(row?.description).toContain(reason);
});

test("a playground that stopped has no clock, and neither has another cluster", () => {
  const stopped = seen(9, { type: "broker.stopped", reason: "stopped" }, byBroker);

  expect(clockRow(started, stopped)).toBeUndefined();
  expect(clockRow()).toBeUndefined();
});
