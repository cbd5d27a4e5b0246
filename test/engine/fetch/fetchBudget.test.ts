import { describe, expect, test } from "vitest";
import { noCounts } from "#engine/fetch/batchQueue.ts";
import { FetchBudget } from "#engine/fetch/fetchBudget.ts";

const limits = { maxBufferedRecords: 1_000, maxBufferedBytes: 1_000_000 };
const counts = (records: number, bytes = 0) => ({ records, bytes, batches: 1 });

describe("FetchBudget", () => {
  test("asks for as many bytes as the records it has room for take on the wire", () => {
    const budget = new FetchBudget(limits);
    for (let batch = 0; batch < 50; batch++) budget.learn(100, 2_000);

    const [ask, request] = [
      budget.askOf({ own: noCounts, all: noCounts, partitions: 1 }),
      budget.requestBytes([noCounts], { all: noCounts, partitions: 1 }),
    ];

    expect(ask).toBe(8_192);
    expect(request).toBe(10_000);
  });

  test("one request for many partitions brings no more than there is room for in all", () => {
    const budget = new FetchBudget({ maxBufferedRecords: 1_000_000, maxBufferedBytes: 1_000_000 });

    const owns = Array.from({ length: 50 }, () => noCounts);

    const request = budget.requestBytes(owns, { all: noCounts, partitions: 50 });

    expect(request).toBe(500_000);
  });

  test("one request brings no more than fits into the shares of those it asks for, when the rest is taken", () => {
    const budget = new FetchBudget({ maxBufferedRecords: 100_000, maxBufferedBytes: 1e9 });
    for (let batch = 0; batch < 90; batch++) budget.learn(1, 20);

    const request = budget.requestBytes([counts(1_000), counts(4_000), counts(5_000)], {
      all: counts(50_000),
      partitions: 10,
    });

    expect(request).toBe(100_000);
  });

  test("does not ask before a good part of the room is free again", () => {
    const budget = new FetchBudget(limits);
    const claim = (records: number) => ({ own: counts(records), all: counts(records), partitions: 1 });

    const asks = [499, 400, 375, 374].map((records) => budget.askOf(claim(records)) !== undefined);

    expect(asks).toEqual([false, false, false, true]);
    expect([499, 500].map((records) => budget.accepts(claim(records)))).toEqual([true, false]);
  });

  test("a partition has its own share when paused ones hold what is open to all", () => {
    const budget = new FetchBudget(limits);
    const all = counts(900);

    const answers = {
      held: budget.askOf({ own: counts(450), all, partitions: 10 }),
      other: budget.askOf({ own: counts(10), all, partitions: 10 }),
      full: budget.askOf({ own: counts(49), all, partitions: 10 }),
    };

    expect(answers).toEqual({ held: undefined, other: 4_096, full: undefined });
  });

  test("a partition with nothing buffered may fetch whatever the others hold", () => {
    const budget = new FetchBudget(limits);
    const claim = { own: noCounts, all: counts(5_000, 5_000_000), partitions: 10 };

    expect(budget.askOf(claim)).toBeGreaterThan(0);
    expect(budget.accepts(claim)).toBe(true);
  });
});
