/** Kafka's identity of one log. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Kafka's usual text, `orders-3`. For people only: never a key, as topic names may contain `-`. */
export function topicPartitionText({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** Orders by topic, then by number. */
export function compareTopicPartitions(a: TopicPartition, b: TopicPartition): number {
  if (a.topic !== b.topic) return a.topic < b.topic ? -1 : 1;
  return a.partition - b.partition;
}

/** Values by topic and partition, with structured keys; iterates in order of insertion per topic. */
export class TopicPartitionMap<T> {
  readonly #topics = new Map<string, Map<number, T>>();

  get size(): number {
    let total = 0;
    for (const partitions of this.#topics.values()) total += partitions.size;
    return total;
  }

  get(key: TopicPartition): T | undefined {
    return this.#topics.get(key.topic)?.get(key.partition);
  }

  has(key: TopicPartition): boolean {
    return this.#topics.get(key.topic)?.has(key.partition) ?? false;
  }

  set(key: TopicPartition, value: T): this {
    let partitions = this.#topics.get(key.topic);
    if (!partitions) {
      partitions = new Map();
      this.#topics.set(key.topic, partitions);
    }
    partitions.set(key.partition, value);
    return this;
  }

  delete(key: TopicPartition): boolean {
    const partitions = this.#topics.get(key.topic);
    if (!partitions?.delete(key.partition)) return false;
    if (partitions.size === 0) this.#topics.delete(key.topic);
    return true;
  }

  clear(): void {
    this.#topics.clear();
  }

  *entries(): Generator<[TopicPartition, T]> {
    for (const [topic, partitions] of this.#topics) {
      for (const [partition, value] of partitions) yield [{ topic, partition }, value];
    }
  }

  *keys(): Generator<TopicPartition> {
    for (const [key] of this.entries()) yield key;
  }

  /** Without an entry made for each: at full speed the buffer is summed up thousands of times a second. */
  *values(): Generator<T> {
    for (const partitions of this.#topics.values()) yield* partitions.values();
  }
}

/** Partitions of one topic, as most of Kafka's messages group them. */
export interface PartitionsOfTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** Grouped by topic, in the order the topics come in, their partitions in order. */
export function groupByTopic(partitions: readonly TopicPartition[]): PartitionsOfTopic[] {
  return Array.from(
    Map.groupBy(partitions, ({ topic }) => topic),
    ([topic, ofTopic]) => ({
      topic,
      partitions: ofTopic.map(({ partition }) => partition).sort((a, b) => a - b),
    }),
  );
}

/** Whatever somebody else wrote: no negative partition, none of a topic twice. */
export function ungroupTopics(topics: readonly PartitionsOfTopic[]): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) =>
    Array.from(new Set(partitions))
      .filter((partition) => partition >= 0)
      .map((partition) => ({ topic, partition })),
  );
}
