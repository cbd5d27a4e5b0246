import { assignorByName } from "#assignors/assignorByName.ts";
import { AutoCommit } from "./commit/autoCommit.ts";
import { Committer } from "./commit/committer.ts";
import type { ConsumerOptions } from "./consumerOptions.ts";
import { GroupMember } from "./group/groupMember.ts";
import type { Membership } from "./group/membership.ts";
import type { AssignedPartition } from "./position/assignedPartition.ts";
import type { Assignment } from "./position/assignment.ts";
import type { PartitionTable } from "./position/partitionTable.ts";
import type { RememberedPositions } from "./position/rememberedPositions.ts";
import { MembershipReporter } from "./report/membershipReporter.ts";
import type { SessionDeps } from "./sessionDeps.ts";

/** What the group's parts need of the rest of the consumer. */
export interface GroupPartsPorts {
  readonly table: PartitionTable;
  readonly remembered: RememberedPositions;
  readonly assignment: Assignment;
  readonly onCommitted: (partition: AssignedPartition) => void;
  /** A commit was sent or settled. */
  readonly onCommitProgress: () => void;
  readonly onMembership: (membership: Membership) => void;
}

const longestRevokeMs = 5_000;

/** The connection of all of a session's group requests: they wait for each other, and never behind a fetch. */
export function groupChannel({ sessionId }: ConsumerOptions): string {
  return `${sessionId}-group`;
}

/** What a consumer with a group has beside one without: a membership, unless it reads directly, and commits. */
export class GroupParts {
  readonly committer: Committer;
  readonly autoCommit: AutoCommit | undefined;
  /** Undefined with direct assignment. */
  readonly member: GroupMember | undefined;
  readonly #options: ConsumerOptions & { readonly groupId: string };
  readonly #deps: SessionDeps;
  readonly #ports: GroupPartsPorts;

  constructor(
    options: ConsumerOptions & { readonly groupId: string },
    deps: SessionDeps,
    ports: GroupPartsPorts,
  ) {
    this.#options = options;
    this.#deps = deps;
    this.#ports = ports;
    this.committer = this.#makeCommitter();
    this.autoCommit = this.#makeAutoCommit();
    this.member = options.directPartitions ? undefined : this.#makeMember();
  }

  #makeCommitter(): Committer {
    const { groupId, groupInstanceId, sessionId, clientId } = this.#options;
    const { cluster, clock, random, observe } = this.#deps;
    const { table, remembered, onCommitted, onCommitProgress } = this.#ports;
    return new Committer({
      clock,
      random,
      observe,
      target: { cluster, groupId, groupInstanceId, channel: groupChannel(this.#options) },
      sessionId,
      clientId,
      table,
      remembered,
      membership: () => this.member?.membership,
      ownedIn: () => this.member?.syncedGeneration?.generationId,
      onGroupError: (error, generationId) => this.member?.report(error, generationId) ?? "lost",
      onCommitted,
      onProgress: onCommitProgress,
    });
  }

  #makeAutoCommit(): AutoCommit | undefined {
    const { autoCommit, autoCommitIntervalMs } = this.#options;
    if (autoCommit === "off") return undefined;
    return new AutoCommit({
      clock: this.#deps.clock,
      committer: this.committer,
      partitions: () => this.#ports.table.values(),
      intervalMs: autoCommitIntervalMs,
    });
  }

  #makeMember(): GroupMember {
    const { groupId, groupInstanceId, topics, sessionId, clientId, ...options } = this.#options;
    const { cluster, clock, random, observe } = this.#deps;
    const { table, assignment, onMembership } = this.#ports;
    const { sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs } = options;
    const owned = () => table.keys();
    const shown = new MembershipReporter({ sessionId, clientId, groupId }, { observe, assigned: owned });
    return new GroupMember(
      {
        cluster,
        clock,
        random,
        owned,
        assign: (partitions, { generationId }) => assignment.add(partitions, { assignedIn: generationId }),
        beforeRevoke: () => this.#beforeRevoke(),
        revoke: (partitions, { generationId }) => assignment.revoke(partitions, generationId),
        lose: (partitions, reason) => {
          assignment.lose(partitions);
          this.committer.failAll("LOST", `what was to be committed is no longer ours: ${reason}`);
        },
        onCoordinator: (coordinator) => shown.coordinator(coordinator),
        onStep: (membership, step) => {
          shown.step(membership, step);
          this.committer.poke();
          onMembership(membership);
        },
      },
      {
        groupId,
        groupInstanceId,
        topics,
        assignors: options.assignors.flatMap((name) => assignorByName(name) ?? []),
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        channel: groupChannel(this.#options),
      },
      heartbeatIntervalMs,
    );
  }

  async #beforeRevoke(): Promise<void> {
    await this.autoCommit?.beforeRevoke(Math.min(longestRevokeMs, this.#options.sessionTimeoutMs / 3));
    // A commit that may go now goes out before the generation ends.
    await this.#deps.clock.yieldTurn();
  }
}
