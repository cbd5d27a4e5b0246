import type { TopicPartition } from "#base/topicPartition.ts";

/** The name of the topic with an id. */
type NameOf = (topicId: string) => string | undefined;

type Fields = Record<string, unknown>;

/**
 * Visits every partition a decoded answer speaks of, whatever its API: all have lists of topics by name or id with lists
 * of partitions by number. Partitions for which `keep` is false are taken out, and topics that have none left with them.
 */
export function filterPartitions(
  message: unknown,
  nameOf: NameOf,
  keep: (partition: TopicPartition, entry: Fields) => boolean,
): void {
  if (!isFields(message)) return;
  for (const [field, value] of Object.entries(message)) {
    if (!Array.isArray(value)) continue;
    message[field] = value.filter((element: unknown) => keepElement(element, nameOf, keep));
  }
}

function keepElement(
  element: unknown,
  nameOf: NameOf,
  keep: (partition: TopicPartition, entry: Fields) => boolean,
): boolean {
  if (!isFields(element)) return true;
  const topic = topicOf(element, nameOf);
  if (topic === undefined) {
    filterPartitions(element, nameOf, keep);
    return true;
  }
  for (const [field, value] of Object.entries(element)) {
    if (!Array.isArray(value) || !value.some((each) => partitionOf(each) !== undefined)) continue;
    const kept = value.filter((entry: unknown) => {
      const partition = partitionOf(entry);
      return partition === undefined || !isFields(entry) || keep({ topic, partition }, entry);
    });
    element[field] = kept;
    if (kept.length === 0) return false;
  }
  return true;
}

function topicOf(element: Fields, nameOf: NameOf): string | undefined {
  for (const field of ["name", "topic", "topicName"]) {
    const name = element[field];
    if (typeof name === "string" && name !== "") return name;
  }
  const { topicId } = element;
  return typeof topicId === "string" ? nameOf(topicId) : undefined;
}

function partitionOf(entry: unknown): number | undefined {
  if (!isFields(entry)) return undefined;
  for (const field of ["partitionIndex", "partition", "index"]) {
    const partition = entry[field];
    if (typeof partition === "number") return partition;
  }
  return undefined;
}

function isFields(value: unknown): value is Fields {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}
