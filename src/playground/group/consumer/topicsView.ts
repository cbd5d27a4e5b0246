import type { TopicPartition } from "#base/topicPartition.ts";

/** What a coordinator knows of one topic. */
export interface KnownTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: { readonly length: number };
}

/** The topics of the cluster as they are now; their store fits as it is. */
export interface TopicsView {
  readonly all: Iterable<KnownTopic>;
  /** Changes whenever any topic does. */
  readonly version: number;
  /** The version in which the newest topic came. */
  readonly newestTopicVersion: number;
  byName(name: string): KnownTopic | undefined;
  byId(topicId: string): KnownTopic | undefined;
}

/** The partitions with their topics' names in place of ids; those of topics that are gone are left out. */
export function withNames(
  partitions: Iterable<TopicPartition>,
  topics: Pick<TopicsView, "byId">,
): TopicPartition[] {
  const named: TopicPartition[] = [];
  for (const { topic: topicId, partition } of partitions) {
    const topic = topics.byId(topicId)?.name;
    if (topic !== undefined) named.push({ topic, partition });
  }
  return named;
}

/** The other way round. */
export function withIds(
  partitions: Iterable<TopicPartition>,
  topics: Pick<TopicsView, "byName">,
): TopicPartition[] {
  const identified: TopicPartition[] = [];
  for (const { topic: name, partition } of partitions) {
    const topic = topics.byName(name)?.topicId;
    if (topic !== undefined) identified.push({ topic, partition });
  }
  return identified;
}
