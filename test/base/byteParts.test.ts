import { describe, expect, test } from "vitest";
import { ByteParts } from "#base/byteParts.ts";

function counting(length: number, from = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => from + index);
}

describe("ByteParts", () => {
  test("are as long as their pieces, and joined in their order", () => {
    const parts = new ByteParts([counting(2), counting(0), counting(3, 2)]);

    const joined = parts.joined();

    expect(parts.length).toBe(5);
    expect(joined).toEqual(counting(5));
  });

  test("of one piece are joined without a copy", () => {
    const piece = counting(9);

    expect(ByteParts.of(piece).joined()).toBe(piece);
  });

  test("of no piece are no bytes", () => {
    expect(ByteParts.none.joined()).toEqual(new Uint8Array(0));
  });

  test.each([
    ["from the start", 0, 4],
    ["from within a piece", 1, 4],
    ["from a border", 2, 4],
    ["across all borders", 1, 7],
    ["to the end", 5, 3],
  ])("fill what they are copied to %s", (_what, from, length) => {
    const parts = new ByteParts([counting(2), counting(1, 2), counting(5, 3)]);
    const target = new Uint8Array(length);

    parts.copyTo(target, from);

    expect(target).toEqual(counting(length, from));
  });

  test("that do not reach as far leave the rest as it was", () => {
    const target = new Uint8Array([9, 9, 9]);

    new ByteParts([counting(2, 1)]).copyTo(target, 1);

    expect(Array.from(target)).toEqual([2, 9, 9]);
  });

  test("many small neighbours are gathered into one piece, and long ones stay where they are", () => {
    const long = counting(5_000);
    const small = [counting(3), counting(2, 3)];

    const gathered = ByteParts.gather([...small, long, ...small, ...small]);

    expect(gathered.pieces.map(({ length }) => length)).toEqual([5, 5_000, 10]);
    expect(gathered.pieces[1]).toBe(long);
    expect(gathered.joined()).toEqual(new ByteParts([...small, long, ...small, ...small]).joined());
  });
});
