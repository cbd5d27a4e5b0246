import { type PartitionState, withAllUp } from "../cluster/partitionState.ts";
import type { CommittedOffset } from "../group/committedOffsets.ts";

/** A topic, without its records. */
export interface SavedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly replicationFactor: number;
  readonly partitions: number;
  readonly configs: readonly (readonly [name: string, value: string])[];
}

/** Where the nodes listened, and what was asked for. */
export interface SavedPorts {
  readonly wanted: number;
  readonly host: string;
  readonly ports: readonly number[];
  /** How many nodes were asked for; those behind them joined later. Undefined where none could join yet. */
  readonly nodes?: number | undefined;
}

/** Where a partition is when all its nodes are up, as JSON holds it. */
type SavedPlace = readonly [
  partition: number,
  leaderId: number,
  leaderEpoch: number,
  replicas: readonly number[],
];

/** What a group committed for a partition, as JSON holds it. */
type SavedOffset = readonly [
  topic: string,
  partition: number,
  offset: string,
  leaderEpoch: number,
  metadata: string,
];

/** One line of the journal; a later one about the same thing takes the place of an earlier one. */
export type JournalEntry =
  /** How this is written: first in every journal. */
  | { readonly type: "format"; readonly version: number }
  | { readonly type: "cluster"; readonly kafkaClusterId: string }
  | ({ readonly type: "ports" } & SavedPorts)
  | ({ readonly type: "topic" } & SavedTopic)
  | { readonly type: "topicDeleted"; readonly topicId: string }
  | { readonly type: "placed"; readonly topicId: string; readonly places: readonly SavedPlace[] }
  | {
      readonly type: "offsets";
      readonly groupId: string;
      readonly set: readonly SavedOffset[];
      readonly gone: readonly (readonly [topic: string, partition: number])[];
    }
  | { readonly type: "groupDeleted"; readonly groupId: string }
  /** Producer ids below this one may have been given away. */
  | { readonly type: "producerIds"; readonly before: string };

const entryTypes: Readonly<Record<JournalEntry["type"], true>> = {
  format: true,
  cluster: true,
  ports: true,
  topic: true,
  topicDeleted: true,
  placed: true,
  offsets: true,
  groupDeleted: true,
  producerIds: true,
};

/** False for what only a later version can have written. */
export function isKnownEntry({ type }: JournalEntry): boolean {
  return Object.hasOwn(entryTypes, type);
}

/** Everything of a playground that outlives it, but for the records: a fold over the journal. */
export class SavedCluster {
  kafkaClusterId: string | undefined;
  ports: SavedPorts | undefined;
  producerIdsBefore = 0n;
  readonly topics = new Map<string, SavedTopic>();
  /** By topic id, then by partition. */
  readonly #places = new Map<string, Map<number, SavedPlace>>();
  /** By group, then by topic and partition. */
  readonly offsets = new Map<string, Map<string, SavedOffset>>();

  apply(entry: JournalEntry): void {
    switch (entry.type) {
      case "format":
        break;
      case "cluster":
        this.kafkaClusterId = entry.kafkaClusterId;
        break;
      case "ports":
        this.ports = entry;
        break;
      case "topic":
        this.topics.set(entry.topicId, entry);
        break;
      case "topicDeleted":
        this.topics.delete(entry.topicId);
        this.#places.delete(entry.topicId);
        break;
      case "placed":
        this.#applyPlaces(entry);
        break;
      case "offsets":
        this.#applyOffsets(entry);
        break;
      case "groupDeleted":
        this.offsets.delete(entry.groupId);
        break;
      case "producerIds":
        this.producerIdsBefore = BigInt(entry.before);
        break;
    }
  }

