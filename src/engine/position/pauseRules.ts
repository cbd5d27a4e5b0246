import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { PartitionScope } from "../consumerOptions.ts";

/**
 * What the user paused. The narrowest order about a partition counts, and an order about more replaces the narrower
 * ones before it; so pausing everything and resuming one partition does what it says, for later assignments too.
 */
export class PauseRules {
  #all = false;
  readonly #topics = new Map<string, boolean>();
  readonly #partitions = new TopicPartitionMap<boolean>();

  set(scope: PartitionScope, paused: boolean): void {
    if ("all" in scope) {
      this.#topics.clear();
      this.#partitions.clear();
      this.#all = paused;
    } else if (scope.partition === undefined) {
      for (const key of Array.from(this.#partitions.keys())) {
        if (key.topic === scope.topic) this.#partitions.delete(key);
      }
      this.#topics.set(scope.topic, paused);
    } else {
      this.#partitions.set({ topic: scope.topic, partition: scope.partition }, paused);
    }
  }

  isPaused(key: TopicPartition): boolean {
    return this.#partitions.get(key) ?? this.#topics.get(key.topic) ?? this.#all;
  }
}

/** Whether an order about `scope` concerns the partition. */
export function isInScope(scope: PartitionScope, { topic, partition }: TopicPartition): boolean {
  if ("all" in scope) return true;
  return scope.topic === topic && (scope.partition === undefined || scope.partition === partition);
}
