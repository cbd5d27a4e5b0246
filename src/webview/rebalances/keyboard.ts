import { type ChartRow, marksOf, type TimedMark } from "./chartRows.ts";
import type { MarkRef } from "./contract.ts";
import { markKey } from "./markKey.ts";

export type Direction = "left" | "right" | "up" | "down" | "first" | "last";

/**
 * The mark that an arrow key leads to: left and right within a row by time, up and down to the nearest in time of the
 * next row that has marks. Undefined when there is none in that direction.
 */
export function neighbour(
  rows: readonly ChartRow[],
  current: MarkRef | undefined,
  direction: Direction,
): MarkRef | undefined {
  const all = rows.map(marksOf);
  const place = current ? placeOf(all, current) : undefined;
  if (!place) return all.find((marks) => marks.length > 0)?.at(-1)?.ref;

  const marks = all[place.row] ?? [];
  switch (direction) {
    case "left":
      return marks[place.index - 1]?.ref;
    case "right":
      return marks[place.index + 1]?.ref;
    case "first":
      return marks[0]?.ref;
    case "last":
      return marks.at(-1)?.ref;
    case "up":
      return nearest(all.slice(0, place.row).findLast(isNotEmpty), place.atMs);
    case "down":
      return nearest(all.slice(place.row + 1).find(isNotEmpty), place.atMs);
  }
}

function placeOf(all: readonly (readonly TimedMark[])[], mark: MarkRef) {
  const key = markKey(mark);
  for (const [row, marks] of all.entries()) {
    const index = marks.findIndex(({ ref }) => markKey(ref) === key);
    const found = marks[index];
    if (found) return { row, index, atMs: found.atMs };
  }
  return undefined;
}

function isNotEmpty(marks: readonly TimedMark[]): boolean {
  return marks.length > 0;
}

function nearest(marks: readonly TimedMark[] | undefined, atMs: number): MarkRef | undefined {
  return marks?.reduce((best, mark) =>
    Math.abs(mark.atMs - atMs) < Math.abs(best.atMs - atMs) ? mark : best,
  ).ref;
}
