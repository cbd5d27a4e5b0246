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
}

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
  | { readonly type: "cluster"; readonly kafkaClusterId: string }
  | ({ readonly type: "ports" } & SavedPorts)
  | ({ readonly type: "topic" } & SavedTopic)
  | { readonly type: "topicDeleted"; readonly topicId: string }
  | {
      readonly type: "offsets";
      readonly groupId: string;
      readonly set: readonly SavedOffset[];
      readonly gone: readonly (readonly [topic: string, partition: number])[];
    }
  | { readonly type: "groupDeleted"; readonly groupId: string }
  /** Producer ids below this one may have been given away. */
  | { readonly type: "producerIds"; readonly before: string };

/** Everything of a playground that outlives it, but for the records: a fold over the journal. */
export class SavedCluster {
  kafkaClusterId: string | undefined;
  ports: SavedPorts | undefined;
  producerIdsBefore = 0n;
  readonly topics = new Map<string, SavedTopic>();
  /** By group, then by topic and partition. */
  readonly offsets = new Map<string, Map<string, SavedOffset>>();

  apply(entry: JournalEntry): void {
    switch (entry.type) {
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
    for (const topic of this.topics.values()) yield { type: "topic", ...topic };
    for (const [groupId, offsets] of this.offsets) {
      yield { type: "offsets", groupId, set: Array.from(offsets.values()), gone: [] };
    }
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

function isSame(known: SavedOffset | undefined, saved: SavedOffset): boolean {
  return known?.every((part, index) => part === saved[index]) === true;
}
