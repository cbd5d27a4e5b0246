import type { TopicPartition } from "#base/topicPartition.ts";

/** Kafka's grouped form as one list. */
export function flattenTopicPartitions(
  grouped: readonly { readonly topicName: string; readonly partitions: readonly number[] }[],
): readonly TopicPartition[] {
  return grouped.flatMap(({ topicName, partitions }) =>
    partitions.map((partition) => ({ topic: topicName, partition })),
  );
}
