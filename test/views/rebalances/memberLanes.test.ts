import { describe, expect, test } from "vitest";
import { modelOf, phase, seen } from "../../model/observed.ts";
import { stateOf } from "./support/stateOf.ts";
import { rest, story } from "./support/story.ts";

describe("the lanes", () => {
  test("ours comes first with its own phases, foreign ones as the broker told, and an eviction is a cut", () => {
    const { lanes } = stateOf(modelOf(...story, ...rest));

    expect(
      lanes.map(({ name, ours, phases, gone }) => [
        name,
        ours,
        phases.map(({ text, fromMs, toMs }) => [text, fromMs, toMs]),
        gone.map(({ text }) => text),
      ]),
    ).toEqual([
      [
        "A",
        true,
        [
          ["stable", 10_000, 40_000],
          ["join", 40_000, 83_010],
          ["sync", 83_010, 84_000],
          ["stable", 84_000, undefined],
        ],
        [],
      ],
      [
        "worker-1",
        false,
        [
          ["stable", 10_000, 40_000],
          ["rejoined", 40_000, 83_010],
          ["sync", 83_010, 84_000],
          ["stable", 84_000, undefined],
        ],
        [],
      ],
      [
        "worker-2",
        false,
        [
          ["stable", 10_000, 40_000],
          ["did not rejoin", 40_000, 83_000],
        ],
        ["evicted: session timeout"],
      ],
    ]);
  });

  test("what lies outside of the window is not drawn", () => {
    const { lanes, generations } = stateOf(modelOf(...story, ...rest), {
      following: false,
      viewport: { fromMs: 90_000, toMs: 95_000, widthPx: 500 },
    });

    expect(lanes.map(({ name, phases }) => [name, phases.length])).toEqual([
      ["A", 1],
      ["worker-1", 1],
    ]);
    expect(generations.map(({ generationId }) => generationId)).toEqual([6]);
  });

  test("phases too short to be seen are drawn as one that says how many", () => {
    const flapping = Array.from({ length: 50 }, (_, index) =>
      seen(50_000 + index * 2, phase({ phase: index % 2 === 0 ? "joining" : "syncing", generationId: 5 })),
    );
    const { lanes } = stateOf(modelOf(...story.slice(0, 3), ...flapping));

    expect(lanes[0]?.phases.length).toBeLessThan(5);
    expect(lanes[0]?.phases.some(({ merged }) => (merged ?? 0) > 40)).toBe(true);
  });
});
