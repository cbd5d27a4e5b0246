import { describe, expect, test } from "vitest";
import { presentOf } from "#model/detectors/detect.ts";
import type { Observation } from "#trace/observation.ts";
import { byBroker, modelOf, seen } from "./observed.ts";

const now = 100_000;

function presentAfter(...observations: readonly Observation[]): number | undefined {
  const [cluster] = modelOf(...observations).clusters.values();
  return cluster && presentOf(cluster, now);
}

const clock = (mode: "real" | "paused" | "fast", shows: number, aheadMs: number) =>
  seen(shows, { type: "broker.clock", mode, now: shows, aheadMs }, byBroker);
const started = (at: number) =>
  seen(at, { type: "broker.started", kafkaClusterId: "k", nodes: [] }, byBroker);

describe("the present of a playground", () => {
  test.each([
    ["was never touched", [started(1_000)], now],
    ["stands still", [started(1_000), clock("paused", 50_000, 0)], 50_000],
    [
      "is real again after a pause",
      [clock("paused", 50_000, 0), clock("real", 50_000, -40_000)],
      now - 40_000,
    ],
    [
      "is real again after it ran ahead",
      [clock("fast", 50_000, 0), clock("real", 900_000, 800_000)],
      now + 800_000,
    ],
    ["ran in an earlier playground", [clock("paused", 50_000, 0), started(60_000)], now],
  ])("whose clock %s", (_what, observations, present) => {
    expect(presentAfter(...observations)).toBe(present);
  });

  test("whose clock runs ahead is when something last happened", () => {
    const trouble = { type: "broker.trouble", kind: "x", title: "x", nodesDown: [] } as const;

    const present = presentAfter(clock("fast", 50_000, 0), seen(700_000, trouble, byBroker));

    expect(present).toBe(700_000);
  });
});
