import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { AssignedPartition } from "./assignedPartition.ts";

/** The partitions this consumer has now: what it claims in a JoinGroup, fetches, delivers and commits. */
export class PartitionTable {
  readonly #partitions = new TopicPartitionMap<AssignedPartition>();

  get size(): number {
    return this.#partitions.size;
  }

  get(key: TopicPartition): AssignedPartition | undefined {
    return this.#partitions.get(key);
  }

  values(): Iterable<AssignedPartition> {
    return this.#partitions.values();
  }

  keys(): readonly TopicPartition[] {
    return Array.from(this.#partitions.keys());
  }

  add(partition: AssignedPartition): void {
    this.#partitions.set(partition, partition);
  }

  remove(key: TopicPartition): AssignedPartition | undefined {
    const partition = this.#partitions.get(key);
    this.#partitions.delete(key);
    return partition;
  }

  /** False for an object of an assignment that is over, even when the partition came back. */
  isCurrent(partition: AssignedPartition): boolean {
    return this.#partitions.get(partition) === partition;
  }
}
