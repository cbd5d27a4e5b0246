import { expect, test } from "vitest";
import type { Observation } from "#trace/observation.ts";
import { byBroker, clusterOf, commit, described, member, modelOf, phase, seen, started } from "./observed.ts";

const broker = (at: number) =>
  seen(at, { type: "broker.started", kafkaClusterId: `k${at}`, nodes: [] }, byBroker);
const stopped = (at: number) => seen(at, { type: "broker.stopped", reason: "stopped" }, byBroker);
const fault = (at: number) =>
  seen(
    at,
    {
      type: "broker.fault",
      faultId: "fault-1",
      kind: "holdSyncGroup",
      title: "hold SyncGroup of billing",
      enabled: true,
      removed: false,
      hits: 15,
      holding: 1,
      since: at,
      groupId: "billing",
    },
    byBroker,
  );

const run: readonly Observation[] = [
  broker(1),
  fault(2),
  seen(3, started()),
  seen(4, phase()),
  seen(5, described({ generationId: 4, members: [member("groupscope-A-1")] }), byBroker),
  seen(6, commit()),
];

test("a playground that stops takes its faults with it: they are drawn where they were, and not on any more", () => {
  const { faults, pastFaults } = clusterOf(modelOf(...run, stopped(10))).playground;

  expect([...faults]).toEqual([]);
  expect(pastFaults).toMatchObject([
    { latest: { removed: true, holding: 0 }, segments: [{ fromAt: 2, toAt: 10 }] },
  ]);
});

test("what happened on a playground stays until another one runs", () => {
  const after = clusterOf(modelOf(...run, stopped(10)));
  const again = clusterOf(modelOf(...run, stopped(10), broker(20)));

  expect(after.groups.byId.get("billing")?.rebalances?.generations.list).toHaveLength(1);
  expect([...again.groups.byId]).toEqual([]);
  expect(again.playground).toMatchObject({ stopped: undefined, pastFaults: [] });
});

test("one that ended without a word leaves no fault behind either", () => {
  expect([...clusterOf(modelOf(...run, broker(20))).playground.faults]).toEqual([]);
});
