import { type ChartRow, marksOf, type TimedMark } from "./chartRows.ts";
import type { MarkRef } from "./contract.ts";
import { markKey } from "./markKey.ts";

/** Where a key leads: to a neighbour, or to an end of the row. */
export type Direction = "left" | "right" | "up" | "down" | "first" | "last";

/**
 * The mark that an arrow key leads to: left and right within a row by time, up and down to the nearest in time of the
 * next row that has marks; only to marks that `canReach` allows. Undefined when there is none in that direction; without
 * a current mark, the newest of the first row that has one.
 */
export function neighbour(
  rows: readonly ChartRow[],
  current: MarkRef | undefined,
  direction: Direction,
  canReach: (mark: TimedMark) => boolean = () => true,
): TimedMark | undefined {
  const currentKey = current && markKey(current);
  const isCandidate = (mark: TimedMark) => markKey(mark.ref) === currentKey || canReach(mark);
  const all = rows.map((row) => marksOf(row).filter(isCandidate));
  const place = currentKey === undefined ? undefined : placeOf(all, currentKey);
  if (!place) return all.find(isNotEmpty)?.at(-1);

  const marks = all[place.row] ?? [];
  switch (direction) {
    case "left":
      return marks[place.index - 1];
    case "right":
      return marks[place.index + 1];
    case "first":
      return marks[0];
    case "last":
      return marks.at(-1);
    case "up":
      return nearest(all.slice(0, place.row).findLast(isNotEmpty), place.atMs);
    case "down":
      return nearest(all.slice(place.row + 1).find(isNotEmpty), place.atMs);
  }
}

function placeOf(all: readonly (readonly TimedMark[])[], key: string) {
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

function nearest(marks: readonly TimedMark[] | undefined, atMs: number): TimedMark | undefined {
  return marks?.reduce((best, mark) =>
    Math.abs(mark.atMs - atMs) < Math.abs(best.atMs - atMs) ? mark : best,
  );
}
