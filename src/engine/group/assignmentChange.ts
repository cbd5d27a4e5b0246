import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";

/** What a new assignment brings, and what it no longer has. */
export interface AssignmentChange {
  readonly added: readonly TopicPartition[];
  readonly gone: readonly TopicPartition[];
}

/** Compared with what is being consumed at this moment, and nothing else (KIP-429). */
export function assignmentChange(
  owned: readonly TopicPartition[],
  assigned: readonly TopicPartition[],
): AssignmentChange {
  const before = setOf(owned);
  const now = setOf(assigned);
  return {
    added: Array.from(now.keys()).filter((partition) => !before.has(partition)),
    gone: Array.from(before.keys()).filter((partition) => !now.has(partition)),
  };
}

/** The partitions, to be asked for by key. */
export function setOf(partitions: readonly TopicPartition[]): TopicPartitionMap<true> {
  const set = new TopicPartitionMap<true>();
  for (const partition of partitions) set.set(partition, true);
  return set;
}
