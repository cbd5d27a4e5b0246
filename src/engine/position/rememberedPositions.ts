import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";

/** A position as it was when its partition was given up. */
export interface RememberedPosition {
  readonly position: bigint;
  readonly leaderEpoch: number | undefined;
  /** What was committed then, where known. */
  readonly committedOffset: bigint | undefined;
  /** Of the topic it is a place in: in another of the same name it means nothing. */
  readonly topicId: string | undefined;
  /** The generation it was owned in last; undefined without a group. */
  readonly ownedIn: number | undefined;
}

/**
 * Positions of partitions that were given up in a rebalance and may come back in the very next generation: nobody
 * else can have read them in between, so a commit and an uncommitted position are still good then.
 */
export class RememberedPositions {
  readonly #positions = new TopicPartitionMap<RememberedPosition>();

  remember(key: TopicPartition, position: RememberedPosition): void {
    this.#positions.set(key, position);
  }

  /** The position, when `generationId` directly follows the generation it was owned in. */
  recall(key: TopicPartition, generationId: number): RememberedPosition | undefined {
    const remembered = this.#positions.get(key);
    return remembered?.ownedIn !== undefined && remembered.ownedIn + 1 === generationId
      ? remembered
      : undefined;
  }

  get(key: TopicPartition): RememberedPosition | undefined {
    return this.#positions.get(key);
  }

  entries(): Iterable<[TopicPartition, RememberedPosition]> {
    return this.#positions.entries();
  }

  forgetAll(): void {
    this.#positions.clear();
  }
}
