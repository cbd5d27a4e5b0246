import { topicPartitionText } from "#base/topicPartition.ts";
import type { AssignedPartition, PartitionError } from "./assignedPartition.ts";
import type { Ends } from "./places.ts";
import type { OffsetRange, ResetCause, ResetSource } from "./positionSource.ts";
import { resetPolicyText } from "./reset.ts";

/** A position that was reset, with what is known about what is not read because of it. */
export interface ResetDone {
  readonly cause: ResetCause;
  /** In words. */
  readonly policy: string;
  readonly from: bigint | undefined;
  readonly to: bigint;
  /** Offsets that no longer exist. */
  readonly lost: OffsetRange | undefined;
  /** Of those, delivered before they were lost. */
  readonly deliveredRecords: bigint | undefined;
  /** Offsets that exist and are left out because the policy says so. */
  readonly skippedRecords: bigint | undefined;
}

/** What a policy made of a position. */
export function resetDone(
  partition: AssignedPartition,
  { policy, cause, from, because }: ResetSource,
  target: {
    readonly to: bigint;
    readonly lost: OffsetRange | undefined;
    readonly skipped: bigint | undefined;
  },
): ResetDone {
  const { to, lost, skipped } = target;
  return {
    cause,
    policy: because ?? resetPolicyText(policy),
    from,
    to,
    lost,
    deliveredRecords: lost && deliveredOf(partition, lost),
    skippedRecords: skipped,
  };
}

/** How many offsets of the range this consumer had delivered, since it last began to read here. */
export function deliveredOf(
  { deliveredFrom, position }: AssignedPartition,
  { from, to }: OffsetRange,
): bigint {
  if (deliveredFrom === undefined || position === undefined) return 0n;
  const first = deliveredFrom > from ? deliveredFrom : from;
  const end = position < to ? position : to;
  return end > first ? end - first : 0n;
}

/** The policy is `none`: what happened, what was lost, and what to do. */
export function nowhereToReset(
  partition: AssignedPartition,
  { cause, from }: ResetSource,
  log: Ends & { readonly lost: OffsetRange | undefined },
): PartitionError {
  const what = topicPartitionText(partition);
  const { start, end, lost } = log;
  const has = start === end ? `is empty and goes on at ${end}` : `has offsets ${start} to ${end - 1n}`;
  const gone = lost ? `; ${rangeText(lost)} no longer exist` : "";
  const remedy = "no reset policy was chosen: seek to where reading is to go on";
  if (cause === "topicRecreated") {
    return {
      code: "TOPIC_RECREATED",
      message: `the topic of ${what} was deleted and created anew${gone}; its log ${has}; ${remedy}`,
    };
  }
  return {
    code: "OFFSET_OUT_OF_RANGE",
    message: `the log of ${what} does not have position ${from}: it ${has}${gone}; ${remedy}`,
  };
}

/** The log was cut off, and nothing was chosen for that case. */
export function truncated(partition: AssignedPartition, lost: OffsetRange): PartitionError {
  const delivered = deliveredOf(partition, lost);
  return {
    code: "LOG_TRUNCATED",
    message: `the log of ${topicPartitionText(partition)} was cut off at offset ${lost.from}: ${rangeText(lost)} no longer exist, ${delivered} of them had been delivered; seek to ${lost.from} to read what took their place`,
  };
}

function rangeText({ from, to }: OffsetRange): string {
  return to - from === 1n ? `offset ${from}` : `offsets ${from} to ${to - 1n}`;
}
