import type { Cluster } from "#network/cluster.ts";
import { consumerGroupHeartbeat } from "#protocol/apis/consumerGroupHeartbeat.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { type ErrorName, errorName } from "#protocol/errorCodes.ts";
import { cleanAssignment, type PartitionsById } from "./assignmentPlan.ts";

/** How a member presents itself to a consumer group (KIP-848). */
export interface ConsumerIdentity {
  readonly groupId: string;
  readonly groupInstanceId: string | undefined;
  readonly topics: readonly string[];
  /** Matched by the broker; needs Kafka 4. */
  readonly topicPattern: string | undefined;
  readonly serverAssignor: string | undefined;
  readonly rack: string | undefined;
  readonly rebalanceTimeoutMs: number;
  /** The connection its group requests take, one after the other. */
  readonly channel: string;
}

/** Who a heartbeat is from: the member in one of its epochs. */
export interface Standing {
  readonly memberId: string;
  /** 0 joins. */
  readonly memberEpoch: number;
}

/** How a heartbeat was answered. */
export type HeartbeatAnswer =
  | {
      readonly kind: "accepted";
      readonly memberId: string;
      readonly memberEpoch: number;
      /** Undefined when the broker says nothing that makes sense. */
      readonly intervalMs: number | undefined;
      /** Undefined when it is the same as before. */
      readonly assigned: readonly PartitionsById[] | undefined;
      /** Who answered, for people. */
      readonly coordinator: string;
    }
  | { readonly kind: "refused"; readonly error: ErrorName; readonly said: string | undefined }
  /** More partitions than a debug consumer follows. */
  | { readonly kind: "tooMany" };

/** No heartbeat is worth waiting for longer: the session ends without one, and a new connection may get through. */
const patienceMs = 10_000;
/** What says nothing for as long is dead, and ends before its request does. */
const silenceMs = patienceMs - 100;
/** Faster would be a flood, slower would outlast every session timeout. */
const fastestMs = 50;
const slowestMs = 300_000;

const leavingEpoch = -1;
/** A static member lets go of its id: its partitions are kept for whoever has it next, until the session times out. */
const staticLeavingEpoch = -2;

/** The requests of a member of a consumer group, and what their answers say. Rejects when no usable answer came. */
export class ConsumerRequests {
  readonly #cluster: Cluster;
  readonly #identity: ConsumerIdentity;

  constructor(cluster: Cluster, identity: ConsumerIdentity) {
    this.#cluster = cluster;
    this.#identity = identity;
  }

  /** With `owned` it says everything there is to say; without, only that the member is there. */
  async heartbeat(
    standing: Standing,
    owned: readonly PartitionsById[] | undefined,
    signal: AbortSignal,
  ): Promise<HeartbeatAnswer> {
    const { groupId, groupInstanceId, topicPattern, channel } = this.#identity;
    const { body, broker, nodeId } = await this.#cluster.send(
      { coordinator: groupId, channel },
      consumerGroupHeartbeat,
      { groupId, ...standing, instanceId: groupInstanceId ?? null, ...(owned && this.#everything(owned)) },
      {
        timeoutMs: patienceMs,
        silenceMs,
        signal,
        retry: "never",
        // Only version 1 carries a pattern; without it the group would miss topics silently.
        ...(topicPattern === undefined ? {} : { versions: [1, 1] as const }),
      },
    );
    const error = errorName(body.errorCode);
    if (error !== "NONE") return { kind: "refused", error, said: body.errorMessage ?? undefined };
    if (body.memberEpoch <= 0 || body.memberEpoch < standing.memberEpoch) {
      throw new Error(
        `the coordinator answered with epoch ${body.memberEpoch} after ${standing.memberEpoch}`,
      );
    }
    const assigned = body.assignment ? cleanAssignment(body.assignment.topicPartitions) : undefined;
    if (body.assignment && !assigned) return { kind: "tooMany" };
    const { heartbeatIntervalMs } = body;
    const isSensible = heartbeatIntervalMs > 0 && heartbeatIntervalMs <= slowestMs;
    return {
      kind: "accepted",
      memberId: body.memberId || standing.memberId,
      memberEpoch: body.memberEpoch,
      intervalMs: isSensible ? Math.max(fastestMs, heartbeatIntervalMs) : undefined,
      assigned,
      coordinator: nodeId === undefined ? broker : `${broker} (id ${nodeId})`,
    };
  }

  /**
   * `behindJoin`: the join may still be on its way, and must not arrive later. Else nothing is waited behind.
   * `isForGood`: also a static member gives its partitions up; else only its id is free for the next one.
   */
  async leave(
    memberId: string,
    options: { readonly timeoutMs: number; readonly behindJoin: boolean; readonly isForGood: boolean },
  ): Promise<ErrorName> {
    const { groupId, groupInstanceId, channel } = this.#identity;
    const { timeoutMs, behindJoin, isForGood } = options;
    const { body } = await this.#cluster.send(
      { coordinator: groupId, channel: behindJoin ? channel : `${channel}-leave` },
      consumerGroupHeartbeat,
      {
        groupId,
        memberId,
        memberEpoch: isForGood || groupInstanceId === undefined ? leavingEpoch : staticLeavingEpoch,
        instanceId: groupInstanceId ?? null,
      },
      { timeoutMs },
    );
    return errorName(body.errorCode);
  }

  /** The names of topics that are only known by id; what the broker does not know is left out. */
  async namesOf(topicIds: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const { body } = await this.#cluster.send(
      { any: true },
      metadata,
      { topics: topicIds.map((topicId) => ({ topicId, name: null })), allowAutoTopicCreation: false },
      { timeoutMs: patienceMs, signal, versions: [12, 13] },
    );
    const asked = new Set(topicIds);
    return new Map(
      body.topics.flatMap(({ topicId, name, errorCode }) =>
        name === null || errorCode !== 0 || !asked.has(topicId) ? [] : [[topicId, name] as const],
      ),
    );
  }

  #everything(owned: readonly PartitionsById[]) {
    const { topics, topicPattern, serverAssignor, rack, rebalanceTimeoutMs } = this.#identity;
    return {
      rackId: rack ?? null,
      rebalanceTimeoutMs,
      subscribedTopicNames: topics.toSorted(),
      subscribedTopicRegex: topicPattern ?? null,
      serverAssignor: serverAssignor ?? null,
      topicPartitions: owned,
    };
  }
}
