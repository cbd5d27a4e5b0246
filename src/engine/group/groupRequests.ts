import type { Assignor, AssignorMember } from "#assignors/assignor.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import { describeGroups } from "#protocol/apis/describeGroups.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { leaveGroup } from "#protocol/apis/leaveGroup.ts";
import { syncGroup } from "#protocol/apis/syncGroup.ts";
import { type ErrorName, errorName } from "#protocol/errorCodes.ts";
import type { Claim } from "./holdings.ts";
import type { Generation } from "./membership.ts";
import {
  consumerProtocolType,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from "./subscription.ts";

/** How a consumer presents itself to its group. */
export interface GroupIdentity {
  readonly groupId: string;
  readonly groupInstanceId: string | undefined;
  readonly topics: readonly string[];
  /** Topics whose names match are subscribed to as well. */
  readonly topicPattern?: string | undefined;
  /** In order of preference. */
  readonly assignors: readonly Assignor[];
  readonly rackId: string | undefined;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** The connection its group requests take, one after the other. */
  readonly channel: string;
}

/** How JoinGroup was answered. */
export type JoinAnswer =
  | {
      readonly kind: "joined";
      readonly generation: Generation;
      /** Only the leader is told. */
      readonly members: readonly AssignorMember[];
      /** Members whose subscription cannot be read, and why: nothing can be assigned to them. */
      readonly unreadable: readonly UnreadableMember[];
      /** The generation keeps its assignment; the leader is only to know about it (KIP-814). */
      readonly skipAssignment: boolean;
      /** Who answered, for people. */
      readonly coordinator: string;
    }
  | { readonly kind: "memberIdRequired"; readonly memberId: string }
  | { readonly kind: "refused"; readonly error: ErrorName };

/** A member that the leader cannot make anything of. */
export interface UnreadableMember {
  readonly memberId: string;
  readonly why: string;
}

/** How SyncGroup was answered. */
export type SyncAnswer =
  | { readonly kind: "synced"; readonly assigned: readonly TopicPartition[] }
  | { readonly kind: "refused"; readonly error: ErrorName };

/** The version of JoinGroup that has `groupInstanceId` (KIP-345). */
const staticSince = 5;

/** Longer than the coordinator may take to gather the group. */
const patienceMs = 5_000;
/** A connection that is dead ends before its request does, and takes its idle neighbours with it. */
const sparedMs = 100;

/** The group requests of a classic member, and what their answers say. Rejects when no answer came. */
export class GroupRequests {
  readonly #cluster: Cluster;
  readonly #identity: GroupIdentity;

  constructor(cluster: Cluster, identity: GroupIdentity) {
    this.#cluster = cluster;
    this.#identity = identity;
  }

  async join(
    request: Claim & {
      readonly memberId: string | undefined;
      /** What it subscribes to at this moment. */
      readonly topics: readonly string[];
      readonly reason: string | undefined;
    },
    signal: AbortSignal,
  ): Promise<JoinAnswer> {
    const { groupId, groupInstanceId, assignors, rackId, ...identity } = this.#identity;
    const { body, broker, nodeId } = await this.#cluster.send(
      this.#route(),
      joinGroup,
      {
        groupId,
        groupInstanceId: groupInstanceId ?? null,
        sessionTimeoutMs: identity.sessionTimeoutMs,
        rebalanceTimeoutMs: identity.rebalanceTimeoutMs,
        memberId: request.memberId ?? "",
        protocolType: consumerProtocolType,
        protocols: assignors.map((assignor) => ({
          name: assignor.name,
          metadata: encodeSubscription({
            topics: request.topics,
            rackId,
            owned: request.owned,
            generationId: request.ownedIn,
            userData: assignor.subscriptionUserData?.(request.last) ?? null,
          }),
        })),
        // Java cuts the reason at 255 characters, as brokers log it.
        reason: request.reason?.slice(0, 255) ?? null,
      },
      {
        timeoutMs: identity.rebalanceTimeoutMs + patienceMs,
        signal,
        retry: "never",
        // An older coordinator (before Kafka 2.3) would take a static member for a dynamic one, and nobody would know.
        versions: groupInstanceId === undefined ? undefined : [staticSince, joinGroup.versions[1]],
      },
    );
    const error = errorName(body.errorCode);
    if (error === "MEMBER_ID_REQUIRED") return { kind: "memberIdRequired", memberId: body.memberId };
    if (error !== "NONE") return { kind: "refused", error };
    const assignor = assignors.find(({ name }) => name === body.protocolName);
    if (!assignor) return { kind: "refused", error: "INCONSISTENT_GROUP_PROTOCOL" };
    const members: AssignorMember[] = [];
    const unreadable: UnreadableMember[] = [];
    for (const { memberId, groupInstanceId: instanceId, metadata } of body.members) {
      const decoded = decodeSubscription(memberId, instanceId, metadata);
      if (decoded.ok) members.push(decoded.value);
      else unreadable.push({ memberId, why: decoded.error.message });
    }
    return {
      kind: "joined",
      generation: {
        memberId: body.memberId,
        generationId: body.generationId,
        assignor: assignor.name,
        rebalanceProtocol: assignor.rebalanceProtocol,
        isLeader: body.leader === body.memberId,
      },
      members,
      unreadable,
      skipAssignment: body.skipAssignment,
      coordinator: nodeId === undefined ? broker : `${broker} (id ${nodeId})`,
    };
  }

  /** What all members of the group have together; undefined when the coordinator does not say. */
  async assignedToAll(signal: AbortSignal): Promise<readonly TopicPartition[] | undefined> {
    const { groupId } = this.#identity;
    const { body } = await this.#cluster.send(
      this.#route(),
      describeGroups,
      { groups: [groupId] },
      { timeoutMs: patienceMs, signal },
    );
    const group = body.groups[0];
    if (!group || errorName(group.errorCode) !== "NONE") return undefined;
    const shares = group.members.map(({ memberAssignment }) => decodeAssignment(memberAssignment));
    return shares.every((share) => share.ok) ? shares.flatMap((share) => share.value) : undefined;
  }

  async sync(
    generation: Generation,
    assignments: ReadonlyMap<string, readonly TopicPartition[]>,
    signal: AbortSignal,
  ): Promise<SyncAnswer> {
    const { groupId, groupInstanceId, rebalanceTimeoutMs } = this.#identity;
    const { body } = await this.#cluster.send(
      this.#route(),
      syncGroup,
      {
        groupId,
        groupInstanceId: groupInstanceId ?? null,
        generationId: generation.generationId,
        memberId: generation.memberId,
        protocolType: consumerProtocolType,
        protocolName: generation.assignor,
        assignments: Array.from(assignments, ([memberId, partitions]) => ({
          memberId,
          assignment: encodeAssignment(partitions),
        })),
      },
      { timeoutMs: rebalanceTimeoutMs + patienceMs, signal, retry: "never" },
    );
    const error = errorName(body.errorCode);
    if (error !== "NONE") return { kind: "refused", error };
    const assigned = decodeAssignment(body.assignment);
    if (!assigned.ok) {
      const why = assigned.error.message;
      throw new Error(`the leader sent an assignment that cannot be read: ${why}`, { cause: assigned.error });
    }
    return { kind: "synced", assigned: assigned.value };
  }

  /** Should nothing come for as long as it may take, the connection is dead, and the next request takes another one. */
  async heartbeat(
    generation: Generation,
    { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal },
  ): Promise<ErrorName> {
    const { groupId, groupInstanceId } = this.#identity;
    const { body } = await this.#cluster.send(
      this.#route(),
      heartbeat,
      {
        groupId,
        groupInstanceId: groupInstanceId ?? null,
        generationId: generation.generationId,
        memberId: generation.memberId,
      },
      { timeoutMs: withinMs + sparedMs, silenceMs: withinMs, signal, retry: "never" },
    );
    return errorName(body.errorCode);
  }

  /** On a connection of its own: a JoinGroup that is not answered would hold it up. */
  async leave(
    memberId: string,
    request: { readonly reason: string; readonly timeoutMs: number },
  ): Promise<ErrorName> {
    const { groupId, groupInstanceId, channel } = this.#identity;
    const { body } = await this.#cluster.send(
      { coordinator: groupId, channel: `${channel}-leave` },
      leaveGroup,
      {
        groupId,
        memberId,
        members: [
          { memberId, groupInstanceId: groupInstanceId ?? null, reason: request.reason.slice(0, 255) },
        ],
      },
      { timeoutMs: request.timeoutMs },
    );
    const own = body.members[0]?.errorCode ?? 0;
    return errorName(body.errorCode === 0 ? own : body.errorCode);
  }

  #route() {
    return { coordinator: this.#identity.groupId, channel: this.#identity.channel };
  }
}
