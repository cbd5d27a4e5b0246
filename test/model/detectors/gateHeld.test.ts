import { expect, test } from "vitest";
import { findHeldGates } from "#model/detectors/gateHeld.ts";
import type { SessionGate } from "#trace/observations/session.ts";
import { clusterOf, modelOf, seen, started, tp } from "../observed.ts";

const toleranceMs = 5_000;

const gate = (rest: Partial<SessionGate> = {}): SessionGate => ({
  type: "session.gate",
  sessionId: "s1",
  held: true,
  heldSince: 1_000,
  records: 12,
  waitingSince: 2_000,
  reason: "a member joined",
  ...rest,
});

const clusterWith = (...gates: readonly SessionGate[]) =>
  clusterOf(modelOf(seen(500, started()), ...gates.map((each) => seen(2_000, each))));

test("a rebalance that waits for the records of a poll is reported from the tolerance on", () => {
  const cluster = clusterWith(gate());

  expect(findHeldGates(cluster, 6_999, toleranceMs)).toEqual([]);
  const [finding] = findHeldGates(cluster, 7_000, toleranceMs);

  expect(finding).toMatchObject({
    severity: "warning",
    title: "A: holds up a rebalance",
    lastedMs: 5_000,
    detail: "12 records of its polls not released",
    since: 2_000,
    subjects: [
      { kind: "session", sessionId: "s1" },
      { kind: "group", groupId: "billing" },
    ],
  });
  expect(finding?.remedies[0]?.action).toEqual({ kind: "allowRebalance", clusterId: "c1", sessionId: "s1" });
});

test("it becomes an error when the eviction is near, and says how near", () => {
  const [finding] = findHeldGates(clusterWith(gate({ evictedAt: 22_000 })), 14_000, toleranceMs);

  expect(finding).toMatchObject({
    severity: "error",
    detail: "12 records of its polls not released; evicted in 8.0 s",
  });
});

test("a callback that waits for the records of a poll is reported, with what is not read meanwhile", () => {
  const callbackWaits = { since: 3_000, callback: "assigned", partitions: tp("orders", 1, 2) } as const;
  const cluster = clusterWith(gate({ waitingSince: undefined, reason: undefined, callbackWaits }));

  expect(findHeldGates(cluster, 7_999, toleranceMs)).toEqual([]);
  const [finding, ...others] = findHeldGates(cluster, 8_000, toleranceMs);

  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    severity: "warning",
    title: "A: holds up its on-assigned callback",
    lastedMs: 5_000,
    detail: "12 records of its polls not released; about orders-1, orders-2",
    since: 3_000,
  });
  expect(finding?.cause).toContain("Nothing is read of these partitions until it has run");
  expect(finding?.remedies[0]?.action).toEqual({ kind: "allowRebalance", clusterId: "c1", sessionId: "s1" });
});

test("a callback that waits with a rebalance is one finding, about the rebalance", () => {
  const callbackWaits = { since: 1_500, callback: "assigned", partitions: tp("orders", 1) } as const;

  const findings = findHeldGates(clusterWith(gate({ callbackWaits })), 60_000, toleranceMs);

  expect(findings).toMatchObject([{ since: 2_000, detail: "12 records of its polls not released" }]);
});

test.each<[string, readonly SessionGate[]]>([
  ["no rebalance waits", [gate({ waitingSince: undefined })]],
  ["it was released", [gate(), gate({ held: false, waitingSince: undefined })]],
])("nothing is said when %s", (_when, gates) => {
  expect(findHeldGates(clusterWith(...gates), 60_000, toleranceMs)).toEqual([]);
});

test("a consumer that ended holds nothing up", () => {
  const cluster = clusterOf(
    modelOf(
      seen(500, started()),
      seen(2_000, gate()),
      seen(3_000, { type: "session.ended", sessionId: "s1", reason: "stopped", couldNot: [] }),
    ),
  );

  expect(findHeldGates(cluster, 60_000, toleranceMs)).toEqual([]);
});
