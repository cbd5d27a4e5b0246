import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
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
  readonly assign: (partitions: readonly TopicPartition[], generation: Generation) => void;
  /** Settles in bounded time; what is to be saved before partitions go, or a new generation begins, is saved then. */
  readonly beforeRevoke: (reason: string) => Promise<void>;
  readonly revoke: (partitions: readonly TopicPartition[], generation: Generation) => void;
  /** The group gave everything of ours away, or may have. */
  readonly lose: (partitions: readonly TopicPartition[], reason: string) => void;
  /** Who coordinates the group, for people. */
  readonly onCoordinator: (coordinator: string) => void;
  /** Told after every change of the membership. */
  readonly onStep: (membership: Membership, step: MembershipStep) => void;
}
