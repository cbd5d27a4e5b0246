import { errorCode } from "#protocol/errorCodes.ts";
import { filterPartitions } from "./answerPartitions.ts";
import { type AnswerChange, concerns, type FaultMatch } from "./faultRule.ts";
import { parseFieldPath, setField } from "./fieldPath.ts";

/** A change of an answer, with the rule's idea of the partitions it concerns. */
export interface DueChange {
  readonly change: AnswerChange;
  readonly match: FaultMatch;
}

/** Changes a decoded answer in place, one change after the other. */
export function changeAnswer(
  message: unknown,
  due: readonly DueChange[],
  nameOf: (topicId: string) => string | undefined,
): void {
  for (const { change, match } of due) {
    switch (change.kind) {
      case "omit":
        filterPartitions(message, nameOf, (partition) => !concerns(match, partition));
        break;
      case "partitionError":
        filterPartitions(message, nameOf, (partition, entry) => {
          if (concerns(match, partition)) refuse(entry, errorCode(change.code));
          return true;
        });
        break;
      case "edit": {
        const steps = parseFieldPath(change.path);
        if (steps.ok) setField(message, steps.value, change.value);
        break;
      }
      case "throttle":
        setField(message, [{ field: "throttleTimeMs" }], Math.ceil(change.throttleMs));
        break;
      case "duplicate":
        break;
    }
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
function refuse(entry: Record<string, unknown>, code: number): void {
  if (!("errorCode" in entry)) return;
  for (const [field, value] of Object.entries(entry)) {
    if (typeof value === "bigint") entry[field] = -1n;
    else if (value instanceof Uint8Array) entry[field] = null;
  }
  entry["errorCode"] = code;
}
