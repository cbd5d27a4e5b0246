import { describe, expect, test } from "vitest";
import { rebalancesText } from "#views/rebalances/rebalancesState.ts";
import { modelOf } from "../../model/observed.ts";
import { liveInput } from "./support/liveInput.ts";
import { stateOf } from "./support/stateOf.ts";
import { rest, story } from "./support/story.ts";

describe("the detail strip", () => {
  const model = modelOf(...story, ...rest);

  test.each([
    ["a member", { kind: "member", lane: { by: "session", sessionId: "s1" } }, "A"],
    [
      "a phase",
      { kind: "phase", lane: { by: "member", memberId: "worker-2-bb" }, fromMs: 40_000 },
      "worker-2: did not rejoin",
    ],
    [
      "an end",
      { kind: "gone", lane: { by: "member", memberId: "worker-2-bb" }, atMs: 83_000 },
      "worker-2: evicted: session timeout",
    ],
    ["a generation", { kind: "generation", fromMs: 83_010 }, "Generation 6 (range → cooperative-sticky)"],
    [
      "a partition",
      { kind: "assignedPartition", fromMs: 83_010, topic: "orders", partition: 5 },
      "orders-5 is assigned to nobody; worker-2 had it before",
    ],
  ] as const)("tells of %s", (_what, ref, title) => {
    const state = stateOf(model, { selected: ref });

    expect(state.detail?.title).toBe(title);
    expect(state.selected).toEqual(ref);
  });

  test("closes when what it showed is gone", () => {
    const state = stateOf(model, { selected: { kind: "fault", faultId: "never" } });

    expect([state.detail, state.selected]).toEqual([null, null]);
  });

  test("is copied as plain text, with times in words", () => {
    const text = rebalancesText(
      liveInput(model, {
        selected: { kind: "phase", lane: { by: "member", memberId: "worker-2-bb" }, fromMs: 40_000 },
      }),
      "detail",
      (at) => `t${at}`,
    );

    expect(text.split("\n").slice(0, 3)).toEqual([
      "worker-2: did not rejoin  lasted 43.0 s",
      "from  t40000",
      "to  t83000",
    ]);
  });
});
