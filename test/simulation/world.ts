import { DisposableStore, toDisposable } from "#base/lifecycle.ts";
import { type Random, seededRandom } from "#base/random.ts";
import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import { Playground } from "#playground/playground.ts";
import type { ProducedBatch, ProduceInput } from "#playground/workload/localProducer.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { MemoryNetwork } from "#test/support/memoryNetwork.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";
import type { ObservationBody } from "#trace/observation.ts";
import { CommitWatch } from "./commitWatch.ts";
import { GroupWatch } from "./groupWatch.ts";
import { Ledger } from "./ledger.ts";
import { MemberNetwork } from "./memberNetwork.ts";
import { Orders } from "./orders.ts";
import type { SimulatedTransaction } from "./producedLog.ts";
import {
  chance,
  chooseOptions,
  chooseProfile,
  groupId,
  type Profile,
  pick,
  type Variety,
} from "./profile.ts";
import { Rewinds } from "./rewinds.ts";
import { SessionWatch } from "./sessionWatch.ts";
import { SimulatedClient } from "./simulatedClient.ts";
import { SimulatedMember } from "./simulatedMember.ts";
import { RunTrace } from "./trace.ts";
import { Verdict } from "./violation.ts";

/** Streams of chance of their own: an operation more or less does not change what the network does. */
const streams = { profile: 1, operations: 2, clock: 3, network: 4, playground: 5 } as const;

const maxPartitions = 6;

/** Who joins next. */
interface NewMember {
  readonly isDirect: boolean;
  readonly index: number;
  /** What it has beside the options that follow from its index. */
  readonly variety?: Variety | undefined;
}

/** A playground, its network and everybody on it, all of one seed, in virtual time. */
export class World {
  readonly profile: Profile;
  /** Decides what happens next. */
  readonly random: Random;
  readonly clock: VirtualClock;
  readonly startMs: number;
  readonly network: MemoryNetwork;
  readonly playground: Playground;
  readonly verdict = new Verdict();
  readonly trace: RunTrace;
  readonly ledger: Ledger;
  readonly orders: Orders;
  readonly groupWatch: GroupWatch;
  readonly #commitWatch: CommitWatch;
  readonly sessionWatch: SessionWatch;
  readonly members: SimulatedMember[] = [];
  /** Troubles that were switched on and not off again. */
  readonly troubles = new DisposableStore();
  /** Rules in force, by id. */
  readonly faultIds: string[] = [];
  /** How many of the next batches of a partition the playground damages. */
  readonly armedDamage = new TopicPartitionMap<number>();
  readonly #seed: number;
  readonly #partitionCounts = new Map<string, number>();
  /** The last one of each producer. */
  readonly #transactions = new Map<string, SimulatedTransaction>();
  readonly #rewinds = new Rewinds();
  #nextMember = 0;
  #nextValue = 0;

