import { type Clock, withDeadline } from "#base/clock.ts";
import { type Random, randomUuid } from "#base/random.ts";
import type { ErrorName } from "#protocol/errorCodes.ts";
import type { CommitBlock, CommitState } from "#trace/observations/commit.ts";
import { errorText } from "../engineError.ts";
import {
  type CommitEntry,
  type CommitIdentity,
  type CommitOffset,
  type CommitResult,
  type CommittedPartition,
  commitObservation,
  partitionsText,
} from "./commitEntry.ts";
import { explainCommitError, isCoordinatorError, isGroupError } from "./commitErrors.ts";
import type { CommitAuthority, CommitGate, GroupErrorVerdict } from "./commitGate.ts";
import { type CommitEnd, type CommitRequest, QueuedCommit } from "./queuedCommit.ts";

/** What the queue needs of the consumer it belongs to. */
export interface CommitQueuePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly identity: () => CommitIdentity;
  readonly observe: (observation: CommitState) => void;
  readonly gate: () => CommitGate;
  /** Whether the partition is owned under `authority` and was never anybody else's since the commit was asked for. */
  readonly stillOurs: (offset: CommitOffset, authority: CommitAuthority) => boolean;
  /** Settles once the coordinator is known. */
  readonly locate: (signal: AbortSignal) => Promise<unknown>;
  /** Rejects when no answer came. */
  readonly send: (
    offsets: readonly CommitOffset[],
    authority: CommitAuthority,
  ) => Promise<readonly CommittedPartition[]>;
  readonly onCommitted: (offset: CommitOffset) => void;
  readonly onGroupError: (error: ErrorName, authority: CommitAuthority) => GroupErrorVerdict;
  readonly onCoordinatorError: (error: ErrorName) => void;
}

/**
 * The commits of one consumer, sent one after the other. Every waiter is let go by its deadline in every phase; a
 * request on the wire is never given up for that, as a later commit could overtake it, so it stays at the head of
 * the queue until its answer, or the end of its connection, is known.
 */
export class CommitQueue {
  readonly #ports: CommitQueuePorts;
  readonly #queue: QueuedCommit[] = [];
  #isWorking = false;
  /** Something changed since the loop last looked. */
  #isStale = false;
  #wake: (() => void) | undefined;
  #coordinatorUnknownSince: number | undefined;

  constructor(ports: CommitQueuePorts) {
    this.#ports = ports;
  }

  /** Commits that wait or are on the wire, in order. */
  get pending(): readonly CommitEntry[] {
    return this.#queue.map(({ entry }) => entry);
  }

  submit(request: CommitRequest): { readonly commitId: string; readonly result: Promise<CommitResult> } {
    const { clock, random, observe, identity } = this.#ports;
    const commitId = randomUuid(random);
    const commit = new QueuedCommit(commitId, request, {
      clock,
      show: (entry) => observe(commitObservation(entry, identity())),
      onSettled: (settled) => this.#onSettled(settled),
    });
    if (!commit.isSettled) {
      this.#queue.push(commit);
      this.#blockBehindHead();
      this.poke();
    }
    return { commitId, result: commit.result };
  }

  /** To be called when anything changed that commits may wait for. */
  poke(): void {
    this.#isStale = true;
    if (this.#isWorking) {
      this.#wake?.();
    } else if (this.#queue.length > 0) {
      this.#isWorking = true;
      void this.#work();
    }
  }

  /** Lets the waiter go; true when there was one. A request on the wire stays there. */
  release(commitId: string): boolean {
    const commit = this.#queue.find(({ entry }) => entry.commitId === commitId);
    if (!commit || commit.isSettled) return false;
    commit.letGo("released");
    return true;
  }

  /** Fails every commit that is not on the wire: what it meant to commit is no longer ours. */
  failAll(error: string, message: string): void {
    for (const commit of Array.from(this.#queue)) {
      if (!commit.isOnWire) commit.end({ outcome: "failed", error, message });
    }
  }

  /** Tells every waiter, and forgets the rest. */
  close(): void {
    for (const commit of this.#queue.splice(0)) {
      commit.end({ outcome: "failed", error: "CLOSED", message: "the consumer was stopped" });
    }
    this.poke();
  }

  /** The queue's only loop: the first commit goes out when it may, the others wait for it. */
  async #work(): Promise<void> {
    for (let head = this.#queue[0]; head; head = this.#queue[0]) {
      this.#isStale = false;
      const gate = this.#ports.gate();
      this.#blockBehindHead();
      if (!gate.open) {
        head.block(gate.block);
        await this.#changed(gate.block.by === "throttled" ? gate.block.untilAt : undefined);
      } else if (head.notBefore > this.#ports.clock.now()) {
        await this.#changed(head.notBefore);
      } else {
        await this.#attempt(head);
      }
    }
    this.#isWorking = false;
  }

