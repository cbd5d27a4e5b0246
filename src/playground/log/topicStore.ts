import { Emitter, type Event } from "#base/events.ts";
import type { Random } from "#base/random.ts";
import { PartitionLog } from "./partitionLog.ts";

/** A topic with its logs. */
export interface Topic {
  readonly name: string;
  /** Kafka's text of its 16 bytes. */
  readonly topicId: string;
  readonly replicationFactor: number;
  readonly configs: ReadonlyMap<string, string>;
  readonly partitions: readonly PartitionLog[];
}

/** A topic came, changed or went. */
export interface TopicChange {
  readonly topic: Topic;
  readonly isDeleted: boolean;
}

const maxNameLength = 249;
const maxFormerNames = 1_000;

/** The topics of a playground, by name and by id. */
export class TopicStore {
  readonly #random: Random;
  readonly #byName = new Map<string, Topic>();
  readonly #byId = new Map<string, Topic>();
  /** Of topics that were deleted lately, by their ids: the oldest first. */
  readonly #former = new Map<string, string>();
  readonly #changed = new Emitter<TopicChange>();
  #partitionCount = 0;
  #version = 0;
  #newestTopicVersion = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Fires after each change. */
  get onChanged(): Event<TopicChange> {
    return this.#changed.event;
  }

  get all(): Iterable<Topic> {
    return this.#byName.values();
  }

  /**
   * All partitions of all topics: what bounds creating more. Kept, as one request may ask for each of thousands of
   * topics whether it still fits.
   */
  get partitionCount(): number {
    return this.#partitionCount;
  }

  /** Changes whenever any topic does: who remembers something of topics sees whether to look again. */
  get version(): number {
    return this.#version;
  }

  /** The version in which the newest topic came. */
  get newestTopicVersion(): number {
    return this.#newestTopicVersion;
  }

  byName(name: string): Topic | undefined {
    return this.#byName.get(name);
  }

  byId(topicId: string): Topic | undefined {
    return this.#byId.get(topicId);
  }

  /** How a topic that is gone was called, for people; its id where nobody remembers. */
  formerName(topicId: string): string {
    return this.#former.get(topicId) ?? topicId;
  }

  log(name: string, partition: number): PartitionLog | undefined {
    return this.#byName.get(name)?.partitions[partition];
  }

  create(
    name: string,
    shape: {
      readonly partitions: number;
      readonly replicationFactor: number;
      readonly configs?: ReadonlyMap<string, string> | undefined;
    },
  ): Topic {
    return this.#put({
      name,
      topicId: this.#newId(),
      replicationFactor: shape.replicationFactor,
      configs: shape.configs ?? new Map(),
      partitions: Array.from({ length: shape.partitions }, (_, partition) => newLog(name, partition)),
    });
  }

  /** With a seed, chance begins where it began before: what was kept from then has its ids already. */
  #newId(): string {
    for (;;) {
      const topicId = topicIdFrom(this.#random);
      if (!this.#byId.has(topicId)) return topicId;
    }
  }

  /** A topic as it was before, its id and logs included. */
  restore(topic: Topic): void {
    this.#put(topic);
  }

  addPartitions(topic: Topic, total: number): Topic {
    const added = Array.from({ length: total - topic.partitions.length }, (_, index) =>
      newLog(topic.name, topic.partitions.length + index),
    );
    return this.#put({ ...topic, partitions: [...topic.partitions, ...added] });
  }

  setConfigs(topic: Topic, configs: ReadonlyMap<string, string>): Topic {
    return this.#put({ ...topic, configs });
  }

  delete(topic: Topic): void {
    this.#version++;
    this.#partitionCount -= this.#byName.get(topic.name)?.partitions.length ?? 0;
    this.#byName.delete(topic.name);
    this.#byId.delete(topic.topicId);
    this.#former.set(topic.topicId, topic.name);
    const [oldest] = this.#former.keys();
    if (this.#former.size > maxFormerNames && oldest !== undefined) this.#former.delete(oldest);
    this.#changed.fire({ topic, isDeleted: true });
  }

  #put(topic: Topic): Topic {
    this.#version++;
    if (!this.#byId.has(topic.topicId)) this.#newestTopicVersion = this.#version;
    this.#partitionCount += topic.partitions.length - (this.#byName.get(topic.name)?.partitions.length ?? 0);
    this.#byName.set(topic.name, topic);
    this.#byId.set(topic.topicId, topic);
    this.#changed.fire({ topic, isDeleted: false });
    return topic;
  }
}

/** Why Kafka does not allow the name, or undefined when it does. */
export function topicNameProblem(name: string): string | undefined {
  if (name === "") return "the empty string is not allowed";
  if (name === "." || name === "..") return `'${name}' is not allowed`;
  if (name.length > maxNameLength) return `the length of ${name.length} is more than ${maxNameLength}`;
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    return `'${name}' contains characters other than ASCII letters and digits, '.', '_' and '-'`;
  }
  return undefined;
}

function newLog(topic: string, partition: number): PartitionLog {
  return new PartitionLog({ topic, partition });
}

/** Whether two names are one in the names of Kafka's metrics, which have _ for each period. */
export function doNamesCollide(name: string, other: string): boolean {
  return name !== other && name.replaceAll(".", "_") === other.replaceAll(".", "_");
}

/** Kafka's text of a UUID; one that begins with a dash would look like an option on a command line. */
export function topicIdFrom(random: Random): string {
  for (;;) {
    const text = btoa(String.fromCharCode(...random.bytes(16)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/=+$/, "");
    if (!text.startsWith("-")) return text;
  }
}
