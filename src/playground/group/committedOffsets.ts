import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";

/** What a group committed for one partition. */
export interface CommittedOffset {
  readonly offset: bigint;
  /** -1 when the client does not say. */
  readonly leaderEpoch: number;
  readonly metadata: string;
}

interface Stored extends CommittedOffset {
  /** Which of two commits came later. */
  readonly order: number;
}

/** What one offset costs beside its metadata. */
const overheadBytes = 256;

/**
 * The committed offsets of one group. Those committed within a transaction wait, by producer, until it ends; a plain
 * commit made meanwhile is the later one and wins, as in Kafka.
 */
export class CommittedOffsets {
  readonly #offsets = new TopicPartitionMap<Stored>();
  readonly #pending = new Map<bigint, TopicPartitionMap<Stored>>();
  #nextOrder = 0;
  #heldBytes = 0;

  /** About what they take of memory. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isEmpty(): boolean {
    return this.#offsets.size === 0 && this.#pending.size === 0;
  }

  get(partition: TopicPartition): CommittedOffset | undefined {
    return this.#offsets.get(partition);
  }

  set(partition: TopicPartition, committed: CommittedOffset): void {
    this.#put(this.#offsets, partition, { ...committed, order: this.#nextOrder++ });
  }

  /** A commit within the producer's transaction. */
  stage(producerId: bigint, partition: TopicPartition, committed: CommittedOffset): void {
    let pending = this.#pending.get(producerId);
    if (pending === undefined) {
      pending = new TopicPartitionMap();
      this.#pending.set(producerId, pending);
    }
    this.#put(pending, partition, { ...committed, order: this.#nextOrder++ });
  }

  /** Whether some transaction that is not decided yet committed for the partition. */
  isUnstable(partition: TopicPartition): boolean {
    for (const pending of this.#pending.values()) if (pending.has(partition)) return true;
    return false;
  }

  /** The producer's transaction ended; true when that changed what is committed. */
  settle(ended: { readonly producerId: bigint; readonly isCommitted: boolean }): boolean {
    const pending = this.#pending.get(ended.producerId);
    if (pending === undefined) return false;
    this.#pending.delete(ended.producerId);
    let hasChanged = false;
    for (const [partition, staged] of pending.entries()) {
      this.#heldBytes -= bytesOf(staged);
      const isLater = staged.order > (this.#offsets.get(partition)?.order ?? -1);
      if (!ended.isCommitted || !isLater) continue;
      this.#put(this.#offsets, partition, staged);
      hasChanged = true;
    }
    return hasChanged;
  }

  delete(partition: TopicPartition): boolean {
    for (const [producerId, pending] of this.#pending) {
      this.#heldBytes -= bytesOf(pending.get(partition));
      pending.delete(partition);
      if (pending.size === 0) this.#pending.delete(producerId);
    }
    this.#heldBytes -= bytesOf(this.#offsets.get(partition));
    return this.#offsets.delete(partition);
  }

  /** Forgets a deleted topic; true when there was something to forget. */
  deleteTopic(topic: string): boolean {
    const known = [this.#offsets, ...this.#pending.values()].flatMap((offsets) => Array.from(offsets.keys()));
    const gone = known.filter((partition) => partition.topic === topic);
    for (const partition of gone) this.delete(partition);
    return gone.length > 0;
  }

  entries(): Generator<[TopicPartition, CommittedOffset]> {
    return this.#offsets.entries();
  }

  /** By topic, as responses want it. */
  byTopic(): ReadonlyMap<string, readonly number[]> {
    const topics = new Map<string, number[]>();
    for (const { topic, partition } of this.#offsets.keys()) {
      const partitions = topics.get(topic);
      if (partitions) partitions.push(partition);
      else topics.set(topic, [partition]);
    }
    return topics;
  }

  #put(offsets: TopicPartitionMap<Stored>, partition: TopicPartition, stored: Stored): void {
    this.#heldBytes += bytesOf(stored) - bytesOf(offsets.get(partition));
    offsets.set(partition, stored);
  }
}

function bytesOf(committed: CommittedOffset | undefined): number {
  return committed === undefined ? 0 : overheadBytes + committed.metadata.length;
}
