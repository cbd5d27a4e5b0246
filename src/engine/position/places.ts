import type { Place } from "../consumerOptions.ts";
import { endTimestamp, type OffsetAnswer, startTimestamp } from "./offsetLookup.ts";
import type { FixedPlace } from "./positionSource.ts";

/** One answer to each question that was asked of ListOffsets; undefined where there was none. */
export type Answers = (timestamp: bigint) => OffsetAnswer | undefined;

/** An offset of the log, or why there is none. */
export type Located =
  | { readonly ok: true; readonly offset: bigint }
  | Extract<OffsetAnswer, { readonly ok: false }>;

/** The ends of a log. */
export interface Ends {
  readonly start: bigint;
  readonly end: bigint;
}

/** A duration counts from now on, however long its look-up takes: a later "now" would leave records out (KIP-1106). */
export function fixPlace(place: Place, now: number): FixedPlace {
  return place.kind === "duration" ? { kind: "timestamp", timestampMs: now - place.backMs } : place;
}

/** The time as ListOffsets takes it: what is negative there has another meaning. */
export function timestampOf(ms: number): bigint {
  return BigInt(Math.max(0, Math.floor(ms)));
}

/** What ListOffsets has to be asked to find the place. */
export function questionsOf(place: FixedPlace): readonly bigint[] {
  switch (place.kind) {
    case "offset":
      return [];
    case "start":
      return [startTimestamp];
    case "end":
      return [endTimestamp];
    case "timestamp":
      return [timestampOf(place.timestampMs), endTimestamp];
    case "relative":
      return [startTimestamp, endTimestamp];
  }
}

/** The offset of the place, by what was answered. */
export function locate(place: FixedPlace, answers: Answers): Located {
  switch (place.kind) {
    case "offset":
      return { ok: true, offset: place.offset };
    case "start":
      return endOfLog(answers, startTimestamp);
    case "end":
      return endOfLog(answers, endTimestamp);
    case "timestamp": {
      const found = answers(timestampOf(place.timestampMs)) ?? noAnswer;
      if (!found.ok) return found;
      // After the last record there is only the end.
      return found.offset === undefined
        ? endOfLog(answers, endTimestamp)
        : { ok: true, offset: found.offset };
    }
    case "relative": {
      const ends = endsOf(answers);
      if (!ends.ok) return ends;
      return { ok: true, offset: within(ends[place.to] + place.by, ends) };
    }
  }
}

/** Both ends of the log, when both were answered. */
export function endsOf(
  answers: Answers,
): ({ readonly ok: true } & Ends) | Extract<OffsetAnswer, { readonly ok: false }> {
  const start = endOfLog(answers, startTimestamp);
  if (!start.ok) return start;
  const end = endOfLog(answers, endTimestamp);
  return end.ok ? { ok: true, start: start.offset, end: end.offset } : end;
}

/** The offset itself, or the end of the log that it lies beyond. */
export function within(offset: bigint, { start, end }: Ends): bigint {
  if (offset > end) return end;
  return offset < start ? start : offset;
}

const noAnswer: Extract<OffsetAnswer, { readonly ok: false }> = {
  ok: false,
  error: { code: "NO_ANSWER", message: "its offsets could not be looked up" },
  retriable: true,
};

/** Every log has both ends: an answer without one is not to be taken for offset 0. */
function endOfLog(answers: Answers, timestamp: bigint): Located {
  const answer = answers(timestamp) ?? noAnswer;
  if (!answer.ok) return answer;
  const { offset } = answer;
  if (offset !== undefined) return { ok: true, offset };
  const which = timestamp === startTimestamp ? "starts" : "ends";
  const message = `the broker did not say where the log ${which}`;
  return { ok: false, error: { code: "NO_ANSWER", message }, retriable: true };
}
