import { describe, expect, test } from "vitest";
import { markerBatch } from "#playground/log/markerBatch.ts";
import { PartitionLog } from "#playground/log/partitionLog.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";

type Step = readonly [producerId: bigint, what: "write" | "commit" | "abort"];

/** A log after these steps of transactional producers, one offset each. */
function logAfter(...steps: readonly Step[]): PartitionLog {
  const log = new PartitionLog({ topic: "orders", partition: 0 });
  const sequences = new Map<bigint, number>();
  for (const [producerId, what] of steps) {
    const baseSequence = sequences.get(producerId) ?? 0;
    sequences.set(producerId, baseSequence + 1);
    if (what !== "write") {
      log.append(markerBatch({ producerId, producerEpoch: 0, coordinatorEpoch: 0, how: what }, 1n));
      continue;
    }
    log.append(
      encodeBatch({
        baseOffset: 0n,
        records: [{ timestamp: 1n, key: null, value: null }],
        producerId,
        producerEpoch: 0,
        baseSequence,
        transactional: true,
      }),
    );
  }
  return log;
}

describe("the last stable offset", () => {
  test.each<[what: string, steps: readonly Step[], stable: bigint]>([
    [
      "is the end while no transaction is open",
      [
        [1n, "write"],
        [1n, "commit"],
      ],
      2n,
    ],
    [
      "stays before an open one",
      [
        [1n, "write"],
        [1n, "commit"],
        [2n, "write"],
        [2n, "write"],
      ],
      2n,
    ],
    [
      "stays before the oldest of several",
      [
        [1n, "write"],
        [2n, "write"],
        [2n, "commit"],
      ],
      0n,
    ],
    [
      "moves on to the next open one",
      [
        [1n, "write"],
        [2n, "write"],
        [1n, "abort"],
      ],
      1n,
    ],
  ])("%s", (_what, steps, stable) => {
    expect(logAfter(...steps).lastStableOffset).toBe(stable);
  });

  test("is never before the log's start", () => {
    const log = logAfter([1n, "write"], [1n, "write"]);

    log.deleteBefore(1n);

    expect(log.lastStableOffset).toBe(1n);
  });
});

describe("aborted transactions", () => {
  const log = logAfter(
    [1n, "write"],
    [2n, "write"],
    [2n, "abort"],
    [3n, "write"],
    [3n, "commit"],
    [1n, "abort"],
  );

  test.each([
    [0n, 6n, [2n, 1n]],
    [0n, 1n, [1n]],
    [3n, 6n, [1n]],
    [6n, 6n, []],
  ] as const)("between %s and %s are those of producers %o", (from, to, producers) => {
    const found = log.producers.transactions.abortedBetween(from, to);

    expect(found.map(({ producerId }) => producerId)).toEqual(producers);
  });

  test("are forgotten with a log that is cut off before their marker, and their records are open again", () => {
    const cut = logAfter([1n, "write"], [2n, "write"], [2n, "abort"]);

    cut.truncate(2n);

    expect(cut.producers.transactions.abortedBetween(0n, 9n)).toEqual([]);
    expect(cut.lastStableOffset).toBe(0n);
  });

  test("are forgotten with their records", () => {
    const trimmed = logAfter([1n, "write"], [1n, "abort"], [2n, "write"], [2n, "abort"]);

    trimmed.deleteBefore(3n);

    expect(trimmed.producers.transactions.abortedBetween(0n, 9n)).toEqual([
      { producerId: 2n, firstOffset: 2n },
    ]);
  });
});

test("a marker of an older epoch or coordinator is refused", () => {
  const log = logAfter([1n, "write"]);
  log.append(markerBatch({ producerId: 1n, producerEpoch: 3, coordinatorEpoch: 2, how: "abort" }, 1n));
  const marker = { producerId: 1n, producerEpoch: 3, coordinatorEpoch: 2, how: "commit" } as const;

  const judge = (changed: object) => log.producers.judgeMarker({ ...marker, ...changed })?.error;

  expect(judge({})).toBeUndefined();
  expect(judge({ producerEpoch: 2 })).toBe("INVALID_PRODUCER_EPOCH");
  expect(judge({ coordinatorEpoch: 1 })).toBe("TRANSACTION_COORDINATOR_FENCED");
});
