/**
 * Partitions of one topic in the order in which Java's `HashSet<TopicPartition>` holds them, for where Java's assignors
 * take the first one of such a set: whoever leads the group, it comes to the same division.
 *
 * By bucket, and in a bucket as they were added (a table that grows keeps that). Only the order of buckets of eight and
 * more, which Java makes trees of, is not followed: a table grows long before consecutive numbers share one.
 */
export class JavaHashSet {
  readonly #topicHash: number;
  readonly #partitions = new Set<number>();
  /** A table grows with what is added, and never shrinks. */
  #capacity = 16;

  constructor(topic: string) {
    this.#topicHash = stringHash(topic);
  }

  get isEmpty(): boolean {
    return this.#partitions.size === 0;
  }

  /** The one an iterator gives first. */
  get first(): number | undefined {
    let first: number | undefined;
    let lowest = this.#capacity;
    for (const partition of this.#partitions) {
      const bucket = this.#bucketOf(partition);
      if (bucket >= lowest) continue;
      first = partition;
      lowest = bucket;
    }
    return first;
  }

  add(partition: number): void {
    this.#partitions.add(partition);
    if (this.#partitions.size > this.#capacity * 0.75) this.#capacity *= 2;
  }

  delete(partition: number): void {
    this.#partitions.delete(partition);
  }

  /** `TopicPartition.hashCode`, spread and cut as `HashMap` does it. */
  #bucketOf(partition: number): number {
    const hash = (Math.imul(31, 31 + partition) + this.#topicHash) | 0;
    return (hash ^ (hash >>> 16)) & (this.#capacity - 1);
  }
}

/** `String.hashCode`. */
function stringHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  return hash;
}
