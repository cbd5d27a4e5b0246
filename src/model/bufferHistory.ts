import type { TopicPartition } from "#base/topicPartition.ts";
import { keepNewest } from "./seen.ts";

/** What a session had buffered, over all partitions, from then until the next point. */
export interface BufferPoint {
  readonly at: number;
  readonly records: number;
  readonly pausedRecords: number;
  readonly bytes: number;
}

/** A moment worth a word in the buffer's lane. */
export interface BufferNote extends TopicPartition {
  readonly at: number;
  readonly what: "pause" | "resume";
}

/** The buffer of a session over time, coarse; the present is always read from the partitions themselves. */
export interface BufferHistoryState {
  points: BufferPoint[];
  notes: BufferNote[];
  /** When the totals changed without a point being made for it yet. */
  changedAt: number | undefined;
}

const minSpacingMs = 100;
const maxPoints = 2_000;
const maxNotes = 200;

export function createBufferHistory(): BufferHistoryState {
  return { points: [], notes: [], changedAt: undefined };
}

/**
 * To be called before a change at `at` is applied, with the totals that held until then: so the last value of a
 * quick series is kept, however long it then stands.
 */
export function beforeBufferChange(
  state: BufferHistoryState,
  at: number,
  totals: () => Omit<BufferPoint, "at">,
): void {
  const last = state.points.at(-1);
  if (state.changedAt !== undefined && (last === undefined || at - last.at >= minSpacingMs)) {
    const { records, pausedRecords, bytes } = totals();
    state.points.push({ at: state.changedAt, records, pausedRecords, bytes });
    if (state.points.length > maxPoints) thinOut(state.points);
  }
  state.changedAt = at;
}

export function noteInBuffer(state: BufferHistoryState, note: BufferNote): void {
  state.notes.push(note);
  keepNewest(state.notes, maxNotes);
}

/** Halves the resolution of the older half, keeping the peaks. */
function thinOut(points: BufferPoint[]): void {
  const older = points.splice(0, points.length / 2);
  const thinned: BufferPoint[] = [];
  for (let index = 0; index < older.length; index += 2) {
    const [first, second] = [older[index], older[index + 1]];
    if (first) thinned.push(second && second.records > first.records ? { ...second, at: first.at } : first);
  }
  points.unshift(...thinned);
}
