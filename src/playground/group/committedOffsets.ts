import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";

/** What a group committed for one partition. */
export interface CommittedOffset {
  readonly offset: bigint;
  /** -1 when the client does not say. */
  readonly leaderEpoch: number;
  readonly metadata: string;
}

/** What one offset costs beside its metadata. */
const overheadBytes = 256;

/** The committed offsets of one group. */
export class CommittedOffsets {
  readonly #offsets = new TopicPartitionMap<CommittedOffset>();

  #heldBytes = 0;

  /** About what they take of memory. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get isEmpty(): boolean {
    return this.#offsets.size === 0;
  }

  get(partition: TopicPartition): CommittedOffset | undefined {
    return this.#offsets.get(partition);
  }

  set(partition: TopicPartition, committed: CommittedOffset): void {
    this.#heldBytes += bytesOf(committed) - bytesOf(this.#offsets.get(partition));
    this.#offsets.set(partition, committed);
  }

  delete(partition: TopicPartition): boolean {
    this.#heldBytes -= bytesOf(this.#offsets.get(partition));
    return this.#offsets.delete(partition);
  }

  /** Forgets a deleted topic; true when there was something to forget. */
  deleteTopic(topic: string): boolean {
    const gone = Array.from(this.#offsets.keys()).filter((partition) => partition.topic === topic);
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
}

function bytesOf(committed: CommittedOffset | undefined): number {
  return committed === undefined ? 0 : overheadBytes + committed.metadata.length;
}
