import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { ErrorName } from "#protocol/errorCodes.ts";
import type { Observe } from "#trace/observation.ts";
import type { CommitBlock } from "#trace/observations/commit.ts";
import { explainGroupError } from "../group/groupErrors.ts";
import { committingGeneration, type Membership, memberIdOf } from "../group/membership.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";
import type { PartitionTable } from "../position/partitionTable.ts";
import type { RememberedPositions } from "../position/rememberedPositions.ts";
import type { CommitOffset, CommitResult, CommitTrigger } from "./commitEntry.ts";
import { explainZombieCommit } from "./commitErrors.ts";
import type { CommitAuthority, CommitGate, GroupErrorVerdict } from "./commitGate.ts";
import { CommitQueue } from "./commitQueue.ts";
import { LastCommitted } from "./lastCommitted.ts";
import { type CommitTarget, sendCommit } from "./offsetCommitRequest.ts";
import { Ownership } from "./ownership.ts";

/** An offset a caller wants committed. */
export interface WantedOffset extends TopicPartition {
  readonly offset: bigint;
  /** Stored with it, for people; brokers allow 4096 bytes unless told otherwise (offset.metadata.max.bytes). */
  readonly metadata?: string | undefined;
  /** Of the record before the offset, so that whoever goes on from it notices a truncated log (KIP-320). */
  readonly leaderEpoch?: number | undefined;
}

/** What committing needs of the consumer it belongs to. */
export interface CommitterPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly observe: Observe;
  readonly target: CommitTarget;
  readonly sessionId: string;
  readonly clientId: string;
  readonly table: PartitionTable;
  readonly remembered: RememberedPositions;
  /** Undefined with direct assignment: commits go out from outside of the group. */
  readonly membership: () => Membership | undefined;
  /** What comes back in the very next generation was nobody else's in between: so with the classic protocol. */
  readonly isKeptAcross: () => boolean;
  /** The last generation that was synced. */
  readonly ownedIn: () => number | undefined;
  readonly onGroupError: (error: ErrorName, generationId: number) => "rebalancing" | "lost";
  /** What on our own side keeps the next generation from coming. */
  readonly heldUpBy: () => CommitBlock | undefined;
  readonly onCommitted: (partition: AssignedPartition) => void;
  /** A commit was sent or settled: what waited for that may go on. */
  readonly onProgress: () => void;
}

const fromOutside: CommitAuthority = { memberId: "", generationId: -1 };

/** Commits of one consumer: what to commit, in whose name, and what the answers mean for it. */
export class Committer {
  readonly #ports: CommitterPorts;
  readonly #queue: CommitQueue;
  readonly #ownership: Ownership;
  readonly #unsettled = new Set<Promise<CommitResult>>();
  #coordinatorId: number | undefined;
  #throttledSince: number | undefined;
  readonly #lastCommitted = new LastCommitted();

  constructor(ports: CommitterPorts) {
    this.#ports = ports;
    this.#ownership = new Ownership({ isKeptAcross: ports.isKeptAcross });
    const { clock, random, target } = ports;
    this.#queue = new CommitQueue({
      clock,
      random,
      identity: () => ({
        groupId: target.groupId,
        sessionId: ports.sessionId,
        clientId: ports.clientId,
        memberId: this.#memberId(),
      }),
      observe: (observation) => {
        ports.observe(observation);
        ports.onProgress();
      },
      gate: () => this.#gate(),
      hopeless: (offset) => offset.ownedIn === undefined && this.#ports.membership() !== undefined,
      refusal: (offset, { authority, trigger }) => {
        if (!this.#stillOurs(offset, authority)) return "NOT_ASSIGNED";
        if (this.#isOfAnotherTopic(offset)) return "TOPIC_RECREATED";
        return trigger !== "user" && this.#lastCommitted.overtakes(offset) ? "OVERTAKEN" : undefined;
      },
      locate: async (signal) => {
        const node = await target.cluster.coordinatorOf(target.groupId, { signal });
        this.#coordinatorId = node.nodeId;
      },
      send: (offsets, authority) => sendCommit(target, offsets, authority),
      onCommitted: (offset) => this.#onCommitted(offset),
      onGroupError: (error, authority) => this.#onGroupError(error, authority),
      onCoordinatorError: (error) => {
        if (error !== "COORDINATOR_LOAD_IN_PROGRESS") target.cluster.forgetCoordinator(target.groupId);
      },
    });
  }

