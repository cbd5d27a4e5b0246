import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import type { ErrorName } from "#protocol/errorCodes.ts";
import type { HandoverPort } from "../rebalance/handover.ts";
import type { Generation, Membership } from "./membership.ts";

/** What changed hands in a step of the membership. */
export interface MembershipStep {
  readonly revoked?: readonly TopicPartition[] | undefined;
  readonly lost?: readonly TopicPartition[] | undefined;
  /** As leader of a generation: what it assigned to whom. */
  readonly assignments?: ReadonlyMap<string, readonly TopicPartition[]> | undefined;
}

/** What membership needs of the consumer it belongs to. */
export interface GroupMemberPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  /** What is being consumed at this moment. */
  readonly owned: () => readonly TopicPartition[];
  /** How partitions change hands: gate, commits, callbacks. */
  readonly handover: HandoverPort;
  /** Who coordinates the group, for people. */
  readonly onCoordinator: (coordinator: string) => void;
  /** Told after every change of the membership. */
  readonly onStep: (membership: Membership, step: MembershipStep) => void;
}

/**
 * Whether the group is told that a member ends. False lets it find out by itself, when the session timeout passes.
 * `unlessStatic`, as Kafka's clients do: a static member keeps its place, and has its partitions without a rebalance when
 * it comes back in time (KIP-345).
 */
export type LeaveGroup = boolean | "unlessStatic";

/** A membership of a group, of whichever protocol, as its session uses it. */
export interface Member {
  readonly membership: Membership;
  /** The last generation (KIP-848: epoch) that was taken over, while what it assigned is still ours. */
  readonly syncedGeneration: Generation | undefined;
  /** Runs until the member has left or failed. Never rejects. */
  run(): Promise<void>;
  /**
   * What another request of this generation was answered with. `rebalancing`: the group goes on to a new generation in
   * which this member may still own what it owns.
   */
  report(error: ErrorName, generationId: number): "rebalancing" | "lost";
  /** Asks the group for a rebalance; nothing happens while one is under way. */
  rejoin(reason: string): void;
  /** Leaves and stays out until `comeBack`: for a consumer that does not poll. What it owned is lost. */
  stepOut(reason: string): void;
  comeBack(): void;
  /** Ends the membership; rejects when the group should be told and could not in time. */
  leave(options: {
    readonly reason: string;
    readonly leaveGroup: LeaveGroup;
    readonly timeoutMs: number;
  }): Promise<void>;
}
