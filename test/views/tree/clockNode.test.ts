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
    /^real speed · 09:59:00 UTC · 1 min 0 s behind the real time$/,
  ],
  [
    "runs fast",
    { mode: "fast", now: now + 3_600_000, aheadMs: 3_600_000 },
    /^runs fast · 11:00:00 UTC · 1 h 0 min ahead of the real time$/,
  ],
] as const)("a clock that %s says so, with the time it shows", (_what, body, says) => {
  const row = clockRow(started, clock(body));

  expect(row?.description).toMatch(says);
  expect(row?.contextValue).toMatch(`clock ${body.mode}`);
});

test("a clock that a foreign client keeps to the real time says so before any number", () => {
  const foreign = "my-service and 1 more";

  const row = clockRow(started, clock({ mode: "real", now: now - 14_000, aheadMs: -14_000, foreign }));

  expect(row?.description).toBe(
    "real speed: my-service and 1 more is connected · 09:59:46 UTC · 14.0 s behind the real time",
  );
  expect(row?.contextValue).toBe("clock real behind kept");
  expect(row?.tooltip).toContain("foreign client waits by the real time");
});

test.each([
  ["behind", -14_000, "clock real behind", "lets what it is behind pass"],
  ["ahead", 14_000, "clock real", "Time never goes back"],
] as const)(
  "a clock that is %s offers what can be done about it, and no more",
  (_how, aheadMs, words, why) => {
    const row = clockRow(started, clock({ mode: "real", now: now + aheadMs, aheadMs }));

    expect(row?.contextValue).toBe(words);
    expect(row?.tooltip).toContain(why);
  },
);

test("a playground that stopped has no clock, and neither has another cluster", () => {
  const stopped = seen(9, { type: "broker.stopped", reason: "stopped" }, byBroker);

  expect(clockRow(started, stopped)).toBeUndefined();
  expect(clockRow()).toBeUndefined();
});