  /** The shortest journal that leads to this. */
  *entries(): Generator<JournalEntry> {
    const { kafkaClusterId, ports, producerIdsBefore } = this;
    if (kafkaClusterId !== undefined) yield { type: "cluster", kafkaClusterId };
    if (ports !== undefined) yield { type: "ports", ...ports };
    yield { type: "producerIds", before: producerIdsBefore.toString() };
    for (const topic of this.topics.values()) {
      const { topicId } = topic;
      const places = Array.from(this.#places.get(topicId)?.values() ?? []);
      if (places.length > 0) yield { type: "placed", topicId, places };
      yield { type: "topic", ...topic };
    }
    for (const [groupId, offsets] of this.offsets) {
      yield { type: "offsets", groupId, set: Array.from(offsets.values()), gone: [] };
    }
  }

  /** Where a partition was; undefined where nobody wrote that down. */
  placeOf(topicId: string, partition: number): PartitionState | undefined {
    const place = this.#places.get(topicId)?.get(partition);
    if (place === undefined) return undefined;
    const [, leaderId, leaderEpoch, replicas] = place;
    return { leaderId, leaderEpoch, replicas, isr: replicas };
  }

  /** What changed of where partitions of a topic are; undefined when nothing did. */
  placedEntry(
    topicId: string,
    states: Iterable<readonly [partition: number, state: PartitionState]>,
  ): JournalEntry | undefined {
    const known = this.#places.get(topicId);
    const places: SavedPlace[] = [];
    for (const [partition, state] of states) {
      const { replicas, leaderEpoch, leaderId = replicas[0] ?? 0 } = withAllUp(state);
      const place = [partition, leaderId, leaderEpoch, replicas] as const;
      if (!isSamePlace(known?.get(partition), place)) places.push(place);
    }
    return places.length > 0 ? { type: "placed", topicId, places } : undefined;
  }

  /** What changed of a group's offsets; undefined when nothing did. */
  offsetsEntry(
    groupId: string,
    committed: Iterable<readonly [{ readonly topic: string; readonly partition: number }, CommittedOffset]>,
  ): JournalEntry | undefined {
    const known = this.offsets.get(groupId);
    const seen = new Set<string>();
    const set: SavedOffset[] = [];
    for (const [{ topic, partition }, { offset, leaderEpoch, metadata }] of committed) {
      const saved = [topic, partition, offset.toString(), leaderEpoch, metadata] as const;
      const key = keyOf(topic, partition);
      seen.add(key);
      if (!isSame(known?.get(key), saved)) set.push(saved);
    }
    const gone = Array.from(known ?? [])
      .filter(([key]) => !seen.has(key))
      .map(([, [topic, partition]]) => [topic, partition] as const);
    return set.length + gone.length > 0 ? { type: "offsets", groupId, set, gone } : undefined;
  }

  #applyPlaces({ topicId, places }: Extract<JournalEntry, { readonly type: "placed" }>): void {
    const known = this.#places.get(topicId) ?? new Map<number, SavedPlace>();
    this.#places.set(topicId, known);
    for (const place of places) known.set(place[0], place);
  }

  #applyOffsets({ groupId, set, gone }: Extract<JournalEntry, { readonly type: "offsets" }>): void {
    const offsets = this.offsets.get(groupId) ?? new Map<string, SavedOffset>();
    this.offsets.set(groupId, offsets);
    for (const saved of set) offsets.set(keyOf(saved[0], saved[1]), saved);
    for (const [topic, partition] of gone) offsets.delete(keyOf(topic, partition));
  }
}

/** A topic's name cannot hold a colon. */
function keyOf(topic: string, partition: number): string {
  return `${topic}:${partition}`;
}

function isSamePlace(known: SavedPlace | undefined, place: SavedPlace): boolean {
  if (known === undefined) return false;
  const [, leaderId, leaderEpoch, replicas] = known;
  const isLedAlike = leaderId === place[1] && leaderEpoch === place[2];
  return isLedAlike && replicas.length === place[3].length && replicas.every((id, at) => id === place[3][at]);
}

function isSame(known: SavedOffset | undefined, saved: SavedOffset): boolean {
  return known?.every((part, index) => part === saved[index]) === true;
}
