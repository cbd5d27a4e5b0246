import type { Event } from "#base/events.ts";
import type { Random } from "#base/random.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { type CompressionName, decompress } from "#protocol/records/compression/codec.ts";
import { CompressionError } from "#protocol/records/compression/compressionError.ts";
import { codecId } from "#protocol/records/recordBatch.ts";
import { topicIdFrom } from "../log/topicStore.ts";
import { isReservedUuid, subscriptionIdOf } from "./subscriptionId.ts";

/** What a client may push, where nobody subscribed to anything: how often, how much, and packed how (KIP-714). */
export const telemetryTerms = {
  /** Kafka's default of a subscription's `interval.ms`; a client without one asks again so often. */
  pushIntervalMs: 300_000,
  /** Kafka's default of `telemetry.max.bytes`, packed and unpacked. */
  maxBytes: 1_048_576,
  /** In the order in which the broker likes them. */
  compressions: ["zstd", "lz4", "gzip", "snappy"],
} as const satisfies {
  readonly pushIntervalMs: number;
  readonly maxBytes: number;
  readonly compressions: readonly CompressionName[];
};

/** Who asks, and on which connection. */
export interface TelemetryAsker {
  readonly nodeId: number;
  /** The same for all requests of one connection; fires at its end. */
  readonly onGone: Event<void>;
  readonly now: number;
}

/** A client's metrics as they come. */
export interface PushedTelemetry {
  readonly clientInstanceId: string;
  readonly subscriptionId: number;
  readonly isTerminating: boolean;
  readonly compressionType: number;
  readonly metrics: Uint8Array;
}

interface Instance {
  readonly subscriptionId: number;
  askedAt: number | undefined;
  pushedAt: number | undefined;
  usedAt: number;
  isTerminating: boolean;
  lastError: KnownErrorName;
}

/** As many as a broker of Kafka remembers. */
const mostInstances = 16_384;
const forgottenAfterMs = 3 * telemetryTerms.pushIntervalMs;

/**
 * The clients that offer their metrics, as a broker with a receiver for them and no subscription has them: each gets an
 * id, and is asked for nothing. What one pushes all the same is checked and let go.
 */
export class ClientTelemetry {
  readonly #random: Random;
  /** By node and client instance id, in order of use: nodes know nothing of each other's. */
  readonly #instances = new Map<string, Instance>();
  /** The key of the last one of each connection, which goes with it. */
  readonly #byConnection = new WeakMap<Event<void>, { key: string }>();

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#instances.size;
  }

  /** What a client is to push: the zero id asks for a new one. */
  subscribe(
    clientInstanceId: string | undefined,
    asker: TelemetryAsker,
  ):
    | { readonly clientInstanceId: string; readonly subscriptionId: number }
    | { readonly error: KnownErrorName } {
    const id = clientInstanceId ?? this.#newId();
    const instance = this.#instance(id, asker);
    const { lastError } = instance;
    const mayAskAgain =
      lastError === "UNKNOWN_SUBSCRIPTION_ID" || lastError === "UNSUPPORTED_COMPRESSION_TYPE";
    const latest = Math.max(instance.askedAt ?? -Infinity, instance.pushedAt ?? -Infinity);
    if (asker.now - latest >= telemetryTerms.pushIntervalMs) instance.askedAt = asker.now;
    else if (!mayAskAgain) return { error: "THROTTLING_QUOTA_EXCEEDED" };
    instance.lastError = "NONE";
    return { clientInstanceId: id, subscriptionId: instance.subscriptionId };
  }

  push(pushed: PushedTelemetry, asker: TelemetryAsker): KnownErrorName {
    if (isReservedUuid(pushed.clientInstanceId)) return "INVALID_REQUEST";
    const instance = this.#instance(pushed.clientInstanceId, asker);
    const error = refusalOf(pushed, instance, asker.now) ?? unpackingError(pushed) ?? "NONE";
    instance.isTerminating = pushed.isTerminating;
    instance.lastError = error;
    return error;
  }

  /** A node's clients live in its memory only. */
  nodeDown(nodeId: number): void {
    for (const key of Array.from(this.#instances.keys())) {
      if (key.startsWith(`${nodeId}/`)) this.#instances.delete(key);
    }
  }

  #newId(): string {
    for (;;) {
      const id = topicIdFrom(this.#random);
      if (!isReservedUuid(id)) return id;
    }
  }

  #instance(id: string, { nodeId, onGone, now }: TelemetryAsker): Instance {
    const key = `${nodeId}/${id}`;
    const known = this.#instances.get(key);
    this.#instances.delete(key);
    const isFresh = known !== undefined && now - known.usedAt < forgottenAfterMs;
    const instance = isFresh ? known : newInstance(id, now);
    instance.usedAt = now;
    this.#instances.set(key, instance);
    if (!isFresh) this.#follow(key, onGone);
    const [oldest] = this.#instances.keys();
    if (this.#instances.size > mostInstances && oldest !== undefined) this.#instances.delete(oldest);
    return instance;
  }

  #follow(key: string, onGone: Event<void>): void {
    const connection = this.#byConnection.get(onGone);
    if (connection) {
      connection.key = key;
      return;
    }
    const followed = { key };
    this.#byConnection.set(onGone, followed);
    onGone(() => void this.#instances.delete(followed.key));
  }
}

function newInstance(id: string, now: number): Instance {
  return {
    subscriptionId: subscriptionIdOf(id, telemetryTerms.pushIntervalMs),
    askedAt: undefined,
    pushedAt: undefined,
    usedAt: now,
    isTerminating: false,
    lastError: "NONE",
  };
}

/** In Kafka's order. What was pushed at a time that is right counts as a push, whatever else is wrong with it. */
function refusalOf(pushed: PushedTelemetry, instance: Instance, now: number): KnownErrorName | undefined {
  if (instance.isTerminating) return "INVALID_REQUEST";
  if (mayPush(instance, now)) instance.pushedAt = now;
  else if (!pushed.isTerminating) return "THROTTLING_QUOTA_EXCEEDED";
  if (pushed.subscriptionId !== instance.subscriptionId) return "UNKNOWN_SUBSCRIPTION_ID";
  if (compressionOf(pushed) === undefined) return "UNSUPPORTED_COMPRESSION_TYPE";
  return pushed.metrics.length > telemetryTerms.maxBytes ? "TELEMETRY_TOO_LARGE" : undefined;
}

/** The first push after asking comes when the client likes, as it spreads them; later ones must keep the interval. */
function mayPush({ askedAt, pushedAt }: Instance, now: number): boolean {
  if (pushedAt === undefined || (askedAt !== undefined && askedAt > pushedAt)) return true;
  return now - pushedAt >= telemetryTerms.pushIntervalMs;
}

function unpackingError(pushed: PushedTelemetry): KnownErrorName | undefined {
  const compression = compressionOf(pushed);
  if (compression === undefined || pushed.metrics.length === 0) return undefined;
  try {
    decompress(compression, pushed.metrics, telemetryTerms.maxBytes);
    return undefined;
  } catch (error) {
    if (!(error instanceof CompressionError)) throw error;
    return error.code === "expandsPastLimit" ? "TELEMETRY_TOO_LARGE" : "INVALID_RECORD";
  }
}

function compressionOf({ compressionType }: PushedTelemetry): CompressionName | undefined {
  const known: readonly CompressionName[] = ["none", ...telemetryTerms.compressions];
  return known.find((name) => codecId(name) === compressionType);
}
