import { setTimeout as sleepFor } from "node:timers/promises";
import { topicPartitionText } from "#base/topicPartition.ts";
import type { Administration } from "#cluster/kafkajs/administration.ts";
import { listLogOffsets } from "#cluster/logOffsets.ts";
import type { ClusterClient } from "#network/clusterClient.ts";
import type { ForeignConsumer } from "#test/support/foreign/foreignConsumer.ts";
import { type ForeignMemberOptions, startForeignMember } from "#test/support/foreign/foreignMembers.ts";
import type { ForeignClient } from "#test/support/foreign/foreignPrograms.ts";
import type { KafkaVersion } from "#test/support/kafkaJars.ts";
import { liveAdministration } from "#test/support/liveAdministration.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { realClient } from "#test/support/realCluster.ts";
import { type DeliveryEvent, deliveryFaults } from "./deliveries.ts";

/** One reader of the group, ours or another's, as the tests see it. */
interface Reader {
  readonly name: string;
  assignment(): readonly string[];
  /** What it delivered and committed, in order. */
  events(): readonly DeliveryEvent[];
  /** How many records it delivered. */
  delivered(): number;
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
 * before the next one, so that nothing is delivered twice unless its commit failed.
 */
export class MixedGroup {
  readonly #options: MixedGroupOptions;
  readonly #client: ClusterClient;
  readonly #admin: Administration;
  readonly #readers = new Set<Reader>();
  readonly #everybody: Reader[] = [];
  /** Records that the cluster said it has. */
  #made = 0;
  #producing: Promise<void> | undefined;
  #isProducing = false;
  #ends: ReadonlyMap<string, bigint> = new Map();

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
    const noted: DeliveryEvent[] = [];
    let read = 0;
    const events = () => {
      for (const { offset, ...key } of member.read.slice(read))
        noted.push({ type: "record", partition: topicPartitionText(key), offset });
      read = member.read.length;
      return noted;
    };
    member.flow({
      commit: true,
      onCommit: ({ outcome, offsets }) => {
        const places = offsets.map((each) => [topicPartitionText(each), each.offset] as const);
        events();
        noted.push({ type: "commit", isDone: outcome === "committed", offsets: new Map(places) });
      },
    });
    return this.#add({
      name: "ours",
      assignment: () => member.assignment(),
      events,
      delivered: () => member.read.length,
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
      events: () => eventsOf(consumer),
      delivered: () => consumer.all("record").length,
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
    const before = new Map([...this.#readers].map((reader) => [reader, reader.delivered()]));
    await until(
      () => [...before].every(([reader, count]) => reader.delivered() > count),
      () => `somebody reads nothing: ${this.#describe()}`,
      limitMs,
    );
  }

  /** Until everything that the log has was delivered to somebody; what the cluster said it has must be there. */
  async everythingDelivered(limitMs = 60_000): Promise<void> {
    this.#ends = await this.#readEnds();
    const stored = [...this.#ends.values()].reduce((sum, end) => sum + end, 0n);
    if (stored < this.#made)
      throw new Error(`of ${this.#made} records that were taken the log has ${stored}`);
    await until(
      () => this.#faults().missing.length === 0,
      () => `not delivered: ${this.#faults().missing.slice(0, 20).join(" ")}: ${this.#describe()}`,
      limitMs,
    );
  }

  /** What was delivered and should not have been, once everything was; empty when all is well. */
  wronglyDelivered(): readonly string[] {
    const { unknown, duplicates } = this.#faults();
    return [
      ...unknown.map((what) => `${what} is not in the log`),
      ...duplicates.map((what) => `${what} again`),
    ];
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

  #faults() {
    return deliveryFaults(
      this.#everybody.map((reader) => reader.events()),
      this.#ends,
    );
  }

  /** By partition: the offset after its last record. */
  async #readEnds(): Promise<ReadonlyMap<string, bigint>> {
    const { topic, partitions } = this.#options;
    const keys = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
    const giveUpAt = Date.now() + 30_000;
    for (;;) {
      await this.#client.refreshMetadata({ topics: [topic] });
      const offsets = await listLogOffsets(this.#client, keys);
      const known = offsets.flatMap(({ highWatermark, ...key }) =>
        highWatermark === undefined ? [] : [[topicPartitionText(key), highWatermark] as const],
      );
      if (known.length === partitions) return new Map(known);
      if (Date.now() > giveUpAt)
        throw new Error(`no ends of the log: ${offsets.map(({ error }) => error).join()}`);
      await sleepFor(200);
    }
  }

  #describe(): string {
    return [...this.#readers]
      .map((reader) => `${reader.name} [${reader.assignment().join(" ")}], ${reader.delivered()} delivered`)
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
        // A broker that dies may have taken what it did not answer: the log says in the end.
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

function eventsOf(consumer: ForeignConsumer): readonly DeliveryEvent[] {
  return consumer.events.flatMap((event): readonly DeliveryEvent[] => {
    if (event.type === "record") {
      return [{ type: "record", partition: topicPartitionText(event), offset: BigInt(event.offset) }];
    }
    if (event.type !== "committed" && event.type !== "commitFailed") return [];
    const places = Object.entries(event.offsets).map(([what, offset]) => [what, BigInt(offset)] as const);
    return [{ type: "commit", isDone: event.type === "committed", offsets: new Map(places) }];
  });
}
