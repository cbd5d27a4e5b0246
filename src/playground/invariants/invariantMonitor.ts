import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { Observe } from "#trace/observation.ts";
import type { BrokerInvariant } from "#trace/observations/broker.ts";
import type { Group } from "../group/consumer/consumerGroup.ts";
import type { Owners } from "./owners.ts";

/** A commit that was accepted. */
export interface AcceptedCommit extends TopicPartition {
  readonly memberId: string;
  /** Generation or member epoch; below zero when a tool commits, or a consumer outside of the group. */
  readonly generationId: number;
  readonly from: bigint | undefined;
  readonly to: bigint;
}

interface Watched {
  /** Partitions that have more than one owner. */
  readonly shared: TopicPartitionMap<readonly string[]>;
  /** Where members were before they committed backwards. */
  readonly reached: TopicPartitionMap<bigint>;
}

/** A flood of broken rules tells no more than so many of them. */
const mostBroken = 200;

/**
 * Watches from within the broker what must hold whatever clients do: a partition has one owner per generation or epoch,
 * commits come from the current one, and members commit forwards. What is broken, and what holds again, is observed.
 */
export class InvariantMonitor {
  readonly #observe: Observe;
  readonly #ownersIn: (group: Group) => Owners | undefined;
  readonly #groups = new Map<string, Watched>();

  constructor(deps: {
    readonly observe: Observe;
    readonly ownersIn: (group: Group) => Owners | undefined;
  }) {
    this.#observe = deps.observe;
    this.#ownersIn = deps.ownersIn;
  }

  /** After each transition of a group. */
  transition(group: Group): void {
    const owners = this.#ownersIn(group);
    if (owners === undefined) return;
    const { shared } = this.#watched(group.groupId);
    const rule = { rule: "oneOwner", groupId: group.groupId, generationId: generationOf(group) } as const;
    for (const partition of Array.from(shared.keys())) {
      const memberIds = owners.get(partition) ?? [];
      if (memberIds.length > 1) continue;
      shared.delete(partition);
      this.#tell({ ...rule, ...partition, memberIds, isBroken: false });
    }
    for (const [partition, memberIds] of owners.entries()) {
      if (memberIds.length < 2 || sameMembers(shared.get(partition), memberIds) || isFull(shared)) continue;
      shared.set(partition, memberIds);
      this.#tell({ ...rule, ...partition, memberIds, isBroken: true });
    }
  }

  /** After each commit that was accepted for a partition. */
  committed(group: Group, commit: AcceptedCommit): void {
    const { topic, partition, memberId, generationId, from, to } = commit;
    const { groupId } = group;
    const about = { groupId, topic, partition, generationId, memberIds: memberId === "" ? [] : [memberId] };
    if (generationId >= 0 && !isCurrent(group, commit)) {
      this.#tell({ ...about, rule: "currentGeneration", from, to, isBroken: true });
    }
    const { reached } = this.#watched(groupId);
    const before = reached.get(commit);
    const furthest = before ?? from ?? to;
    const isBack = generationId >= 0 && to < furthest;
    if (isBack && !isFull(reached)) {
      reached.set({ topic, partition }, furthest);
      this.#tell({ ...about, rule: "forwardCommit", from: furthest, to, isBroken: true });
    } else if (!isBack && before !== undefined) {
      // Caught up again, or set to another place on purpose.
      reached.delete(commit);
      this.#tell({ ...about, rule: "forwardCommit", from: before, to, isBroken: false });
    }
  }

  deleted(groupId: string): void {
    this.#groups.delete(groupId);
  }

  #watched(groupId: string): Watched {
    let watched = this.#groups.get(groupId);
    if (watched === undefined) {
      watched = { shared: new TopicPartitionMap(), reached: new TopicPartitionMap() };
      this.#groups.set(groupId, watched);
    }
    return watched;
  }

  #tell(what: Omit<BrokerInvariant, "type">): void {
    this.#observe({ type: "broker.invariant", ...what });
  }
}

function generationOf(group: Group): number {
  return group.type === "consumer" ? group.groupEpoch : group.generationId;
}

/** A member's epoch moves on while its commits are on their way, so that an older one is current too (KIP-1251). */
function isCurrent(group: Group, { memberId, generationId }: AcceptedCommit): boolean {
  if (group.type === "classic") return group.members.has(memberId) && generationId === group.generationId;
  const member = group.members.get(memberId);
  return member !== undefined && generationId <= member.memberEpoch;
}

function sameMembers(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a !== undefined && a.length === b.length && a.every((each, index) => each === b[index]);
}

function isFull(broken: TopicPartitionMap<unknown>): boolean {
  return broken.size >= mostBroken;
}
