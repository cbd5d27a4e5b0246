import { withDeadline } from "#base/clock.ts";
import { Emitter } from "#base/events.ts";
import type { CommitBlock } from "#trace/observations/commit.ts";
import { AutoCommit } from "./commit/autoCommit.ts";
import type { CommitOffset } from "./commit/commitEntry.ts";
import { Committer } from "./commit/committer.ts";
import { commitSilenceMs } from "./commit/offsetCommitRequest.ts";
import type { ConsumerOptions } from "./consumerOptions.ts";
import { ConsumerGroupMember } from "./group/consumer/consumerGroupMember.ts";
import { MemberWithFallback } from "./group/consumer/memberWithFallback.ts";
import { GroupMember } from "./group/groupMember.ts";
import type { GroupMemberPorts, Member } from "./group/groupMemberPorts.ts";
import { chooseAssignors } from "./group/knownAssignors.ts";
import { committingGeneration, type Membership } from "./group/membership.ts";
import type { AssignedPartition } from "./position/assignedPartition.ts";
import type { Assignment } from "./position/assignment.ts";
import type { ConsumerStanding } from "./position/committedOffsets.ts";
import type { PartitionTable } from "./position/partitionTable.ts";
import type { RememberedPositions } from "./position/rememberedPositions.ts";
import { Handover } from "./rebalance/handover.ts";
import { PollWatch } from "./rebalance/pollWatch.ts";
import { CallbackRunner } from "./rebalance/rebalanceCallbacks.ts";
import { RebalanceGate } from "./rebalance/rebalanceGate.ts";
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
  /** Aborts when the session ends. */
  readonly closed: AbortSignal;
  /** Partitions that were withheld may be delivered. */
  readonly onReleased: () => void;
}

const longestRevokeMs = 5_000;
const joinPatienceMs = 120_000;

/** The connection of all of a session's group requests: they wait for each other, and never behind a fetch. */
export function groupChannel({ sessionId }: ConsumerOptions): string {
  return `${sessionId}-group`;
}

/**
 * What a consumer with a group has beside one without: a membership, unless it reads directly, commits, and what
 * stands between the two when partitions change hands.
 */
