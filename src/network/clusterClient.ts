import { CancelledError, type Clock } from "#base/clock.ts";
import { Emitter, type Event } from "#base/events.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { Endpoint } from "#base/transport.ts";
import type { Api, ResponseOf } from "#protocol/api.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { CodecError } from "#protocol/wire/codecError.ts";
import { parseAddress } from "./address.ts";
import { BrokerCaller, type Call } from "./brokerCaller.ts";
import { BrokerConnection } from "./brokerConnection.ts";
import { BrokerDirectory, type Candidate } from "./brokerDirectory.ts";
import type { Answer, Cluster, RequestBody, RetryNotice, Route, SendOptions } from "./cluster.ts";
import type { ClusterClientOptions } from "./clusterClientOptions.ts";
import type { BrokerNode, ClusterMetadata } from "./clusterMetadata.ts";
import { ConnectionError } from "./connectionError.ts";
import type { ConnectionNotice } from "./connectionNotice.ts";
import { ConnectionPool, type PoolNotice } from "./connectionPool.ts";
import { CoordinatorCache } from "./coordinatorCache.ts";
import { MetadataCache, type TopicSelection } from "./metadataCache.ts";
import type { LeaderHint } from "./metadataMerge.ts";
import { commonVersions, type VersionRange } from "./negotiation.ts";
import { mayRetry } from "./retryPolicy.ts";
import type { WaitLimit } from "./waitLimit.ts";

const defaultRequestTimeoutMs = 30_000;
const defaultConnectTimeoutMs = 10_000;
const defaultMetadataMaxAgeMs = 300_000;
const defaultMetadataMinIntervalMs = 100;
const defaultMaxFrameBytes = 100 * 1024 * 1024;
const mainChannel = "main";

/** Our own questions never wait behind a caller's JoinGroup, which may be held for minutes. */
const ownChannel = "metadata";

/** A limit as callers give it. */
interface Waiting {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A Kafka cluster as a client sees it: finds the broker for each request, connects when needed, and tries again where
 * that is harmless. Retries do no waiting of their own: each connection's back-off holds up whoever uses it.
 */
export class ClusterClient implements Cluster, Disposable {
  readonly #clock: Clock;
  readonly #requestTimeoutMs: number;
  readonly #closing = new AbortController();
  readonly #directory: BrokerDirectory;
  readonly #pool: ConnectionPool;
  readonly #caller: BrokerCaller;
  readonly #metadata: MetadataCache;
  readonly #coordinators: CoordinatorCache;
  readonly #retries = new Emitter<RetryNotice>();
  readonly #connections = new Emitter<ConnectionNotice>();
  readonly onMetadata: Event<ClusterMetadata>;
  readonly onRetry: Event<RetryNotice> = this.#retries.event;
  readonly onConnection: Event<ConnectionNotice> = this.#connections.event;

