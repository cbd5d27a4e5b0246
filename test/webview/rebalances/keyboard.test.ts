import { describe, expect, test } from "vitest";
import type { ChartRow } from "#webview/rebalances/chartRows.ts";
import type { LaneRef, MarkRef } from "#webview/rebalances/contract.ts";
import { type Direction, neighbour } from "#webview/rebalances/keyboard.ts";

const lane = (memberId: string): LaneRef => ({ by: "member", memberId });
const phase = (memberId: string, fromMs: number): MarkRef => ({
  kind: "phase",
  lane: lane(memberId),
  fromMs,
});

/** A member's row whose phases begin at these times. */
function row(memberId: string, ...starts: readonly number[]): ChartRow {
  return {
    kind: "member",
    key: memberId,
    height: 28,
    label: memberId,
    findings: [],
    lane: {
      ref: { kind: "member", lane: lane(memberId) },
      name: memberId,
      memberId,
      ours: false,
      scripted: false,
      isLeader: false,
      vantage: "sampled",
      gone: [],
      phases: starts.map((fromMs, index) => ({
        ref: { kind: "phase", lane: lane(memberId), fromMs },
        phase: "stable",
        fromMs,
        toMs: starts[index + 1],
        text: "stable",
        detail: "",
      })),
    },
  };
}

const rows = [row("a", 10, 20, 30), row("nothing known"), row("b", 5, 19)];

describe("neighbour", () => {
  test.each<[Direction, number | undefined, string]>([
    ["left", 10, "a"],
    ["right", 30, "a"],
    ["first", 10, "a"],
    ["last", 30, "a"],
    ["down", 19, "b"],
    ["up", undefined, "a"],
  ])("%s of the middle mark", (direction, atMs, memberId) => {
    const next = neighbour(rows, phase("a", 20), direction);

    expect(next?.ref).toEqual(atMs === undefined ? undefined : phase(memberId, atMs));
  });

  test("without a current mark, or with one that is gone, it is the newest of the first row", () => {
    const fromNothing = neighbour(rows, undefined, "left");
    const fromGone = neighbour(rows, phase("a", 15), "left");

    expect([fromNothing?.ref, fromGone?.ref]).toEqual([phase("a", 30), phase("a", 30)]);
  });

  test("marks that cannot be reached are passed over, the current one excepted", () => {
    const next = neighbour(rows, phase("a", 30), "left", ({ atMs }) => atMs < 20);

    expect(next?.ref).toEqual(phase("a", 10));
  });
});
