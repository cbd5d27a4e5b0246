import type { TopicPartition } from "#base/topicPartition.ts";
import type { OwnedPartition } from "./assignmentPlan.ts";

/** What is being consumed, with the ids its topics had when they were assigned. */
export class OwnedIds {
  readonly #owned: () => readonly TopicPartition[];
  readonly #ids = new Map<string, string>();

  constructor(owned: () => readonly TopicPartition[]) {
    this.#owned = owned;
  }

  /** To be called before the partitions are taken. */
  note(taken: readonly OwnedPartition[]): void {
    const topics = new Set(this.#owned().map(({ topic }) => topic));
    for (const topic of Array.from(this.#ids.keys())) if (!topics.has(topic)) this.#ids.delete(topic);
    for (const { topic, topicId } of taken) this.#ids.set(topic, topicId);
  }

  partitions(): readonly OwnedPartition[] {
    return this.#owned().flatMap(({ topic, partition }) => {
      const topicId = this.#ids.get(topic);
      return topicId === undefined ? [] : [{ topic, partition, topicId }];
    });
  }
}
