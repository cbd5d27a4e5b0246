import type { Admin, Kafka, KafkaConfig } from "kafkajs";
import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { TlsOptions, Transport } from "#base/transport.ts";
import { addressText } from "#network/address.ts";
import type { Cluster } from "#network/cluster.ts";
import type { SaslCredentials } from "#network/sasl/saslCredentials.ts";
import { AdministrationError, explainFailure } from "./administrationError.ts";
import { type CodecRegistry, registerCodecs } from "./codecs.ts";
import { type KafkaJsUse, requireVersions } from "./requiredVersions.ts";
import { saslMechanismOf } from "./saslMechanism.ts";
import { socketOver } from "./socketAdapter.ts";
import { untilTopicIsServed } from "./topicServed.ts";

/** How kafkajs reaches the cluster: by our transport and our SASL, to the brokers that our client knows. */
export interface AdministrationOptions {
  readonly cluster: Cluster;
  readonly clientId: string;
  readonly tls: TlsOptions | undefined;
  readonly sasl: SaslCredentials | undefined;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** A topic that is wanted. */
export interface TopicToCreate {
  readonly topic: string;
  readonly partitions: number;
  /** The broker's default when left out. */
  readonly replicationFactor?: number | undefined;
  readonly config?: Readonly<Record<string, string>> | undefined;
}

/** A record without a place yet. */
export interface RecordToProduce {
  /** Null or a text; bytes for anything else. */
  readonly key: string | Uint8Array | null;
  /** Null makes a tombstone. */
  readonly value: string | Uint8Array | null;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Records for one topic. */
export interface RecordsToProduce {
  readonly topic: string;
  /** By the key's hash, or in turn, when left out. */
  readonly partition?: number | undefined;
  readonly records: readonly RecordToProduce[];
  readonly compression: "none" | "gzip" | "snappy" | "lz4" | "zstd";
}

/** Where records went: the first offset per partition; unknown where the broker does not say. */
export interface ProducedTo {
  readonly partition: number;
  readonly baseOffset: bigint | undefined;
}

/**
 * Creates and deletes topics, and produces records, with kafkajs, which is what users know. It is loaded on first use,
 * never used on groups, and not kept connected. Every call rejects with AdministrationError in words for the user;
 * aborting `signal` disconnects.
 */
export class Administration {
  readonly #options: AdministrationOptions;

  constructor(options: AdministrationOptions) {
    this.#options = options;
  }

  /** Resolves when the topic can be used: every partition has a leader, or a request's time is over. */
  async createTopic(wanted: TopicToCreate, signal?: AbortSignal): Promise<void> {
    await this.#withAdmin(
      { doing: `create topic ${wanted.topic}`, use: "createTopics" },
      signal,
      async (admin) => {
        const created = await admin.createTopics({
          // kafkajs gives up when a broker has not heard of the topic yet.
          waitForLeaders: false,
          topics: [
            {
              topic: wanted.topic,
              numPartitions: wanted.partitions,
              replicationFactor: wanted.replicationFactor ?? -1,
              configEntries: Object.entries(wanted.config ?? {}).map(([name, value]) => ({ name, value })),
            },
          ],
        });
        if (!created)
          throw new AdministrationError("TOPIC_ALREADY_EXISTS", `Topic ${wanted.topic} exists already.`);
        const { cluster, clock, requestTimeoutMs: limitMs } = this.#options;
        await untilTopicIsServed(cluster, wanted.topic, { clock, limitMs, signal });
      },
    );
  }

  async deleteTopic(topic: string, signal?: AbortSignal): Promise<void> {
    await this.#withAdmin({ doing: `delete topic ${topic}`, use: "deleteTopics" }, signal, (admin) =>
      admin.deleteTopics({ topics: [topic] }),
    );
  }

