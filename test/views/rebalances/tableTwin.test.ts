import { describe, expect, test } from "vitest";
import { rebalancesText } from "#views/rebalances/rebalancesState.ts";
import { commit, modelOf, seen } from "../../model/observed.ts";
import { liveInput } from "./support/liveInput.ts";
import { stateOf } from "./support/stateOf.ts";
import { rest, story } from "./support/story.ts";

describe("the table twin", () => {
  const model = modelOf(
    ...story,
    ...rest,
    seen(90_000, commit({ queuedAt: 90_000, state: "settled", stateSince: 90_050, outcome: "committed" })),
  );

  test("has the same facts, newest first, and only the visible rows", () => {
    const { table } = stateOf(model, { showAs: "table", tableWindow: { fromIndex: 1, count: 3 } });

    expect(table.fromIndex).toBe(1);
    expect(table.rows).toHaveLength(3);
    expect(table.total).toBeGreaterThan(12);
    const all = rebalancesText(liveInput(model), "table", String).split("\n");
    expect(all).toHaveLength(table.total + 1);
    expect(all.slice(0, 2)).toEqual([
      "from\tto\twho\tkind\twhat\tdetail",
      "90000\t90050\tA\tcommit\tcommit #1\torders-3 96 → 120 · committed",
    ]);
    expect(all).toContain(
      "83010\t\tnobody\tpartition\torders-5\torders-5 is assigned to nobody; worker-2 had it before",
    );
  });

  test("is not made while the chart is shown", () => {
    expect(stateOf(model).table).toEqual({ total: 0, fromIndex: 0, rows: [] });
  });
});
