import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { CommitOffset } from "./commitEntry.ts";

/**
 * What this member committed last in each partition, for as long as nobody else can have committed there: across
 * rebalances too, in which an eager member gives its partitions up and gets them back.
 */
export class LastCommitted {
  #offsets = new TopicPartitionMap<CommitOffset>();

  note(offset: CommitOffset): void {
    this.#offsets.set(offset, offset);
  }

  /** More was committed since it was asked for, and the position was not moved back on purpose in between. */
  overtakes(offset: CommitOffset): boolean {
    const last = this.#offsets.get(offset);
    if (!last || last.offset <= offset.offset) return false;
    return last.moves !== undefined && offset.moves !== undefined && last.moves >= offset.moves;
  }

  /** Of every other partition somebody else may know more. */
  keepOnly(keys: Iterable<TopicPartition>): void {
    const kept = new TopicPartitionMap<CommitOffset>();
    for (const key of keys) {
      const offset = this.#offsets.get(key);
      if (offset) kept.set(key, offset);
    }
    this.#offsets = kept;
  }
}
