import { describe, expect, test } from "vitest";
import { reuse } from "#webview/page/reuse.ts";

const mark = (fromMs: number, toMs?: number) => ({ ref: { kind: "phase", fromMs }, toMs });

describe("reuse", () => {
  test("a snapshot that says the same is the one before", () => {
    const before = { title: "g", lanes: [{ phases: [mark(1, 2)] }], detail: null };

    const merged = reuse(before, structuredClone(before));

    expect(merged).toBe(before);
  });

  test("only what changed, and what it is part of, is new", () => {
    const before = { lanes: [{ phases: [mark(1, 2)] }, { phases: [mark(3)] }], nowMs: 5 };
    const next = { lanes: [{ phases: [mark(1, 2)] }, { phases: [mark(3, 6)] }], nowMs: 6 };

    const merged = reuse(before, next);

    expect(merged).toEqual(next);
    expect(merged.lanes[0]).toBe(before.lanes[0]);
    expect(merged.lanes[1]).not.toBe(before.lanes[1]);
  });

  test("marks that moved up because older ones left are recognised", () => {
    const before = { marks: [mark(1, 2), mark(3, 4), mark(5, 6)] };
    const next = { marks: [mark(3, 4), mark(5, 6), mark(7, 8)] };

    const merged = reuse(before, next);

    expect(merged).toEqual(next);
    expect(merged.marks[0]).toBe(before.marks[1]);
    expect(merged.marks[1]).toBe(before.marks[2]);
  });

  test.each([
    ["a part that is gone", { a: { b: 1 }, c: 2 }, { a: { b: 1 } }],
    ["a part that is new", { a: 1 }, { a: 1, b: undefined }],
    ["a list that became shorter", { a: [1, 2, 3] }, { a: [1, 2] }],
    ["a list that became an object", { a: [] }, { a: {} }],
    ["a part that became null", { a: { b: 1 } }, { a: null }],
    ["the first snapshot", undefined, { a: 1 }],
  ])("%s is taken over as it is", (_name, before, next) => {
    const merged = reuse(before as Parameters<typeof reuse>[0], next as Parameters<typeof reuse>[1]);

    expect(merged).toStrictEqual(next);
  });
});