  async produce(wanted: RecordsToProduce, signal?: AbortSignal): Promise<readonly ProducedTo[]> {
    const what = { doing: `produce to ${wanted.topic}`, use: "produce" } as const;
    return this.#run(what, signal, async (kafka, types) => {
      const producer = kafka.producer({ allowAutoTopicCreation: false, retry: FEW_RETRIES });
      const disconnect = () => void producer.disconnect().catch(() => undefined);
      signal?.addEventListener("abort", disconnect, { once: true });
      try {
        await producer.connect();
        const sent = await producer.send({
          topic: wanted.topic,
          acks: -1,
          compression: compressionType(wanted.compression, types),
          messages: wanted.records.map(({ key, value, headers }) => ({
            key: asBuffer(key),
            value: asBuffer(value),
            ...(headers ? { headers } : {}),
            ...(wanted.partition === undefined ? {} : { partition: wanted.partition }),
          })),
        });
        return sent.map(({ partition, baseOffset }) => ({
          partition,
          baseOffset: baseOffset === undefined ? undefined : BigInt(baseOffset),
        }));
      } finally {
        signal?.removeEventListener("abort", disconnect);
        await producer.disconnect().catch(() => undefined);
      }
    });
  }

  #withAdmin(
    what: { readonly doing: string; readonly use: KafkaJsUse },
    signal: AbortSignal | undefined,
    work: (admin: Admin) => Promise<void>,
  ): Promise<void> {
    return this.#run(what, signal, async (kafka) => {
      const admin = kafka.admin({ retry: FEW_RETRIES });
      const disconnect = () => void admin.disconnect().catch(() => undefined);
      signal?.addEventListener("abort", disconnect, { once: true });
      try {
        await admin.connect();
        await work(admin);
      } finally {
        signal?.removeEventListener("abort", disconnect);
        await admin.disconnect().catch(() => undefined);
      }
    });
  }

  async #run<T>(
    what: { readonly doing: string; readonly use: KafkaJsUse },
    signal: AbortSignal | undefined,
    work: (kafka: Kafka, types: CodecRegistry["CompressionTypes"]) => Promise<T>,
  ): Promise<T> {
    try {
      const metadata = await this.#options.cluster.refreshMetadata({ topics: [], signal });
      requireVersions(this.#options.cluster, what.use);
      const kafkajs = await loadKafkaJs();
      const kafka = new kafkajs.Kafka(this.#config(Array.from(metadata.brokers.values(), addressText)));
      signal?.throwIfAborted();
      return await work(kafka, kafkajs.CompressionTypes);
    } catch (error) {
      signal?.throwIfAborted();
      throw explainFailure(error, what.doing);
    }
  }

  #config(brokers: string[]): KafkaConfig {
    const { clientId, tls, sasl, transport, random, connectTimeoutMs, requestTimeoutMs } = this.#options;
    return {
      brokers,
      clientId,
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      retry: FEW_RETRIES,
      logCreator: () => () => undefined,
      socketFactory: ({ host, port, onConnect }) =>
        socketOver(transport, { host, port, tls, timeoutMs: connectTimeoutMs }, onConnect),
      ...(sasl ? { sasl: saslMechanismOf(sasl, random) } : {}),
    };
  }
}

const FEW_RETRIES = { retries: 2, initialRetryTime: 200, maxRetryTime: 2_000 };

/** Evaluated on first use: at activation it would cost 24 ms for something most windows never do. */
async function loadKafkaJs() {
  const kafkajs = await import("kafkajs");
  registerCodecs(kafkajs);
  return kafkajs;
}

function compressionType(
  name: RecordsToProduce["compression"],
  types: CodecRegistry["CompressionTypes"],
): number {
  const ids = { none: 0, gzip: types.GZIP, snappy: types.Snappy, lz4: types.LZ4, zstd: types.ZSTD };
  return ids[name];
}

function asBuffer(content: string | Uint8Array | null): Buffer | null {
  if (content === null) return null;
  return typeof content === "string" ? Buffer.from(content, "utf8") : Buffer.from(content);
}
