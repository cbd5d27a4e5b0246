import { errorCode } from "#protocol/errorCodes.ts";
import { filterPartitions } from "./answerPartitions.ts";
import { type AnswerChange, concerns, type FaultMatch } from "./faultRule.ts";
import { parseFieldPath, setField } from "./fieldPath.ts";

/** A change of an answer, with the rule's idea of the partitions it concerns. */
export interface DueChange {
  readonly change: AnswerChange;
  readonly match: FaultMatch;
  /** Told in the end how many places of the answer it changed; 0 when it had no effect at all. */
  settled(places: number): void;
}

/** Changes a decoded answer in place, one change after the other; gives how many places each of them changed. */
export function changeAnswer(
  message: unknown,
  due: readonly DueChange[],
  nameOf: (topicId: string) => string | undefined,
): readonly number[] {
  return due.map((each) => madeBy(each, message, nameOf));
}

function madeBy(
  { change, match }: DueChange,
  message: unknown,
  nameOf: (topicId: string) => string | undefined,
): number {
  switch (change.kind) {
    case "omit": {
      let omitted = 0;
      filterPartitions(message, nameOf, (partition) => {
        if (!concerns(match, partition)) return true;
        omitted++;
        return false;
      });
      return omitted;
    }
    case "partitionError": {
      let refused = 0;
      filterPartitions(message, nameOf, (partition, entry) => {
        if (concerns(match, partition) && refuse(entry, errorCode(change.code))) refused++;
        return true;
      });
      return refused;
    }
    case "edit": {
      const steps = parseFieldPath(change.path);
      return steps.ok ? setField(message, steps.value, change.value) : 0;
    }
    case "throttle":
      setField(message, [{ field: "throttleTimeMs" }], Math.ceil(change.throttleMs));
      // The connection is not served for a while even where the answer has no room for it.
      return 1;
    case "duplicate":
      return 1;
  }
}

/** How long the connection is not served after these changes. */
export function muteMsOf(due: readonly DueChange[]): number {
  return due.reduce(
    (most, { change }) => Math.max(most, change.kind === "throttle" ? change.throttleMs : 0),
    0,
  );
}

/** An entry that says an error says nothing else: offsets are unknown, and there are no records. */
function refuse(entry: Record<string, unknown>, code: number): boolean {
  if (!("errorCode" in entry)) return false;
  for (const [field, value] of Object.entries(entry)) {
    if (typeof value === "bigint") entry[field] = -1n;
    else if (value instanceof Uint8Array) entry[field] = null;
  }
  entry["errorCode"] = code;
  return true;
}