  /** Connects to nothing yet. Throws a TypeError when a bootstrap server is no address. */
  constructor(options: ClusterClientOptions) {
    const { clock, random } = options;
    this.#clock = clock;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? defaultRequestTimeoutMs;
    this.#directory = new BrokerDirectory(bootstrapAddresses(options.bootstrapServers));
    this.#pool = new ConnectionPool({ clock, random, questions: ownChannel, open: opener(options) });
    this.#pool.onNotice((notice) => this.#tell(notice));
    this.#caller = new BrokerCaller({ clock, random, pool: this.#pool, directory: this.#directory });
    const closing = this.#closing.signal;
    this.#metadata = new MetadataCache({
      clock,
      closing,
      maxAgeMs: options.metadataMaxAgeMs ?? defaultMetadataMaxAgeMs,
      minIntervalMs: options.metadataMinIntervalMs ?? defaultMetadataMinIntervalMs,
      ask: (topics) => this.#askMetadata(topics),
    });
    this.onMetadata = this.#metadata.onChange;
    this.onMetadata((known) => {
      this.#directory.update(known);
      // Bootstrap addresses that no broker advertises have done their work; so have brokers that left.
      this.#pool.retire((broker) => this.#directory.nodeIdAt(broker) !== undefined);
    });
    this.#coordinators = new CoordinatorCache({
      clock,
      random,
      closing,
      timeoutMs: this.#requestTimeoutMs,
      ask: (api, body, limit) => this.#send({ any: true }, { api, body, channel: ownChannel, limit }, "auto"),
      onFound: (node) => this.#directory.learn(node),
    });
  }

  metadata(): ClusterMetadata | undefined {
    return this.#isClosed ? this.#metadata.known : this.#metadata.current();
  }

  refreshMetadata(
    request: Waiting & { readonly topics?: TopicSelection | undefined } = {},
  ): Promise<ClusterMetadata> {
    return this.#whileOpen(() => this.#metadata.refresh(request.topics, this.#limit(request)));
  }

  send<A extends Api>(
    route: Route,
    api: A,
    body: RequestBody<A>,
    options: SendOptions = {},
  ): Promise<Answer<A>> {
    const { versions, silenceMs, retry = "auto" } = options;
    const channel = route.channel ?? mainChannel;
    const call = { api, body, channel, versions, silenceMs, limit: this.#limit(options) };
    return this.#whileOpen(() => this.#send(route, call, retry));
  }

  coordinatorOf(groupId: string, options: Waiting = {}): Promise<BrokerNode> {
    return this.#whileOpen(() => this.#coordinators.find(groupId, this.#limit(options)));
  }

  forgetCoordinator(groupId: string): void {
    this.#coordinators.forget(groupId);
  }

  leaderOf(partition: TopicPartition): number | undefined {
    return this.#metadata.leaderOf(partition);
  }

  forgetLeader(partition: TopicPartition): void {
    this.#metadata.forgetLeader(partition);
  }

  learnLeader(partition: TopicPartition, hint: LeaderHint): boolean {
    return this.#metadata.learnLeader(partition, hint);
  }

  supportedVersions(api: Api, nodeId?: number): VersionRange | undefined {
    const node = nodeId === undefined ? undefined : this.#directory.node(nodeId);
    if (nodeId !== undefined && node === undefined) return undefined;
    const theirs = this.#pool.versionsOf(node)?.get(api.key);
    return theirs && commonVersions(api.versions, theirs);
  }

  throttledUntil(nodeId: number, channel = mainChannel): number | undefined {
    const node = this.#directory.node(nodeId);
    return node && this.#pool.existing(node, channel)?.connection?.throttledUntil;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#closing.abort();
    this.#pool.dispose();
  }

  dispose(): void {
    this.close();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #limit({ timeoutMs = this.#requestTimeoutMs, signal }: Waiting): WaitLimit {
    return { deadlineAt: this.#clock.now() + timeoutMs, signal };
  }

  /** Runs `work`; whatever it fails with once we are closed, it fails because we are closed. */
  async #whileOpen<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw closedError();
    try {
      return await work();
    } catch (error) {
      throw this.#isClosed && !ConnectionError.is(error, "CLIENT_CLOSED") ? closedError() : error;
    }
  }

  async #send<A extends Api>(route: Route, call: Call<A>, retry: "auto" | "never"): Promise<Answer<A>> {
    const { api, limit } = call;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(route, call);
      } catch (error) {
        this.#learnFromFailure(route, error);
        const isOver = this.#isClosed || limit.signal?.aborted || this.#clock.now() >= limit.deadlineAt;
        if (isOver || retry === "never" || !(error instanceof Error) || !mayRetry(error, api)) throw error;
        const broker = ConnectionError.is(error) ? error.broker : undefined;
        this.#retries.fire({ api: api.name, broker, attempt, error });
      }
    }
  }

  async #attempt<A extends Api>(route: Route, call: Call<A>): Promise<Answer<A>> {
    const node = await this.#destination(route, call.limit);
    if (node === undefined) return this.#caller.askAny(call);
    const candidate: Candidate = { endpoint: node, nodeId: node.nodeId };
    return this.#caller.askOne(candidate, call);
  }

  /** The broker a route leads to; undefined when any will do. */
  async #destination(route: Route, limit: WaitLimit): Promise<BrokerNode | undefined> {
    if ("any" in route) return undefined;
    if ("coordinator" in route) return this.#coordinators.find(route.coordinator, limit);
    if ("node" in route) return this.#directory.node(route.node) ?? this.#findNode(route.node, limit);
    const known = this.#metadata.known ?? (await this.#metadata.refresh(undefined, limit));
    return known.controllerId === undefined ? undefined : this.#directory.node(known.controllerId);
  }

  async #findNode(nodeId: number, limit: WaitLimit): Promise<BrokerNode> {
    await this.#metadata.refresh(undefined, limit);
    const node = this.#directory.node(nodeId);
    if (node !== undefined) return node;
    const message = `broker ${nodeId} is not part of the cluster, by its metadata`;
    throw new ConnectionError("UNKNOWN_NODE", message, { broker: String(nodeId), unsent: true });
  }

  /** A broker that cannot be reached may have moved, or what it was in charge of may have; what was never sent says nothing. */
  #learnFromFailure(route: Route, error: unknown): void {
    if (CancelledError.is(error) || CodecError.is(error) || "any" in route || this.#isClosed) return;
    if ("coordinator" in route) this.#coordinators.forget(route.coordinator);
    if (this.#metadata.known === undefined) return;
    this.#metadata.refresh(undefined, this.#limit({})).catch(() => {
      // Whoever needs metadata asks for it and is told; here it is only a chance to know better.
    });
  }

  async #askMetadata(topics: TopicSelection): Promise<ResponseOf<typeof metadata>> {
    const named = topics === "all" ? null : topics.map((name) => ({ name }));
    // In version 0 no topics would mean all of them.
    const versions: VersionRange = [1, metadata.versions[1]];
    const { body } = await this.#caller.askAny({
      api: metadata,
      body: { topics: named, allowAutoTopicCreation: false },
      channel: ownChannel,
      versions,
      limit: this.#limit({}),
    });
    return body;
  }

  #tell({ broker, channel, notice }: PoolNotice): void {
    const error = "error" in notice ? notice.error : undefined;
    const nodeId = this.#directory.nodeIdAt(broker);
    this.#connections.fire({ broker, nodeId, channel, state: notice.state, error });
  }
}

function opener(
  options: ClusterClientOptions,
): (endpoint: Endpoint, signal: AbortSignal) => Promise<BrokerConnection> {
  const { clientId, transport, tls, sasl, clock, random } = options;
  const requestTimeoutMs = options.requestTimeoutMs ?? defaultRequestTimeoutMs;
  const connectTimeoutMs = options.connectTimeoutMs ?? defaultConnectTimeoutMs;
  const maxFrameBytes = options.maxFrameBytes ?? defaultMaxFrameBytes;
  const limits = { requestTimeoutMs, connectTimeoutMs, maxFrameBytes };
  return (endpoint, signal) =>
    BrokerConnection.open({ endpoint, clientId, transport, tls, sasl, clock, random, ...limits }, signal);
}

function bootstrapAddresses(servers: readonly string[]): readonly Endpoint[] {
  const addresses = servers.map((text) => {
    const address = parseAddress(text);
    if (address === undefined) throw new TypeError(`"${text}" is not an address such as broker:9092`);
    return address;
  });
  if (addresses.length === 0) throw new TypeError("at least one bootstrap server is needed");
  return addresses;
}

function closedError(): ConnectionError {
  return new ConnectionError("CLIENT_CLOSED", "the client was closed", { broker: "", unsent: true });
}
