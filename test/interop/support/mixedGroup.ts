import { setTimeout as sleepFor } from "node:timers/promises";
import type { Administration } from "#cluster/kafkajs/administration.ts";
import type { ClusterClient } from "#network/clusterClient.ts";
import type { ForeignConsumer } from "#test/support/foreign/foreignConsumer.ts";
import { type ForeignMemberOptions, startForeignMember } from "#test/support/foreign/foreignMembers.ts";
import type { ForeignClient } from "#test/support/foreign/foreignPrograms.ts";
import type { KafkaVersion } from "#test/support/kafkaJars.ts";
import { liveAdministration } from "#test/support/liveAdministration.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { realClient } from "#test/support/realCluster.ts";

/** One reader of the group, ours or another's, as the tests see it. */
interface Reader {
  readonly name: string;
  assignment(): readonly string[];
  /** `orders-3@17` of everything it delivered, in order. */
  delivered(): readonly string[];
  /** Commits that were refused: what they were to cover may be delivered again. */
  failedCommits(): number;
  stop(): Promise<unknown>;
}

/** Where a group is to live, and how it divides its partitions. */
export interface MixedGroupOptions {
  readonly servers: string;
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor?: number | undefined;
  /** Kafka's names; kafkajs members make it kafkajs's own. */
  readonly assignors: readonly string[];
  readonly version?: KafkaVersion | undefined;
  /** KIP-848 when `consumer`; then the assignors do not count. */
  readonly protocol?: "classic" | "consumer" | undefined;
}

/**
 * One topic, one group, members of several clients, and records that keep coming: everybody commits what a poll returned
 * before the next one, so that nothing is delivered twice unless a commit failed.
 */
export class MixedGroup {
  readonly #options: MixedGroupOptions;
  readonly #client: ClusterClient;
  readonly #admin: Administration;
  readonly #readers = new Set<Reader>();
  readonly #everybody: Reader[] = [];
  #made = 0;
  #producing: Promise<void> | undefined;
  #isProducing = false;

  private constructor(options: MixedGroupOptions) {
    this.#options = options;
    this.#client = realClient({ servers: options.servers });
    this.#admin = liveAdministration(this.#client);
  }

  static async create(options: MixedGroupOptions): Promise<MixedGroup> {
    const group = new MixedGroup(options);
    const { topic, partitions, replicationFactor = 1 } = options;
    await group.#admin.createTopic({ topic, partitions, replicationFactor });
    return group;
  }

  /** Records for every partition, again and again, until everything is stopped. */
  produceSteadily(): void {
    this.#isProducing = true;
    this.#producing = this.#produce();
  }

  async stopProducing(): Promise<void> {
    this.#isProducing = false;
    await this.#producing;
  }

  addOurs(): Reader {
    const { servers, topic, assignors, protocol = "classic" } = this.#options;
    const member = new LiveMember(
      { servers },
      { topics: [topic], groupId: topic, assignors, groupProtocol: protocol, blockRebalanceOnPoll: true },
    );
    let failed = 0;
    member.flow({ commit: true, onCommitFailed: () => failed++ });
    return this.#add({
      name: "ours",
      assignment: () => member.assignment(),
      delivered: () =>
        member.read.map(({ topic: name, partition, offset }) => `${name}-${partition}@${offset}`),
      failedCommits: () => failed,
      stop: () => member.stop(),
    });
  }

  async addForeign(client: ForeignClient): Promise<Reader> {
    const { servers: bootstrapServers, topic, assignors, version, protocol } = this.#options;
    const consumer = await startForeignMember(client, {
      bootstrapServers,
      groupId: topic,
      topic,
      protocol,
      assignors: protocol === "consumer" ? undefined : (assignors as ForeignMemberOptions["assignors"]),
      version,
    });
    return this.#add({
      name: client,
      assignment: () => consumer.assignment(),
      delivered: () => deliveredBy(consumer),
      failedCommits: () => consumer.all("commitFailed").length,
      stop: () => consumer.quit(),
    });
  }

  /** Leaves in good order; the others go on. */
  async leave(reader: Reader): Promise<void> {
    this.#readers.delete(reader);
    await reader.stop();
  }

  /** Until every partition belongs to exactly one of the present readers, and each of them has some. */
  async shared(limitMs = 60_000): Promise<void> {
    const { partitions } = this.#options;
    await until(
      () => {
        const owned = [...this.#readers].map((reader) => reader.assignment());
        const all = owned.flat();
        const eachHasSome = owned.every((each) => each.length > 0) || this.#readers.size > partitions;
        return eachHasSome && all.length === partitions && new Set(all).size === partitions;
      },
      () => `partitions are not shared: ${this.#describe()}`,
      limitMs,
    );
  }

  /** Until the partitions are shared and each present reader got something that came after that. */
  async flows(limitMs = 60_000): Promise<void> {
    await this.shared(limitMs);
    const before = new Map([...this.#readers].map((reader) => [reader, reader.delivered().length]));
    await until(
      () => [...before].every(([reader, count]) => reader.delivered().length > count),
      () => `somebody reads nothing: ${this.#describe()}`,
      limitMs,
    );
  }

  /** Until everything that was produced was delivered to somebody. */
  async everythingDelivered(limitMs = 60_000): Promise<void> {
    const delivered = () => new Set(this.#everybody.flatMap((reader) => reader.delivered()));
    await until(
      () => delivered().size >= this.#made,
      () => `${delivered().size} of ${this.#made} records were delivered: ${this.#describe()}`,
      limitMs,
    );
  }

  /** Records that were delivered more than once although no commit failed; empty when all is well. */
  duplicates(): readonly string[] {
    const all = this.#everybody.flatMap((reader) => reader.delivered());
    const seen = new Set<string>();
    const twice = all.filter((what) => seen.size === seen.add(what).size);
    return this.failedCommits() === 0 ? twice : [];
  }

  failedCommits(): number {
    return this.#everybody.reduce((sum, reader) => sum + reader.failedCommits(), 0);
  }

  get made(): number {
    return this.#made;
  }

  async close(): Promise<void> {
    await this.stopProducing();
    await Promise.all([...this.#readers].map((reader) => reader.stop()));
    this.#client.close();
  }

  #add(reader: Reader): Reader {
    this.#readers.add(reader);
    this.#everybody.push(reader);
    return reader;
  }

  #describe(): string {
    return [...this.#readers]
      .map(
        (reader) =>
          `${reader.name} [${reader.assignment().join(" ")}], ${reader.delivered().length} delivered`,
      )
      .join("; ");
  }

  async #produce(): Promise<void> {
    const { topic, partitions } = this.#options;
    while (this.#isProducing) {
      for (let partition = 0; partition < partitions && this.#isProducing; partition++) {
        const records = Array.from({ length: 5 }, (_, index) => ({
          key: null,
          value: `record ${this.#made + index}`,
        }));
        // What a broker that dies may or may not have taken would blur the count: it is asked again until it says.
        const taken = await this.#admin.produce({ topic, partition, compression: "none", records }).then(
          () => true,
          () => false,
        );
        if (taken) this.#made += records.length;
      }
      await sleepFor(50);
    }
  }
}

function deliveredBy(consumer: ForeignConsumer): readonly string[] {
  return consumer.all("record").map(({ topic, partition, offset }) => `${topic}-${partition}@${offset}`);
}