  constructor(seed: number) {
    const random = (stream: keyof typeof streams) => seededRandom(seed * 16 + streams[stream]);
    this.#seed = seed;
    this.profile = chooseProfile(random("profile"));
    this.random = random("operations");
    this.clock = new VirtualClock({ seed: seed * 16 + streams.clock });
    const { clock, profile, verdict } = this;
    this.startMs = clock.now();
    this.network = new MemoryNetwork({ clock, seed: seed * 16 + streams.network, ...profile.network });
    const now = () => clock.now();
    this.trace = new RunTrace(now);
    this.ledger = new Ledger(now, verdict);
    this.orders = new Orders(clock, verdict);
    this.groupWatch = new GroupWatch(this.ledger, this.#rewinds, verdict);
    this.#commitWatch = new CommitWatch(now, verdict);
    this.sessionWatch = new SessionWatch(this.ledger, this.#rewinds, now, verdict);
    this.playground = new Playground({
      clock,
      random: random("playground"),
      server: this.network,
      observe: (body) => this.#observedByBroker(body),
      basePort: 9092,
      nodes: profile.nodes,
      racks: profile.racks,
      settings: { consumerGroups: { heartbeatIntervalMs: 300, sessionTimeoutMs: 3_000 } },
    });
  }

  /** All there are now, by topic. */
  get partitions(): readonly TopicPartition[] {
    return Array.from(this.#partitionCounts).flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => ({ topic, partition })),
    );
  }

  /** One more partition, up to a limit. */
  growTopic(topic: string): void {
    const count = this.#partitionCounts.get(topic) ?? 0;
    if (count === 0 || count >= maxPartitions) return;
    this.playground.addPartitions(topic, count + 1);
    this.#partitionCounts.set(topic, count + 1);
  }

  /** Members that take orders. */
  get alive(): readonly SimulatedMember[] {
    return this.members.filter(({ isAlive }) => isAlive);
  }

  /** Those of them that are in the group. */
  get groupMembers(): readonly SimulatedMember[] {
    return this.alive.filter(({ group }) => group === groupId);
  }

  async start(): Promise<void> {
    await this.clock.runUntil(this.playground.start(), { what: "the playground's start" });
    for (const { topic, partitions, replicationFactor } of this.profile.topics) {
      this.playground.createTopic(topic, { partitions, replicationFactor });
      this.#partitionCounts.set(topic, partitions);
    }
  }

  /** The index of the next member: names are never used twice. */
  get nextMember(): number {
    return this.#nextMember;
  }

  /** A member whose options and chance depend on its index alone, so that it is the same without the others. */
  addMember({ isDirect, index, variety = {} }: NewMember): SimulatedMember {
    this.#nextMember = Math.max(this.#nextMember, index + 1);
    const random = seededRandom(this.#seed * 1_000 + 700 + index);
    const sessionId = `${isDirect ? "reader" : "member"}-${index}`;
    const chosen = chooseOptions(random, this.profile, { sessionId, isDirect, taken: this.#instanceIds });
    const options = { ...chosen, ...variety };
    const shares = this.alive.length > 0 && chance(random, 0.3);
    const member = new SimulatedMember(options, {
      clock: this.clock,
      random: seededRandom(this.#seed * 1_000 + 100 + index),
      client: shares ? pick(random, this.alive).client : this.#newClient(sessionId, index),
      ledger: this.ledger,
      rewinds: this.#rewinds,
      orders: this.orders,
      verdict: this.verdict,
      observe: (id, body) => this.#observedByMember(id, body),
    });
    this.members.push(member);
    this.sessionWatch.add(member);
    member.start();
    return member;
  }

  get #instanceIds(): readonly string[] {
    return this.alive.flatMap(({ options }) => options.groupInstanceId ?? []);
  }

  #newClient(sessionId: string, index: number): SimulatedClient {
    return new SimulatedClient({
      clientId: `client-${sessionId}`,
      bootstrapServers: this.playground.bootstrapServers,
      network: new MemberNetwork(this.network, this.clock),
      clock: this.clock,
      random: seededRandom(this.#seed * 1_000 + 500 + index),
    });
  }

  /** Numbers what is produced. */
  nextValue(): number {
    return this.#nextValue++;
  }

  async produce(
    key: TopicPartition,
    values: readonly string[],
    compression: "none" | "gzip" | "lz4" | "snappy",
  ) {
    await this.#produceBy((input) => this.playground.produce(input), { key, values, compression });
  }

  /** Records of one transaction, which ends after some time; undefined: only when the run has had its troubles. */
  async transact(
    keys: readonly TopicPartition[],
    values: (key: TopicPartition) => readonly string[],
    end: { readonly fate: "committed" | "aborted"; readonly afterMs: number | undefined },
  ): Promise<void> {
    // A producer's next transaction comes after its last one: few producers, each with many transactions.
    const transactionalId = ["a", "b", "c"].find((id) => this.#transactions.get(id)?.fate !== "open");
    if (transactionalId === undefined) return;
    // Longer than any run: it is us who end it.
    const begun = this.playground
      .beginTransaction({ transactionalId, timeoutMs: 900_000 })
      .catch(unlessNobodyLeads);
    const transaction = await this.clock.runUntil(begun, { what: "a transaction to begin" });
    if (!transaction) return;
    const state: SimulatedTransaction = { fate: "open" };
    this.#transactions.set(transactionalId, state);
    let produced = 0;
    for (const key of keys) {
      const batch = { key, values: values(key), compression: "none", transaction: state } as const;
      if (await this.#produceBy((input) => transaction.produce(input), batch)) produced++;
    }
    if (produced === 0) {
      // Kafka refuses to end what never began.
      state.fate = "aborted";
      return;
    }
    const finish = async () => {
      if (state.fate !== "open") return;
      // Before it is so: as soon as the broker has written its marker, readers may act on it.
      state.fate = end.fate;
      const ending = end.fate === "committed" ? transaction.commit() : transaction.abort();
      // With nobody to write the marker it stays open, and the broker writes it when there is.
      await ending.catch(unlessNobodyLeads);
    };
    const timer = this.clock.schedule(end.afterMs ?? Number.MAX_SAFE_INTEGER, () => void finish());
    this.troubles.add(
      toDisposable(() => {
        timer.dispose();
        void finish();
      }),
    );
  }

  /** What is behind the last `count` offsets is lost, as after an unclean election. */
  truncate(key: TopicPartition, count: bigint): void {
    const wanted = this.ledger.endOf(key) - count;
    if (wanted < 0n) return;
    const end = this.ledger.cutAt(key, wanted);
    this.playground.truncateLog(key, end);
    this.ledger.truncated(key, end);
    this.groupWatch.excuseAfterCut(key, end);
    this.#rewinds.allowEverybody(key);
  }

  /** The topic is deleted and created anew. */
  recreate(topic: string): void {
    this.playground.recreateTopic(topic);
    this.#commitWatch.recreated(topic);
    for (const key of this.partitions) {
      if (key.topic !== topic) continue;
      this.ledger.recreated(key);
      this.#rewinds.allowEverybody(key);
    }
  }

  /** Markers are written by the broker itself: the ledger has to be told. */
  noteEnds(): void {
    for (const { topic, partitions } of this.playground.topics()) {
      for (const [partition, { highWatermark }] of partitions.entries()) {
        this.ledger.endsAt({ topic, partition }, highWatermark);
      }
    }
  }

  /** False when nobody took it. */
  async #produceBy(
    produce: (input: ProduceInput) => Promise<readonly ProducedBatch[]>,
    batch: {
      readonly key: TopicPartition;
      readonly values: readonly string[];
      readonly compression: "none" | "gzip" | "lz4" | "snappy";
      readonly transaction?: SimulatedTransaction;
    },
  ): Promise<boolean> {
    const { key, values, compression, transaction } = batch;
    const armed = this.armedDamage.get(key) ?? 0;
    const encoder = new TextEncoder();
    const records = values.map((value) => ({ key: null, value: encoder.encode(value), headers: [] }));
    const produced = produce({ ...key, records, compression }).catch(unlessNobodyLeads);
    const answer = await this.clock.runUntil(produced, { what: "a batch to be produced" });
    if (!answer) return false;
    if (armed > 0) this.armedDamage.set(key, armed - 1);
    const [first] = answer;
    if (!first) throw new Error("the playground did not say where the batch went");
    this.ledger.produced(key, { baseOffset: first.baseOffset, values, isCorrupt: armed > 0, transaction });
    return true;
  }

  #observedByBroker(body: ObservationBody): void {
    this.trace.add("playground", "broker", body);
    this.groupWatch.observed(body);
    this.#commitWatch.observed(body);
  }

  #observedByMember(sessionId: string, body: ObservationBody): void {
    this.trace.add(sessionId, "member", body);
    this.sessionWatch.observed(sessionId, body);
  }
}

/** Nobody leads a partition, or coordinates, while its nodes are down: then nothing happened. */
function unlessNobodyLeads(failure: unknown): undefined {
  const passing = [
    "LEADER_NOT_AVAILABLE",
    "COORDINATOR_NOT_AVAILABLE",
    "NOT_LEADER_OR_FOLLOWER",
    "NOT_COORDINATOR",
    "CONCURRENT_TRANSACTIONS",
  ] as const;
  if (BrokerError.is(failure, ...passing)) return undefined;
  throw failure;
}
