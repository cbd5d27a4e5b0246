import { describe, expect, test } from "vitest";
import { CommitKeeper } from "#scenario/members/commitKeeper.ts";
import type { CommitHabit } from "#scenario/members/memberScript.ts";

const record = (partition: number, offset: bigint) => ({ topic: "orders", partition, offset });

function keeperOf(habit: CommitHabit) {
  return new CommitKeeper(habit, 0);
}

describe("a steady member", () => {
  test("commits every position once per interval, and only after it consumed something", () => {
    const keeper = keeperOf({ how: "steady", everyMs: 1_000 });

    const idle = keeper.due(1_000);
    keeper.consumed([record(0, 4n)], 1_100);
    const early = keeper.due(1_900);
    const due = keeper.due(2_000);
    const again = keeper.due(3_000);

    expect([idle, early, due, again]).toEqual([undefined, undefined, "positions", undefined]);
  });
});

describe("a member that commits late", () => {
  test("commits what it had consumed so long ago, not what came since", () => {
    const keeper = keeperOf({ how: "late", everyMs: 1_000, behindMs: 5_000 });
    keeper.consumed([record(0, 4n), record(0, 5n)], 1_000);
    keeper.consumed([record(0, 9n)], 4_000);

    const due = keeper.due(6_000);

    expect(due).toEqual([record(0, 6n)]);
    expect(keeper.due(9_000)).toEqual([record(0, 10n)]);
  });
});

describe("a member that commits backwards", () => {
  test("goes back at every so manieth commit, never below the start", () => {
    const keeper = keeperOf({ how: "backwards", everyMs: 1_000, nth: 2, records: 10 });

    const commits = [100n, 120n, 140n, 5n].map((offset, index) => {
      keeper.consumed([record(0, offset)], index * 1_000);
      return keeper.due((index + 1) * 1_000);
    });

    expect(commits).toEqual([[record(0, 101n)], [record(0, 111n)], [record(0, 141n)], [record(0, 0n)]]);
  });

  test("says nothing of a partition that it has not read since its last commit: it may be another's by now", () => {
    const keeper = keeperOf({ how: "backwards", everyMs: 1_000, nth: 2, records: 10 });
    keeper.consumed([record(0, 100n), record(1, 200n)], 0);
    keeper.due(1_000);
    keeper.consumed([record(1, 300n)], 1_500);

    const due = keeper.due(2_000);

    expect(due).toEqual([record(1, 291n)]);
  });
});
