import type { TopicPartition } from "#base/topicPartition.ts";

/** The partitions of a topic by its id, as consumer groups name them (KIP-848). */
export interface PartitionsById {
  readonly topicId: string;
  readonly partitions: readonly number[];
}

/** A partition that is owned, with the id its topic had when it was taken: a topic that is created anew is another one. */
export interface OwnedPartition extends TopicPartition {
  readonly topicId: string;
}

/** What leads from what is owned to what was assigned. */
export interface AssignmentPlan {
  readonly giveUp: readonly OwnedPartition[];
  readonly take: readonly OwnedPartition[];
  /** Assigned, and not yet known by name: they stay assigned until metadata knows them (KAFKA-16198). */
  readonly unknownIds: readonly string[];
}

/** What one consumer follows; each partition costs memory, and time before the first record. */
const mostPartitions = 10_000;

/** Whatever a broker wrote: no topic twice, no negative partition, none twice. Undefined when there are too many. */
export function cleanAssignment(topics: readonly PartitionsById[]): readonly PartitionsById[] | undefined {
  const clean = new Map<string, Set<number>>();
  let count = 0;
  for (const { topicId, partitions } of topics) {
    count += partitions.length;
    if (count > mostPartitions) return undefined;
    const known = clean.get(topicId) ?? new Set();
    for (const partition of partitions) if (partition >= 0) known.add(partition);
    clean.set(topicId, known);
  }
  return Array.from(clean, ([topicId, partitions]) => ({ topicId, partitions: Array.from(partitions) }));
}

/** Compared with what is being consumed at this moment; ids, not names, say what is the same. */
export function planAssignment(
  owned: readonly OwnedPartition[],
  target: readonly PartitionsById[],
  nameOf: (topicId: string) => string | undefined,
): AssignmentPlan {
  const wanted = setsById(target);
  const had = setsById(byId(owned));
  const giveUp = owned.filter(({ topicId, partition }) => !wanted.get(topicId)?.has(partition));
  // Two ids never share a name: the metadata of a topic that was created anew may be behind.
  const idOf = new Map(owned.map(({ topic, topicId }) => [topic, topicId]));
  const take: OwnedPartition[] = [];
  const unknownIds: string[] = [];
  for (const [topicId, partitions] of wanted) {
    const missing = Array.from(partitions).filter((partition) => !had.get(topicId)?.has(partition));
    if (missing.length === 0) continue;
    const topic = nameOf(topicId);
    if (topic === undefined || (idOf.get(topic) ?? topicId) !== topicId) {
      unknownIds.push(topicId);
      continue;
    }
    idOf.set(topic, topicId);
    take.push(...missing.map((partition) => ({ topicId, topic, partition })));
  }
  return { giveUp, take, unknownIds };
}

function setsById(topics: readonly PartitionsById[]): ReadonlyMap<string, ReadonlySet<number>> {
  return new Map(topics.map(({ topicId, partitions }) => [topicId, new Set(partitions)]));
}

/** The same partitions as requests carry them. */
export function byId(owned: readonly OwnedPartition[]): readonly PartitionsById[] {
  const topics = new Map<string, number[]>();
  for (const { topicId, partition } of owned) {
    const known = topics.get(topicId);
    if (known) known.push(partition);
    else topics.set(topicId, [partition]);
  }
  return Array.from(topics, ([topicId, partitions]) => ({ topicId, partitions }));
}