export class GroupParts {
  readonly committer: Committer;
  readonly autoCommit: AutoCommit | undefined;
  readonly gate: RebalanceGate;
  readonly handover: Handover;
  /** Undefined when polls may be as far apart as they like. */
  readonly pollWatch: PollWatch | undefined;
  /** Undefined with direct assignment. */
  readonly member: Member | undefined;
  readonly #joined = new Emitter<void>();
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
    this.gate = this.#makeGate();
    this.handover = this.#makeHandover();
    this.pollWatch = options.directPartitions ? undefined : this.#makePollWatch();
    this.member = options.directPartitions ? undefined : this.#makeMember();
  }

  /**
   * Leaves the group and joins it as a new member, which begins at what is committed. Settles when it has joined, and
   * rejects with CancelledError when it has not in time; it goes on to try then.
   */
  async rejoin(member: Member, signal?: AbortSignal): Promise<void> {
    const { closed } = this.#ports;
    const { clock } = this.#deps;
    const limit = signal ? AbortSignal.any([closed, signal]) : closed;
    await withDeadline(clock, this.#save(), { what: "committing what was processed", signal: limit });
    const joined = Promise.withResolvers<void>();
    member.stepOut("it begins anew at what is committed");
    const listening = this.#joined.event(() => joined.resolve());
    try {
      member.comeBack();
      await withDeadline(clock, joined.promise, {
        what: "joining the group again",
        deadlineAt: clock.now() + joinPatienceMs,
        signal: limit,
      });
    } finally {
      listening.dispose();
    }
  }

  /** Everything that can be committed by now without being asked for; with `commitOnRevoke` what poll returned last, too. */
  unsaved(): readonly CommitOffset[] {
    if (this.#options.commitOnRevoke) return this.committer.uncommitted();
    return this.autoCommit ? this.committer.processed() : [];
  }

  close(): void {
    this.autoCommit?.close();
    this.pollWatch?.close();
    const membership = this.member?.membership;
    const stopped = { error: "CLOSED", message: "the consumer was stopped" };
    this.committer.close(
      membership?.state === "fatal"
        ? { error: membership.code, message: membership.reason ?? stopped.message }
        : stopped,
    );
  }

  /** Who asks for committed offsets, where the coordinator wants to know: in a consumer group (KIP-848). */
  standing(): ConsumerStanding | undefined {
    const generation = this.member && committingGeneration(this.member.membership);
    if (generation?.memberEpoch === undefined) return undefined;
    return { memberId: generation.memberId, memberEpoch: generation.memberEpoch };
  }

  #makeCommitter(): Committer {
    const { groupId, groupInstanceId, sessionId, clientId, sessionTimeoutMs } = this.#options;
    const { cluster, clock, random, observe } = this.#deps;
    const silenceMs = commitSilenceMs(sessionTimeoutMs);
    const { table, remembered, onCommitted, onCommitProgress } = this.#ports;
    return new Committer({
      clock,
      random,
      observe,
      target: { cluster, groupId, groupInstanceId, channel: groupChannel(this.#options), silenceMs },
      sessionId,
      clientId,
      table,
      remembered,
      membership: () => this.member?.membership,
      // By what is spoken, not by what was chosen: where the broker has no consumer groups, it is the classic protocol.
      isKeptAcross: () => this.member?.syncedGeneration?.memberEpoch === undefined,
      ownedIn: () => this.member?.syncedGeneration?.generationId,
      onGroupError: (error, generationId) => this.member?.report(error, generationId) ?? "lost",
      heldUpBy: () => this.#heldUpBy(),
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
      mode: autoCommit,
      intervalMs: autoCommitIntervalMs,
    });
  }

  #makeGate(): RebalanceGate {
    const { sessionId, blockRebalanceOnPoll, rebalanceTimeoutMs, directPartitions } = this.#options;
    return new RebalanceGate({
      clock: this.#deps.clock,
      sessionId,
      isOn: blockRebalanceOnPoll && directPartitions === undefined,
      rebalanceTimeoutMs,
      observe: this.#deps.observe,
      onPassed: () => this.#ports.onReleased(),
    });
  }

  #makeHandover(): Handover {
    const { sessionId, callbackDelays } = this.#options;
    const { clock, callbacks, observe } = this.#deps;
    const { table, assignment, closed, onReleased } = this.#ports;
    return new Handover({
      clock,
      table,
      assignment,
      gate: this.gate,
      callbacks: new CallbackRunner({
        clock,
        sessionId,
        callbacks,
        delays: callbackDelays,
        closed,
        gate: this.gate,
        observe,
      }),
      save: () => this.#save(),
      onAssigned: (added, generationId) => this.committer.begins(added, generationId),
      onLost: (reason) => this.committer.lost(reason),
      onReleased,
    });
  }

  #makePollWatch(): PollWatch | undefined {
    const { maxPollIntervalMs } = this.#options;
    if (maxPollIntervalMs === undefined) return undefined;
    return new PollWatch({
      clock: this.#deps.clock,
      limitMs: maxPollIntervalMs,
      // Java's words, as they stand in brokers' logs, and what they mean.
      onOverdue: () =>
        this.member?.stepOut(
          `consumer poll timeout has expired: no poll for ${maxPollIntervalMs / 1_000} s (max.poll.interval.ms); it joins again at its next poll`,
        ),
      onBack: () => this.member?.comeBack(),
    });
  }

  #heldUpBy(): CommitBlock | undefined {
    const since = this.pollWatch?.overdueSince;
    return since === undefined ? this.handover.heldUpBy : { by: "notPolled", since };
  }

  /** Commits before partitions go, or a new generation begins. Settles in bounded time. */
  async #save(): Promise<void> {
    const offsets = this.unsaved();
    if (offsets.length === 0) return;
    const deadlineMs = Math.min(longestRevokeMs, this.#options.rebalanceTimeoutMs / 3);
    await this.committer.submit({ offsets, trigger: "revoke", deadlineMs }).result;
  }

  #makeMember(): Member {
    const { groupId, sessionId, clientId, groupProtocol } = this.#options;
    const { observe } = this.#deps;
    const owned = () => this.#ports.table.keys();
    const shown = new MembershipReporter(
      { sessionId, clientId, groupId },
      { observe, assigned: owned, notPolledSince: () => this.pollWatch?.overdueSince },
    );
    const ports = this.#memberPorts(shown);
    if (groupProtocol === "classic") return this.#makeClassicMember(ports);
    shown.protocol({ groupProtocol });
    return new MemberWithFallback(this.#makeConsumerMember(ports), (fallbackReason) => {
      shown.protocol({ groupProtocol: "classic", fallbackReason });
      return this.#makeClassicMember(ports);
    });
  }

  #makeClassicMember(ports: GroupMemberPorts): Member {
    const { groupId, groupInstanceId, topics, topicPattern, ...options } = this.#options;
    const { sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs } = options;
    return new GroupMember(
      ports,
      {
        groupId,
        groupInstanceId,
        topics,
        topicPattern,
        assignors: chooseAssignors(options.assignors, this.#deps.customAssignors ?? []),
        rackId: options.rack,
        sessionTimeoutMs,
        rebalanceTimeoutMs,
        channel: groupChannel(this.#options),
      },
      heartbeatIntervalMs,
    );
  }

  #makeConsumerMember(ports: GroupMemberPorts): ConsumerGroupMember {
    const { groupId, groupInstanceId, topics, topicPattern, serverAssignor, ...options } = this.#options;
    const { rack, rebalanceTimeoutMs } = options;
    const channel = groupChannel(this.#options);
    return new ConsumerGroupMember(ports, {
      groupId,
      groupInstanceId,
      topics,
      topicPattern,
      serverAssignor,
      rack,
      rebalanceTimeoutMs,
      channel,
    });
  }

  /** The same for members of every protocol. */
  #memberPorts(shown: MembershipReporter): GroupMemberPorts {
    const { cluster, clock, random } = this.#deps;
    const { table, onMembership } = this.#ports;
    return {
      cluster,
      clock,
      random,
      owned: () => table.keys(),
      handover: this.handover,
      onCoordinator: (coordinator) => shown.coordinator(coordinator),
      onStep: (membership, step) => {
        shown.step(membership, step);
        this.committer.poke();
        onMembership(membership);
        if (membership.state === "stable") this.#joined.fire();
      },
    };
  }
}
