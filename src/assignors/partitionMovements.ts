import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import { JavaHashSet } from "./javaHashSet.ts";

interface Movement {
  readonly from: string;
  readonly to: string;
}

/**
 * What moved from whom to whom while a division is being evened out. Two members must not swap partitions of one topic
 * with each other: that would move both for nothing (KIP-54).
 */
export class PartitionMovements {
  readonly #moved = new TopicPartitionMap<Movement>();
  /** Partition numbers by topic, by who had them, by who got them; none is empty. */
  readonly #byPair = new Map<string, Map<string, Map<string, JavaHashSet>>>();

  /** The partition to move instead, so that one goes home which moved the other way before. */
  insteadOf(partition: TopicPartition, { from, to }: Movement): TopicPartition {
    const origin = this.#moved.get(partition)?.from ?? from;
    const homeward = this.#byPair.get(partition.topic)?.get(to)?.get(origin)?.first;
    return homeward === undefined ? partition : { topic: partition.topic, partition: homeward };
  }

  /** A partition that moves on has moved from where it was first; one that is back has not moved. */
  add(partition: TopicPartition, { from, to }: Movement): void {
    const before = this.#moved.get(partition);
    if (before) {
      this.#moved.delete(partition);
      const pair = this.#pair(partition, before);
      pair.delete(partition.partition);
      // Java begins the next one with a small table.
      if (pair.isEmpty) this.#byPair.get(partition.topic)?.get(before.from)?.delete(before.to);
    }
    const origin = before?.from ?? from;
    if (origin === to) return;
    const movement = { from: origin, to };
    this.#moved.set(partition, movement);
    this.#pair(partition, movement).add(partition.partition);
  }

  #pair({ topic }: TopicPartition, { from, to }: Movement): JavaHashSet {
    const ofTopic = getOrMake(this.#byPair, topic, () => new Map<string, Map<string, JavaHashSet>>());
    return getOrMake(
      getOrMake(ofTopic, from, () => new Map<string, JavaHashSet>()),
      to,
      () => new JavaHashSet(topic),
    );
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
