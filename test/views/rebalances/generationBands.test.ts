import { describe, expect, test } from "vitest";
import { bySample, described, member, modelOf, seen, tp } from "../../model/observed.ts";
import { stateOf } from "./support/stateOf.ts";
import { rest, story } from "./support/story.ts";

describe("the generations", () => {
  test("say what moved, what stayed, and what nobody has", () => {
    const { generations, generationWord } = stateOf(modelOf(...story, ...rest));

    expect(generationWord).toBe("generation");
    expect(
      generations.map(({ label, fromMs, toMs, assignmentText }) => [label, fromMs, toMs, assignmentText]),
    ).toEqual([
      ["5 (range)", 10_000, 83_010, "6 assigned"],
      ["6 (range → cooperative-sticky)", 83_010, undefined, "4 kept · orders-4 → A · orders-5 nobody"],
    ]);
    expect(generations[1]?.rebalance).toEqual({ fromMs: 40_000, toMs: 84_000, reason: "worker-1 rejoins" });
    expect(
      generations[1]?.assignment
        ?.filter(({ change }) => change !== "kept")
        .map(({ partition, change, owner, previousOwner }) => [
          partition,
          change,
          owner?.name,
          previousOwner?.name,
        ]),
    ).toEqual([
      [4, "moved", "A", "worker-2"],
      [5, "nobody", undefined, "worker-2"],
    ]);
  });

  test("of a real cluster have no number, and it is said why", () => {
    const sample = (at: number, partitions: readonly number[]) =>
      seen(
        at,
        described({
          requestedAt: at,
          assignor: "range",
          members: [member("w1", { assigned: tp("orders", ...partitions) })],
        }),
        bySample,
      );
    const { generations, limits } = stateOf(modelOf(sample(10_000, [0]), sample(20_000, [0, 1])));

    expect(generations.map(({ generationId, label }) => [generationId, label])).toEqual([
      [null, "? (range)"],
      [null, "? (range)"],
    ]);
    expect(limits).toContain("The number of a generation is told to members only.");
    expect(limits[0]).toContain("The coordinator does not say who has not rejoined");
  });
});
