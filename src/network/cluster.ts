import type { Event } from "#base/events.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { Api, RequestInput, ResponseOf } from "#protocol/api.ts";
import type { BrokerNode, ClusterMetadata } from "./clusterMetadata.ts";
import type { ConnectionNotice } from "./connectionNotice.ts";
import type { LeaderHint } from "./metadataMerge.ts";

/** Which broker a request is for. */
export type Destination =
  | { readonly node: number }
  /** Any broker that answers. */
  | { readonly any: true }
  /** The coordinator of this group. */
  | { readonly coordinator: string }
  | { readonly controller: true };

/**
 * A destination, and the connection to take there. A broker answers one request of a connection after the other: what
 * waits long (a Fetch, a JoinGroup) delays everything behind it. So each channel has a connection of its own per broker;
 * members that share a client each take a channel of their own (`orders-1`), and another one to fetch.
 */
export type Route = Destination & {
  /** `main` when left out. */
  readonly channel?: string | undefined;
};

/** A request's body, or how to make it once the version is known. */
export type RequestBody<A extends Api> = RequestInput<A> | ((version: number) => RequestInput<A>);

/** How long a request may take, and what may be done for it meanwhile. */
export interface SendOptions {
  /** For everything: finding the broker, connecting, waiting, trying again. The client's default when left out. */
  readonly timeoutMs?: number | undefined;
  /**
   * For a request that brokers answer at once: a connection on which nothing at all comes for this long, while no other
   * answer is due before this one, is given up, so that the next attempt takes a new one. The client's request timeout,
   * or `timeoutMs` where that is longer, when left out.
   */
  readonly silenceMs?: number | undefined;
  /** Releases the waiter at once. A request on the wire stays there; its answer is consumed and dropped. */
  readonly signal?: AbortSignal | undefined;
  /** Narrows the versions that may be spoken. */
  readonly versions?: readonly [min: number, max: number] | undefined;
  /**
   * `auto` (default) tries again after a failure of the transport when the request did not leave, or only reads;
   * `never` hands the first failure to the caller, who is slowed down by the node's back-off all the same.
   */
  readonly retry?: "auto" | "never" | undefined;
}

/** A response, and where it came from. */
export interface Answer<A extends Api> {
  readonly version: number;
  readonly body: ResponseOf<A>;
  /** Who answered; undefined for a bootstrap server that is not known by its id yet. */
  readonly nodeId: number | undefined;
  /** `host:port` of who answered. */
  readonly broker: string;
  /** When the request was handed to the connection, by the client's clock. */
  readonly sentAt: number;
}

/** A request that failed in transport and is sent again, as soon as the broker's back-off allows it. */
export interface RetryNotice {
  readonly api: string;
  readonly broker: string | undefined;
  /** 1 for the first failure. */
  readonly attempt: number;
  readonly error: Error;
}

/** A Kafka cluster as engine and observer use it; `ClusterClient` is the real one. */
export interface Cluster {
  /** Fires after every change of `metadata()`. */
  readonly onMetadata: Event<ClusterMetadata>;
  readonly onRetry: Event<RetryNotice>;
  /** Connections that open, close and fail. */
  readonly onConnection: Event<ConnectionNotice>;

  /** What is known, at once; asks anew in the background when it is older than the metadata age. */
  metadata(): ClusterMetadata | undefined;
  /**
   * Asks now, and gives what is known afterwards. Calls at the same time share one request. Without `topics`: the
   * topics asked for by name so far. Named topics are merged with what is known; `all` replaces the topics.
   */
  refreshMetadata(request?: {
    readonly topics?: readonly string[] | "all" | undefined;
    readonly timeoutMs?: number | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<ClusterMetadata>;

  /**
   * Sends a request, and gives the answer. Rejects with ConnectionError or ConnectError when none came, with
   * CancelledError when `signal` aborted. Error codes inside the body are the caller's business.
   */
  send<A extends Api>(route: Route, api: A, body: RequestBody<A>, options?: SendOptions): Promise<Answer<A>>;

  /** Known, or asked for with FindCoordinator. Rejects with BrokerError when the group may not be seen. */
  coordinatorOf(
    groupId: string,
    options?: { readonly timeoutMs?: number | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<BrokerNode>;
  /** To be called on NOT_COORDINATOR and its like: the next use asks again. */
  forgetCoordinator(groupId: string): void;

  /** The partition's leader, if known. */
  leaderOf(partition: TopicPartition): number | undefined;
  /** To be called on NOT_LEADER_OR_FOLLOWER and its like: unknown until the next refresh. */
  forgetLeader(partition: TopicPartition): void;
  /**
   * Takes in a leader that a broker's refusal named (KIP-951). True when that is news: the partition can then be asked
   * for there at once, without asking for metadata.
   */
  learnLeader(partition: TopicPartition, hint: LeaderHint): boolean;

  /** The versions of an API that a node (or any node met so far) and we have in common. */
  supportedVersions(api: Api, nodeId?: number): readonly [min: number, max: number] | undefined;
  /** Until when the node asked us to be quiet on this channel (KIP-219), if it did. */
  throttledUntil(nodeId: number, channel?: string): number | undefined;

  /** Ends all connections; every pending promise settles with a ConnectionError `CLIENT_CLOSED`. */
  close(): void;
}
