import type { TopicPartition } from "#base/topicPartition.ts";
import {
  answersByPartition,
  type CommitOffset,
  type CommitRefusal,
  type CommittedPartition,
} from "./commitEntry.ts";

/** An answer of our own: why the partition was not, or may not be, committed. */
export function refused({ topic, partition }: TopicPartition, error: CommitRefusal): CommittedPartition {
  return { topic, partition, error };
}

/** An answer for every partition that was asked for, and for no other, whatever a coordinator left out or made up. */
export function complete(
  asked: readonly CommitOffset[],
  answers: readonly CommittedPartition[],
): readonly CommittedPartition[] {
  const known = answersByPartition(answers);
  return asked.map((offset) => known.get(offset) ?? refused(offset, "NOT_ANSWERED"));
}
