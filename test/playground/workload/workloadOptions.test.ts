import { expect, test } from "vitest";
import { type WorkloadOptions, workloadProblem, workloadText } from "#playground/workload/workloadOptions.ts";

const steady = { topic: "orders", pace: { kind: "steady", recordsPerSecond: 10 } } as const;

test.each<[Partial<WorkloadOptions>, RegExp]>([
  [{ pace: { kind: "steady", recordsPerSecond: 0 } }, /between 0 and 1000000 records/],
  [{ pace: { kind: "steady", recordsPerSecond: Number.NaN } }, /between 0 and 1000000 records/],
  [{ pace: { kind: "burst", count: 1.5 } }, /whole number/],
  [{ pace: { kind: "bursts", count: 10, everyMs: 1 } }, /time between bursts is at least 100 ms/],
  [{ pace: { kind: "ramp", fromPerSecond: -1, toPerSecond: 5, overMs: 1_000 } }, /rate is 0 or more/],
  [{ pace: { kind: "wave", lowPerSecond: 9, highPerSecond: 5, periodMs: 1_000 } }, /above its highest/],
  [{ pace: { kind: "onOff", recordsPerSecond: 5, onMs: 0, offMs: 1_000 } }, /time on/],
  [{ lastsMs: 0 }, /lasts longer/],
  [{ keys: { spread: "even", count: 0 } }, /keys/],
  [{ keys: { spread: "hot", count: 5, hotShare: 2 } }, /hot key/],
  [{ keys: { spread: "zipf", count: 5, exponent: -1 } }, /exponent/],
  [{ size: { kind: "fixed", bytes: 10 } }, /between 80 and 1000000 bytes/],
  [{ size: { kind: "range", minBytes: 900, maxBytes: 800 } }, /smallest size/],
  [{ size: { kind: "spikes", hugeBytes: 2_000_000, nth: 5 } }, /between 80 and 1000000 bytes/],
  [{ size: { kind: "spikes", hugeBytes: 2_000, nth: 0 } }, /every nth value/],
  [{ tombstoneShare: 1.1 }, /share of tombstones/],
  [{ tombstoneShare: 0.1, keys: { spread: "none" } }, /choose keys/],
  [{ poison: { nth: 0 } }, /every nth record/],
  [{ poison: { nth: 5, kinds: [] } }, /at least one kind/],
  [{ transactions: { records: 0, abortShare: 0 } }, /at least one record/],
  [{ transactions: { records: 5, abortShare: -1 } }, /aborted transactions/],
])("%j cannot be, and says why", (wrong, why) => {
  const problem = workloadProblem({ ...steady, ...wrong });

  expect(problem).toMatch(why);
});

test("what is usual can be, and is not talked about", () => {
  const problem = workloadProblem(steady);

  expect(problem).toBeUndefined();
  expect(workloadText(steady)).toBe("orders · 10 a second");
});

test("everything that is not usual is said", () => {
  const options: WorkloadOptions = {
    ...steady,
    sample: "clicks",
    partition: 2,
    keys: { spread: "hot", count: 10, hotShare: 0.8 },
    size: { kind: "spikes", hugeBytes: 500_000, nth: 100 },
    headers: "tracing",
    compression: "lz4",
    tombstoneShare: 0.1,
    poison: { nth: 50 },
    transactions: { records: 20, abortShare: 0.25 },
  };

  const text = workloadText(options);

  expect(workloadProblem(options)).toBeUndefined();
  expect(text).toBe(
    "clicks · 10 a second · partition 2 · hot key 80 % · every 100th 500000 bytes · headers · lz4 · 10 % tombstones · every 50th cannot be parsed · transactions of 20, 25 % aborted",
  );
});
