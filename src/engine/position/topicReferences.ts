import type { TopicPartition } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";

/** A partition of a topic that may be known by its id. */
export interface IdentifiedPartition extends TopicPartition {
  /** Of the topic that is meant; undefined means the one that has the name now. */
  readonly topicId?: string | undefined;
}

/** Topics as OffsetCommit and OffsetFetch name them: by id from version 10 on, and by name before (KIP-848). */
export interface TopicReferences<T> {
  readonly topics: readonly {
    readonly topic: string;
    readonly topicId: string | undefined;
    readonly partitions: readonly T[];
  }[];
  /** False before Kafka 2.8, and while some topic was not heard of: then names must do. */
  readonly haveIds: boolean;
  /** The name that an answer means; undefined when it was not asked for. */
  nameOf(answered: { readonly name: string; readonly topicId: string }): string | undefined;
}

/** The partitions by topic, each with the id that is meant, or that its name has now. */
export function topicsByIdOrName<T extends IdentifiedPartition>(
  cluster: Cluster,
  partitions: readonly T[],
): TopicReferences<T> {
  const known = cluster.metadata()?.topics;
  const topics = Array.from(
    Map.groupBy(partitions, ({ topic }) => topic),
    ([topic, ofTopic]) => {
      const idNow = known?.get(topic)?.topicId;
      const byId = Map.groupBy(ofTopic, ({ topicId }) => topicId ?? idNow);
      return Array.from(byId, ([topicId, ofId]) => ({ topic, topicId, partitions: ofId }));
    },
  ).flat();
  const names = new Map(topics.map(({ topic, topicId }) => [topicId, topic]));
  return {
    topics,
    haveIds: topics.every(({ topicId }) => topicId !== undefined),
    nameOf: ({ name, topicId }) => (name === "" ? names.get(topicId) : name),
  };
}

/** An id was refused: the topic was deleted, or the broker is behind. Whoever guards the positions hears of the answer. */
export function lookAgain(cluster: Cluster, topic: string): void {
  // Without an answer it is asked for again the next time.
  cluster.refreshMetadata({ topics: [topic] }).catch(() => undefined);
}
