import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";

/**
 * Where a group's committed offset may go back: a user moved a position or chose an offset to commit, a log was cut or
 * created anew, a policy reset a position, or a member begins elsewhere than at what is committed. Nowhere else may it.
 */
export class Rewinds {
  readonly #groups = new Set<string>();
  readonly #partitions = new Map<string, TopicPartitionMap<true>>();
  readonly #logs = new TopicPartitionMap<true>();

  /** By a member of the group, or in the name of the group. */
  allow(group: string, key: TopicPartition): void {
    const partitions = this.#partitions.get(group) ?? new TopicPartitionMap<true>();
    this.#partitions.set(group, partitions);
    partitions.set(key, true);
  }

  allowEverywhere(group: string): void {
    this.#groups.add(group);
  }

  /** The log is not what it was, whoever reads it. */
  allowEverybody(key: TopicPartition): void {
    this.#logs.set(key, true);
  }

  isAllowed(group: string, key: TopicPartition): boolean {
    return this.#groups.has(group) || this.#logs.has(key) || this.#partitions.get(group)?.has(key) === true;
  }
}
