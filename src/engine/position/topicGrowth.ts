import type { TopicPartition } from "#base/topicPartition.ts";
import type { ClusterMetadata } from "#network/clusterMetadata.ts";

/** Knows which partitions of a topic were added after this consumer first heard of it. */
export class TopicGrowth {
  /** How many partitions a topic had at first. */
  readonly #first = new Map<string, number>();

  /** To be called with everything that becomes known of the cluster. */
  note(metadata: ClusterMetadata): void {
    for (const { topic, partitions } of metadata.topics.values()) {
      if (partitions.length > 0 && !this.#first.has(topic)) this.#first.set(topic, partitions.length);
    }
  }

  isAdded({ topic, partition }: TopicPartition): boolean {
    const first = this.#first.get(topic);
    return first !== undefined && partition >= first;
  }
}
