import type { TopicPartition } from "#base/topicPartition.ts";
import type { AssignorTopics } from "./assignor.ts";

/** Every partition of these topics, topic by topic. */
export function eachPartition(topics: AssignorTopics): TopicPartition[] {
  return Array.from(topics).flatMap(([topic, { partitionCount }]) =>
    Array.from({ length: partitionCount }, (_, partition) => ({ topic, partition })),
  );
}
