import { expect, test } from "vitest";
import type { Observation } from "#trace/observation.ts";
import { byBroker, bySample, described, groupOf, member, modelOf, phase, seen, started } from "./observed.ts";

const preparing = (at: number, envelope = byBroker) =>
  seen(at, described({ state: "PreparingRebalance", stateSince: at, members: [member("w1")] }), envelope);
const stable = (at: number, envelope = byBroker) =>
  seen(at, described({ stateSince: at, members: [member("w1"), member("groupscope-A-1")] }), envelope);

const unrestAfter = (...observations: readonly Observation[]) => groupOf(modelOf(...observations)).unrest;

test("a group that rebalances is restless until it is stable", () => {
  expect(unrestAfter(stable(1))).toBeUndefined();
  expect(unrestAfter(stable(1), preparing(5))).toEqual({ since: 5, calmSince: undefined });
  expect(unrestAfter(stable(1), preparing(5), stable(9))).toEqual({ since: 5, calmSince: 9 });
});

test("calm for a moment only does not end it", () => {
  const breath = [preparing(1_000), stable(5_000), preparing(6_000)];
  const rest = [preparing(1_000), stable(5_000), preparing(9_000)];

  expect(unrestAfter(...breath)).toEqual({ since: 1_000, calmSince: undefined });
  expect(unrestAfter(...rest)).toEqual({ since: 9_000, calmSince: undefined });
});

test("one of ours that has no answer keeps a group restless that its coordinator calls Stable", () => {
  const waits = [seen(1, started()), stable(2), seen(3, phase({ phase: "syncing" }))];

  expect(unrestAfter(...waits)).toEqual({ since: 3, calmSince: undefined });
  expect(unrestAfter(...waits, seen(10, phase()))).toEqual({ since: 3, calmSince: 10 });
});

test("a script that stays outside for good does not, once the group has gone on without it", () => {
  const outside = phase({ phase: "joining", memberId: "worker-9" });
  const scripted = seen(1, started({ scripted: true }));

  expect(unrestAfter(scripted, seen(2, outside), stable(3))).toEqual({ since: 2, calmSince: 3 });
});

test("a session that ends waits for nothing any more", () => {
  const ended = { type: "session.ended", sessionId: "s1", reason: "stopped", couldNot: [] } as const;

  expect(unrestAfter(seen(1, started()), seen(3, phase({ phase: "joining" })), seen(8, ended))).toEqual({
    since: 3,
    calmSince: 8,
  });
});

test("a sample speaks for the moment it was asked for", () => {
  const sampled = seen(
    50,
    described({ state: "PreparingRebalance", requestedAt: 40, members: [member("w1")] }),
    bySample,
  );

  expect(unrestAfter(sampled)).toEqual({ since: 40, calmSince: undefined });
});