  async #attempt(head: QueuedCommit): Promise<void> {
    if (!(await this.#locate(head))) return;
    // The membership may have moved on while the coordinator was looked for.
    const gate = this.#ports.gate();
    if (head.isSettled || !gate.open) return;
    const { authority } = gate;
    const notOurs = head.entry.offsets.filter((offset) => !this.#ports.stillOurs(offset, authority));
    const ours = head.entry.offsets.filter((offset) => !notOurs.includes(offset));
    head.answers(notOurs.map(({ topic, partition }) => ({ topic, partition, error: "NOT_ASSIGNED" })));
    if (ours.length === 0) {
      this.#end(head, notOursAnyMore(notOurs));
      return;
    }
    head.sent(authority.generationId);
    try {
      const answers = await this.#ports.send(ours, authority);
      head.answers(answers);
      this.#answered(head, answers, { authority, ours, notOurs });
    } catch (failure) {
      this.#again(head, errorText(failure), this.#unknownCoordinator());
    }
  }

  /** False when the coordinator was not found, or nobody waits for this commit any longer. */
  async #locate(head: QueuedCommit): Promise<boolean> {
    const { clock, locate } = this.#ports;
    // Usually it is known, and nobody has to be told that it is being looked for.
    const say = clock.schedule(20, () => head.block(this.#unknownCoordinator()));
    try {
      await withDeadline(clock, locate(head.released), {
        what: "finding the coordinator",
        signal: head.released,
      });
      this.#coordinatorUnknownSince = undefined;
      return true;
    } catch (failure) {
      this.#again(head, errorText(failure), this.#unknownCoordinator());
      return false;
    } finally {
      say.dispose();
    }
  }

  #answered(
    head: QueuedCommit,
    answers: readonly CommittedPartition[],
    request: {
      readonly authority: CommitAuthority;
      readonly ours: readonly CommitOffset[];
      readonly notOurs: readonly CommitOffset[];
    },
  ): void {
    const { authority, ours, notOurs } = request;
    for (const offset of ours) {
      const isOk = ({ topic, partition, error }: CommittedPartition) =>
        topic === offset.topic && partition === offset.partition && error === undefined;
      if (answers.some(isOk)) this.#ports.onCommitted(offset);
    }
    const error = answers.find((answer) => answer.error !== undefined)?.error;
    if (error === undefined || error === "NOT_ASSIGNED") {
      this.#end(head, notOurs.length === 0 ? { outcome: "committed" } : notOursAnyMore(notOurs));
    } else if (isCoordinatorError(error)) {
      this.#ports.onCoordinatorError(error);
      this.#again(head, error, this.#unknownCoordinator());
    } else if (isGroupError(error)) {
      const verdict = this.#ports.onGroupError(error, authority);
      if (verdict.kind === "wait") this.#again(head, error, verdict.block);
      else this.#end(head, { outcome: "failed", error, message: verdict.message });
    } else {
      const message = explainCommitError(error, partitionsText(ours));
      this.#end(head, { outcome: "failed", error, message });
    }
  }

  /** Back to waiting, with growing pauses; or gone when its waiter is. */
  #again(commit: QueuedCommit, error: string, block: CommitBlock): void {
    if (commit.isSettled) {
      this.#end(commit, { outcome: "failed", error });
      return;
    }
    const { clock, random } = this.#ports;
    const ceiling = Math.min(2_000, 50 * 2 ** Math.min(commit.attempts++, 8));
    commit.notBefore = clock.now() + ceiling / 2 + (ceiling / 2) * random.next();
    commit.answers(undefined);
    commit.block(block);
  }

  #unknownCoordinator(): CommitBlock {
    this.#coordinatorUnknownSince ??= this.#ports.clock.now();
    return { by: "coordinatorUnknown", since: this.#coordinatorUnknownSince };
  }

  #blockBehindHead(): void {
    const [head, ...others] = this.#queue;
    if (!head) return;
    const { commitId, queuedAt } = head.entry;
    for (const commit of others) commit.block({ by: "earlierCommit", since: queuedAt, commitId });
  }

  /** A request on the wire keeps its place when its waiter is let go; everything else leaves the queue. */
  #onSettled(commit: QueuedCommit): void {
    if (!commit.isOnWire) this.#remove(commit);
  }

  #end(commit: QueuedCommit, end: CommitEnd): void {
    commit.end(end);
    this.#remove(commit);
  }

  #remove(commit: QueuedCommit): void {
    const index = this.#queue.indexOf(commit);
    if (index >= 0) this.#queue.splice(index, 1);
    this.poke();
  }

  /** Until poked, or until `at`. */
  async #changed(at: number | undefined): Promise<void> {
    if (this.#isStale) return;
    const { clock } = this.#ports;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = at === undefined ? undefined : clock.schedule(Math.max(0, at - clock.now()), resolve);
    this.#wake = resolve;
    await promise;
    this.#wake = undefined;
    timer?.dispose();
  }
}

function notOursAnyMore(offsets: readonly CommitOffset[]): CommitEnd {
  return {
    outcome: "failed",
    error: "NOT_ASSIGNED",
    message: `${partitionsText(offsets)} went to another member in a rebalance, or were lost: committing there could rewind its new owner`,
  };
}
