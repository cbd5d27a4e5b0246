import type { TopicPartition } from "#base/topicPartition.ts";

/** Partitions by topic id, with the epoch in which their owner got each (KIP-1251). */
export type AssignedPartitions = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Partitions by topic id, as requests and answers have them. */
export interface TopicPartitions {
  readonly topicId: string;
  readonly partitions: readonly number[];
}

export const noPartitions: AssignedPartitions = new Map();

/** The epoch in which the owner got the partition; undefined when it has not. */
export function epochOf(
  partitions: AssignedPartitions,
  { topic, partition }: TopicPartition,
): number | undefined {
  return partitions.get(topic)?.get(partition);
}

/** Each partition under its topic's id, with its epoch. */
export function* entriesOf(partitions: AssignedPartitions): Generator<[TopicPartition, number]> {
  for (const [topic, epochs] of partitions) {
    for (const [partition, epoch] of epochs) yield [{ topic, partition }, epoch];
  }
}

/** Those for which `keep` holds; topics without any are left out. */
export function filterPartitions(
  partitions: AssignedPartitions,
  keep: (partition: TopicPartition) => boolean,
): AssignedPartitions {
  return fromEntries(Array.from(entriesOf(partitions)).filter(([partition]) => keep(partition)));
}

export function fromEntries(
  entries: Iterable<readonly [TopicPartition, number]>,
): Map<string, Map<number, number>> {
  const result = new Map<string, Map<number, number>>();
  for (const [{ topic, partition }, epoch] of entries) {
    const epochs = result.get(topic);
    if (epochs) epochs.set(partition, epoch);
    else result.set(topic, new Map([[partition, epoch]]));
  }
  return result;
}

/** Both together. */
export function union(a: AssignedPartitions, b: AssignedPartitions): AssignedPartitions {
  return fromEntries([...entriesOf(a), ...entriesOf(b)]);
}

/** The same partitions, all of them got in `epoch`. */
export function inEpoch(partitions: Iterable<TopicPartition>, epoch: number): AssignedPartitions {
  return fromEntries(Array.from(partitions, (partition) => [partition, epoch] as const));
}

export function samePartitions(a: AssignedPartitions, b: AssignedPartitions): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [topic, epochs] of a) {
    const others = b.get(topic);
    if (others === undefined || others.size !== epochs.size) return false;
    for (const [partition, epoch] of epochs) if (others.get(partition) !== epoch) return false;
  }
  return true;
}

/** As answers have them: topics in the order they came, partitions by number. */
export function toTopicPartitions(partitions: AssignedPartitions): TopicPartitions[] {
  return Array.from(partitions, ([topicId, epochs]) => ({
    topicId,
    partitions: Array.from(epochs.keys()).sort((a, b) => a - b),
  }));
}

/** The same for partitions without epochs. */
export function groupByTopic(partitions: readonly TopicPartition[]): TopicPartitions[] {
  return toTopicPartitions(inEpoch(partitions, 0));
}
