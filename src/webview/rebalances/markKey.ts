import type { LaneRef, MarkRef } from "./contract.ts";

/** A mark's identity as text: for comparing, and for finding its element. */
export function markKey(mark: MarkRef): string {
  return JSON.stringify(mark);
}

/** A lane's identity as text. */
export function laneKey(lane: LaneRef): string {
  return JSON.stringify(lane);
}

/** Whether both are there and mean the same mark. */
export function isSameMark(a: MarkRef | null, b: MarkRef | null): boolean {
  return a !== null && b !== null && markKey(a) === markKey(b);
}
