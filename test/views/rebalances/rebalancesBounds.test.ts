import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createModel, fold } from "#model/model.ts";
import { rebalancesState } from "#views/rebalances/rebalancesState.ts";
import type { RebalancesState } from "#webview/rebalances/contract.ts";
import { byBroker, member, offsets, seen, topics, tp } from "../../model/observed.ts";
import { anyObservation } from "../../trace/anyObservation.ts";
import { liveInput } from "./support/liveInput.ts";
import { stateOf } from "./support/stateOf.ts";
import { broker } from "./support/story.ts";

/** Every mark of the state that has an identity of its own. */
function marksIn(state: RebalancesState): number {
  const sizes = [
    ...state.lanes.map((lane) => 1 + lane.phases.length),
    ...state.generations.map((band) => 1 + (band.assignment?.length ?? 0)),
    ...state.holdLanes.map((lane) => lane.marks.length),
    ...state.commitLanes.map((lane) => lane.marks.length),
    ...state.bufferLanes.map((lane) => lane.points.length),
    ...state.faultLanes.map((lane) => lane.segments.length),
    state.findings.length,
  ];
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe("bounds", () => {
  test("a large group over a long time stays within five thousand marks", () => {
    const model = createModel();
    const partitions = Array.from({ length: 2_000 }, (_, partition) => partition);
    fold(model, seen(0, topics(2_000)));
    for (let generation = 1; generation <= 60; generation += 1) {
      const at = generation * 1_000;
      const members = Array.from({ length: 150 }, (_, index) =>
        member(`w${index}-a`, {
          phase: "stable",
          assigned: tp("orders", ...partitions.filter((each) => each % 150 === (index + generation) % 150)),
        }),
      );
      fold(
        model,
        broker(at, {
          state: "PreparingRebalance",
          generationId: generation - 1,
          members: members.map(({ assigned: _, ...each }) => ({ ...each, phase: "joined" as const })),
        }),
      );
      fold(model, broker(at + 500, { generationId: generation, members }));
      fold(model, seen(at + 600, offsets(undefined, BigInt(at)), byBroker));
    }

    const state = stateOf(model);

    expect(marksIn(state)).toBeLessThanOrEqual(5_000);
    expect(state.lanes).toHaveLength(150);
    expect(state.generations.at(-1)?.assignmentText).toContain("more members");
  });

  test("whatever was observed can be drawn, selected and tabled, and is JSON", () => {
    fc.assert(
      fc.property(
        fc.array(anyObservation, { maxLength: 60 }),
        fc.constantFrom("one", "two"),
        (observations, groupId) => {
          const model = createModel();
          for (const observation of observations) fold(model, observation);
          const input = liveInput(model, {
            now: 1_000_000,
            groupId,
            showAs: "table",
            viewport: { fromMs: 0, toMs: 1_000_000, widthPx: 800 },
          });
          const state = rebalancesState(input);
          expect(JSON.parse(JSON.stringify(state)).title).toBe(groupId);
          const marks = [
            ...state.lanes.flatMap((lane) => [lane.ref, ...lane.phases.map(({ ref }) => ref)]),
            ...state.table.rows.map(({ ref }) => ref),
          ];
          for (const selected of marks.slice(0, 30)) {
            const { detail } = rebalancesState({ ...input, selected });
            expect(detail?.title).not.toBe("");
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