  /** Positions that were delivered and not committed yet, also of what was given up in the rebalance under way. */
  positions(): readonly CommitOffset[] {
    const ownedIn = this.#ports.ownedIn();
    const present = Array.from(this.#ports.table.values()).flatMap((partition) =>
      partition.position === undefined ? [] : [this.#offset(partition, partition.position, ownedIn)],
    );
    const away = Array.from(this.#ports.remembered.entries()).flatMap(([key, remembered]) =>
      this.#ports.table.get(key)
        ? []
        : [
            {
              ...key,
              offset: remembered.position,
              leaderEpoch: remembered.leaderEpoch,
              topicId: remembered.topicId,
              from: remembered.committedOffset,
              ownedIn: remembered.ownedIn,
            },
          ],
    );
    return [...present, ...away];
  }

  /** Positions that differ from what is known to be committed. */
  uncommitted(): readonly CommitOffset[] {
    return this.positions().filter(({ offset, from }) => offset !== from);
  }

  /** What polls before the last one returned and nobody committed: safe to commit without being asked. */
  processed(): readonly CommitOffset[] {
    const ownedIn = this.#ports.ownedIn();
    return Array.from(this.#ports.table.values()).flatMap((partition) => {
      const { processed, committedOffset } = partition;
      if (processed === undefined || processed === committedOffset) return [];
      return [this.#offset(partition, processed, ownedIn)];
    });
  }

  /** The offsets as a commit carries them; partitions that are not ours are refused when it is their turn. */
  wanted(offsets: readonly WantedOffset[]): readonly CommitOffset[] {
    const ownedIn = this.#ports.ownedIn();
    return offsets.map(({ topic, partition, offset, leaderEpoch, metadata }) => {
      const current = this.#ports.table.get({ topic, partition });
      if (current) return { ...this.#offset(current, offset, ownedIn), leaderEpoch, metadata };
      const away = this.#ports.remembered.get({ topic, partition });
      const { topicId, ownedIn: awaySince } = away ?? {};
      return { topic, partition, offset, leaderEpoch, topicId, metadata, ownedIn: awaySince };
    });
  }

  submit(request: {
    readonly offsets: readonly CommitOffset[];
    readonly trigger: CommitTrigger;
    readonly deadlineMs: number;
    readonly signal?: AbortSignal | undefined;
  }): { readonly commitId: string; readonly result: Promise<CommitResult> } {
    const submitted = this.#queue.submit(request);
    this.#unsettled.add(submitted.result);
    void submitted.result.then(() => this.#unsettled.delete(submitted.result));
    return submitted;
  }

  /** Settles when every waiter of now was told. */
  settled(): Promise<readonly CommitResult[]> {
    return Promise.all(this.#unsettled);
  }

  release(commitId: string): boolean {
    return this.#queue.release(commitId);
  }

  hasPending(trigger: CommitTrigger): boolean {
    return this.#queue.pending.some((entry) => entry.trigger === trigger);
  }

  /** A commit of the partition waits and has not been sent. */
  hasUnsent({ topic, partition }: TopicPartition): boolean {
    return this.#queue.pending.some(
      ({ phase, offsets }) =>
        (phase.state === "queued" || phase.state === "blocked") &&
        offsets.some((offset) => offset.topic === topic && offset.partition === partition),
    );
  }

  /** The membership changed. */
  poke(): void {
    this.#queue.poke();
  }

  /** A generation begins, in which `added` are new. */
  begins(added: readonly TopicPartition[], generationId: number): void {
    const owned = Array.from(this.#ports.table.keys());
    this.#ownership.begins(owned, added, generationId);
    this.#lastCommitted.keepOnly(owned.filter((key) => this.#ownership.since(key) !== generationId));
  }

  /** Everything that was owned is gone: what waits cannot be committed any more. */
  lost(reason: string): void {
    this.#ownership.lost();
    this.#lastCommitted.keepOnly([]);
    this.#queue.failAll("LOST", `what was to be committed is no longer ours: ${reason}`);
  }

  close(why: { readonly error: string; readonly message: string }): void {
    this.#queue.close(why);
  }

  #offset(partition: AssignedPartition, offset: bigint, ownedIn: number | undefined): CommitOffset {
    const { topic, partition: index, committedOffset, deliveredEpoch, topicId, moves } = partition;
    return {
      topic,
      partition: index,
      offset,
      leaderEpoch: deliveredEpoch,
      topicId,
      from: committedOffset,
      moves,
      ownedIn,
    };
  }

  #memberId(): string | undefined {
    const membership = this.#ports.membership();
    return membership && memberIdOf(membership);
  }

  #gate(): CommitGate {
    const membership = this.#ports.membership();
    const generation = membership && committingGeneration(membership);
    if (membership && !generation) {
      const { since, state } = membership;
      if (state === "joining") return { open: false, block: { by: "joinInFlight", since } };
      if (state === "syncing") return { open: false, block: { by: "syncInFlight", since } };
      return { open: false, block: this.#ports.heldUpBy() ?? { by: "notJoined", since } };
    }
    if (generation?.doubtedSince !== undefined) {
      return { open: false, block: { by: "heartbeatInFlight", since: generation.doubtedSince } };
    }
    const untilAt = this.#throttledUntil();
    if (untilAt !== undefined) {
      this.#throttledSince ??= this.#ports.clock.now();
      return { open: false, block: { by: "throttled", since: this.#throttledSince, untilAt } };
    }
    this.#throttledSince = undefined;
    return { open: true, authority: generation ?? fromOutside };
  }

  #throttledUntil(): number | undefined {
    if (this.#coordinatorId === undefined) return undefined;
    const { cluster, channel } = this.#ports.target;
    const until = cluster.throttledUntil(this.#coordinatorId, channel);
    return until !== undefined && until > this.#ports.clock.now() ? until : undefined;
  }

  /** Ours without a break since the commit was asked for: nobody else can have consumed in between. */
  #stillOurs(offset: CommitOffset, authority: CommitAuthority): boolean {
    if (!this.#ports.table.get(offset)) return false;
    if (authority === fromOutside) return true;
    const since = this.#ownership.since(offset);
    return since !== undefined && offset.ownedIn !== undefined && since <= offset.ownedIn;
  }

  #isOfAnotherTopic({ topic, topicId }: CommitOffset): boolean {
    const now = this.#ports.target.cluster.metadata()?.topics.get(topic)?.topicId;
    return topicId !== undefined && now !== undefined && topicId !== now;
  }

  #onCommitted(offset: CommitOffset): void {
    this.#lastCommitted.note(offset);
    const partition = this.#ports.table.get(offset);
    if (!partition) return;
    partition.committedOffset = offset.offset;
    // Whoever has it committed says that everything before it is processed: the user, or a revoke.
    const { processed, moves } = partition;
    if (offset.moves === moves && processed !== undefined && processed < offset.offset) {
      partition.processed = offset.offset;
    }
    this.#ports.onCommitted(partition);
  }

  #onGroupError(error: ErrorName, authority: CommitAuthority): GroupErrorVerdict {
    const message = explainGroupError(error, this.#ports.target.groupId);
    if (authority === fromOutside) {
      return {
        kind: "fail",
        message: `${message}: the group has members of its own, and a commit from outside of it is refused`,
      };
    }
    if (this.#ports.onGroupError(error, authority.generationId) === "lost") {
      return { kind: "fail", message: explainZombieCommit(error, message) };
    }
    const gate = this.#gate();
    if (!gate.open) return { kind: "wait", block: gate.block };
    const since = this.#ports.clock.now();
    return { kind: "wait", block: this.#ports.heldUpBy() ?? { by: "joinInFlight", since } };
  }
}
