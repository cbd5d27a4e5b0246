import { seededRandom } from "#base/random.ts";
import type { Result } from "#base/result.ts";
import type { ByteStream, Endpoint, Listening, TlsOptions } from "#base/transport.ts";
import { ClusterClient } from "#network/clusterClient.ts";
import type { ClusterClientOptions } from "#network/clusterClientOptions.ts";
import { FrameAssembler } from "#network/frameAssembler.ts";
import type { Api, RequestOf, ResponseInput } from "#protocol/api.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { listGroups } from "#protocol/apis/listGroups.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { produce } from "#protocol/apis/produce.ts";
import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { syncGroup } from "#protocol/apis/syncGroup.ts";
import { decodeRequest, decodeRequestHeader, encodeResponse } from "#protocol/message.ts";
import { MemoryNetwork, type MemoryNetworkOptions } from "#test/support/memoryNetwork.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";

/** A request as the fake broker got it, and how to answer it. */
export interface Received<A extends Api = Api> {
  readonly api: A;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  readonly body: RequestOf<A>;
  /** The connection it came on: 0 is the first. */
  readonly connection: number;
  readonly stream: ByteStream;
  readonly answer: (body: ResponseInput<A>) => void;
  /** Sends bytes as they are. */
  readonly raw: (bytes: Uint8Array) => void;
}

export type Handler<A extends Api> = (request: Received<A>) => void;

const known: readonly Api[] = [
  apiVersions,
  fetch,
  findCoordinator,
  heartbeat,
  joinGroup,
  listGroups,
  listOffsets,
  metadata,
  offsetCommit,
  produce,
  saslAuthenticate,
  saslHandshake,
  syncGroup,
];

/** A peer whose answers are written by the test; it speaks all versions of the APIs it has handlers for. */
export class FakeBroker {
  readonly received: Received[] = [];
  readonly streams: ByteStream[] = [];
  readonly #handlers = new Map<number, Handler<Api>>();
  /** Takes bare tokens instead of requests while set (SaslHandshake v0). */
  onBareToken: ((token: Uint8Array, stream: ByteStream) => void) | undefined;
  /** What ApiVersions says; everything with a handler when undefined. */
  offered: readonly { apiKey: number; minVersion: number; maxVersion: number }[] | undefined;

  constructor() {
    this.on(apiVersions, ({ answer }) => answer({ errorCode: 0, apiKeys: this.#offers() }));
  }

  on<A extends Api>(api: A, handler: Handler<A>): this {
    this.#handlers.set(api.key, handler as unknown as Handler<Api>);
    return this;
  }

  listen(network: MemoryNetwork, at: Endpoint): Promise<Listening> {
    return network.listen(at, (stream) => this.accept(stream));
  }

  accept(stream: ByteStream): void {
    const connection = this.streams.push(stream) - 1;
    const frames = new FrameAssembler(1 << 26);
    stream.onData((chunk) => {
      for (const frame of frames.push(chunk)) {
        if (this.onBareToken === undefined) this.#receive(frame, stream, connection);
        else this.onBareToken(frame, stream);
      }
    });
  }

  /** Requests of one API, in order. */
  requests<A extends Api>(api: A): readonly Received<A>[] {
    return this.received.filter(
      (request) => request.api.key === api.key,
    ) as unknown as readonly Received<A>[];
  }

  #offers() {
    return (
      this.offered ??
      Array.from(this.#handlers.keys(), (key) => {
        const [minVersion, maxVersion] = apiOf(key).versions;
        return { apiKey: key, minVersion, maxVersion };
      })
    );
  }

  #receive(frame: Uint8Array, stream: ByteStream, connection: number): void {
    const { apiKey, apiVersion, correlationId, clientId } = decoded(decodeRequestHeader(frame));
    const api = apiOf(apiKey);
    const { body } = decoded(decodeRequest(api, frame));
    const raw = (bytes: Uint8Array) => void stream.write(bytes);
    const answer = (response: unknown) =>
      raw(encodeResponse(api, { version: apiVersion, correlationId }, response));
    const request = {
      api,
      version: apiVersion,
      correlationId,
      clientId,
      body,
      connection,
      stream,
      answer,
      raw,
    };
    this.received.push(request);
    this.#handlers.get(apiKey)?.(request);
  }
}

function apiOf(key: number): Api {
  const api = known.find((candidate) => candidate.key === key);
  if (api === undefined) throw new Error(`the fake broker does not know API ${key}`);
  return api;
}

function decoded<T>(result: Result<T, Error>): T {
  if (!result.ok) throw result.error;
  return result.value;
}

/** A Metadata answer of these brokers; each topic has one partition per leader named. */
export function metadataOf(cluster: {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly topics?: Readonly<Record<string, readonly number[]>>;
  readonly controllerId?: number;
  readonly clusterId?: string;
  readonly leaderEpoch?: number;
}): ResponseInput<typeof metadata> {
  return {
    brokers: cluster.brokers,
    clusterId: cluster.clusterId ?? "fake",
    controllerId: cluster.controllerId ?? -1,
    topics: Object.entries(cluster.topics ?? {}).map(([name, leaders], index) => ({
      errorCode: 0,
      name,
      topicId: `${index}`.padStart(21, "t").concat("A"),
      partitions: leaders.map((leaderId, partitionIndex) => ({
        errorCode: 0,
        partitionIndex,
        leaderId,
        leaderEpoch: cluster.leaderEpoch ?? 0,
        replicaNodes: [leaderId],
        isrNodes: [leaderId],
      })),
    })),
  };
}

/** A clock, a network, and what every client of them needs. */
export function world(options: Partial<MemoryNetworkOptions> = {}) {
  const clock = new VirtualClock({ seed: options.seed ?? 1 });
  const network = new MemoryNetwork({ clock, cutChance: 0.4, ...options });
  const random = seededRandom(options.seed ?? 1);
  const client = (
    bootstrapServers: readonly string[],
    more: Partial<ClusterClientOptions> & { readonly tls?: TlsOptions } = {},
  ) => new ClusterClient({ bootstrapServers, clientId: "test", transport: network, clock, random, ...more });
  return { clock, network, random, client };
}

/** The error a promise rejects with, as a value. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}
