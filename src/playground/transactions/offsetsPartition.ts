import type { TopicPartition } from "#base/topicPartition.ts";

/** Kafka's log of committed offsets. The playground has none; transactions still name its partitions. */
export const offsetsTopic = "__consumer_offsets";

const partitionCount = 50;

/** The partition that Kafka would keep a group's offsets in: what a transaction with offsets includes. */
export function offsetsPartitionOf(groupId: string): TopicPartition {
  let hash = 0;
  for (let index = 0; index < groupId.length; index++) {
    hash = (Math.imul(31, hash) + groupId.charCodeAt(index)) | 0;
  }
  return { topic: offsetsTopic, partition: (hash & 0x7fffffff) % partitionCount };
}
