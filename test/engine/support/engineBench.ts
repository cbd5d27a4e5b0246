import { type Random, seededRandom } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import type { RebalanceCallbacks } from "#engine/rebalance/rebalanceCallbacks.ts";
import type { Cluster } from "#network/cluster.ts";
import { ClusterClient } from "#network/clusterClient.ts";
import { Playground } from "#playground/playground.ts";
import type { ObservationType } from "#trace/observation.ts";
import { MemoryNetwork } from "../../support/memoryNetwork.ts";
import { VirtualClock } from "../../support/virtualClock.ts";
import { type BenchSession, benchSession, type Seen } from "./benchSession.ts";

export type { BenchSession, Seen } from "./benchSession.ts";

const utf8 = new TextEncoder();

/** Engine sessions and a playground over an in-memory network, on virtual time. */
export class EngineBench {
  readonly clock: VirtualClock;
  readonly network: MemoryNetwork;
  readonly playground: Playground;
  readonly brokerSaw: Seen[] = [];
  readonly #seed: number;
  #sessions = 0;

  constructor(options: { readonly seed?: number; readonly nodes?: number } = {}) {
    const seed = options.seed ?? 1;
    this.#seed = seed;
    this.clock = new VirtualClock({ seed });
    this.network = new MemoryNetwork({ clock: this.clock, seed });
    this.playground = new Playground({
      clock: this.clock,
      random: seededRandom(seed),
      server: this.network,
      observe: (body) => this.brokerSaw.push({ ...body, at: this.clock.now() }),
      basePort: 9092,
      nodes: options.nodes ?? 1,
    });
  }

  /** Lets time pass until the work settles; a hang is an error. */
  run<T>(work: Promise<T>, limitMs = 120_000): Promise<T> {
    return this.clock.runUntil(work, { limitMs });
  }

  /** Lets time pass until the condition holds. */
  async until(what: string, condition: () => boolean, limitMs = 60_000): Promise<void> {
    const deadline = this.clock.now() + limitMs;
    while (!condition()) {
      if (this.clock.now() >= deadline) throw new Error(`not so within ${limitMs} ms: ${what}`);
      await this.clock.advance(5);
    }
  }

  /** Another client of the playground, for what a session does not do. */
  client(clientId = "admin", random: Random = seededRandom(this.#seed)): ClusterClient {
    const { playground, network: transport, clock } = this;
    return new ClusterClient({
      bootstrapServers: playground.bootstrapServers,
      clientId,
      transport,
      clock,
      random,
    });
  }

  /** With rebalance callbacks of its own, or with something that comes between the session and its cluster. */
  session(
    options: Partial<ConsumerOptions> = {},
    beside: ((cluster: Cluster) => Cluster) | RebalanceCallbacks = {},
  ): BenchSession {
    const name = String.fromCharCode(65 + this.#sessions++);
    const { clock } = this;
    const random = seededRandom(this.#seed * 31 + this.#sessions);
    const client = this.client(`client-${name}`, random);
    return typeof beside === "function"
      ? benchSession(options, { name, cluster: beside(client), clock, random })
      : benchSession(options, { name, cluster: client, clock, random, callbacks: beside });
  }

  /** Records `from` to `from + count - 1` as text values, each in a batch of its own. */
  async produce(key: TopicPartition, count: number, from = 0): Promise<void> {
    for (let index = 0; index < count; index++) {
      await this.run(this.produceBatch(key, 1, from + index));
    }
  }

  /** One batch of `count` records. */
  async produceBatch(key: TopicPartition, count: number, from = 0): Promise<void> {
    const records = Array.from({ length: count }, (_, index) => ({
      key: null,
      value: utf8.encode(String(from + index)),
      headers: [],
    }));
    await this.playground.produce({ ...key, records });
  }
}

/** The observations of one type, oldest first. */
export function ofType<T extends ObservationType>(
  seen: readonly Seen[],
  type: T,
): readonly Extract<Seen, { readonly type: T }>[] {
  return seen.filter((one): one is Extract<Seen, { readonly type: T }> => one.type === type);
}

/** The values of records, as the numbers `produce` wrote. */
export function values(records: readonly ConsumedRecord[]): number[] {
  return records.map(({ value }) => Number(new TextDecoder().decode(value ?? undefined)));
}
