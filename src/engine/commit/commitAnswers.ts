import type { TopicPartition } from "#base/topicPartition.ts";
import type { CommitOffset, CommitRefusal, CommittedPartition } from "./commitEntry.ts";

/** An answer of our own: why the partition was not, or may not be, committed. */
export function refused({ topic, partition }: TopicPartition, error: CommitRefusal): CommittedPartition {
  return { topic, partition, error };
}

/** An answer for every partition that was asked for, and for no other, whatever a coordinator left out or made up. */
export function complete(
  asked: readonly CommitOffset[],
  answers: readonly CommittedPartition[],
): readonly CommittedPartition[] {
  return asked.map(
    (offset) => answers.find((answer) => isSame(answer, offset)) ?? refused(offset, "NOT_ANSWERED"),
  );
}

/** Both speak of the same partition. */
export function isSame(a: TopicPartition, b: TopicPartition): boolean {
  return a.topic === b.topic && a.partition === b.partition;
}
