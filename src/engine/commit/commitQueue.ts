import { type Clock, withDeadline } from "#base/clock.ts";
import { type Random, randomUuid } from "#base/random.ts";
import { ConnectionError } from "#network/connectionError.ts";
import type { ErrorName } from "#protocol/errorCodes.ts";
import type { CommitBlock, CommitState } from "#trace/observations/commit.ts";
import { errorText } from "../engineError.ts";
import { complete, refused } from "./commitAnswers.ts";
import {
  answersByPartition,
  type CommitEntry,
  type CommitIdentity,
  type CommitOffset,
  type CommitRefusal,
  type CommitResult,
  type CommitTrigger,
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
  /** Why the offset cannot be committed under any authority any more, if so. */
  readonly hopeless: (offset: CommitOffset) => boolean;
  /**
   * Why the offset must not be committed now: the partition is not owned under `authority`, or was somebody else's since
   * the commit was asked for; or more is committed already, and nobody asked to go back.
   */
  readonly refusal: (
    offset: CommitOffset,
    request: { readonly authority: CommitAuthority; readonly trigger: CommitTrigger },
  ) => Exclude<CommitRefusal, "NOT_ANSWERED"> | undefined;
  /** Settles once the coordinator is known. */
  readonly locate: (signal: AbortSignal) => Promise<unknown>;
  /** Rejects when no answer came. */
  readonly send: (
    offsets: readonly CommitOffset[],
    authority: CommitAuthority,
  ) => Promise<readonly CommittedPartition[]>;
  readonly onCommitted: (offset: CommitOffset, trigger: CommitTrigger) => void;
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
  #coordinatorLoadingSince: number | undefined;

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
    if (request.offsets.every(this.#ports.hopeless)) {
      const notOurs = request.offsets.map((offset) => refused(offset, "NOT_ASSIGNED"));
      commit.answers(notOurs);
      commit.end(notOursAnyMore(notOurs));
    }
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

  /** Tells every waiter why, and forgets the rest. */
  close(why: { readonly error: string; readonly message: string }): void {
    for (const commit of this.#queue.splice(0)) commit.end({ outcome: "failed", ...why });
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
    const { offsets, trigger } = head.entry;
    const kept = offsets.flatMap((offset) => {
      const refusal = this.#ports.refusal(offset, { authority, trigger });
      return refusal ? [refused(offset, refusal)] : [];
    });
    const isKept = answersByPartition(kept);
    const going = offsets.filter((offset) => !isKept.has(offset));
    head.answers(kept);
    // What others overtook is committed, and further than was asked for.
    const notOurs = kept.filter(({ error }) => error !== "OVERTAKEN");
    if (going.length === 0) {
      this.#end(head, notOurs.length > 0 ? notOursAnyMore(notOurs) : { outcome: "committed" });
      return;
    }
    head.sent(authority.generationId);
    try {
      const answers = complete(going, await this.#ports.send(going, authority));
      head.answers(answers);
      this.#answered(head, answers, { authority, going, notOurs });
    } catch (failure) {
      this.#noAnswer(head, failure);
    }
  }

  /** Sent again, unless the first request may still be carried out at any time: it could undo a later commit then. */
  #noAnswer(head: QueuedCommit, failure: unknown): void {
    if (ConnectionError.is(failure, "TIMEOUT") && !failure.unsent) {
      const unknown = `${failure.message}; whether it is committed is not known, and it is not sent again, as the first request may still be carried out, after a later commit`;
      this.#end(head, { outcome: "failed", error: "TIMEOUT", message: unknown });
    } else {
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
      readonly going: readonly CommitOffset[];
      readonly notOurs: readonly CommittedPartition[];
    },
  ): void {
    const { authority, going, notOurs } = request;
    const failed = answers.filter(({ error }) => error !== undefined);
    const hasFailed = answersByPartition(failed);
    for (const offset of going) {
      if (!hasFailed.has(offset)) this.#ports.onCommitted(offset, head.entry.trigger);
    }
    const error = failed[0]?.error;
    if (error !== "COORDINATOR_LOAD_IN_PROGRESS") this.#coordinatorLoadingSince = undefined;
    if (error !== undefined) this.#refused(head, error, { authority, failed });
    else this.#end(head, notOurs.length === 0 ? { outcome: "committed" } : notOursAnyMore(notOurs));
  }

  #refused(
    head: QueuedCommit,
    error: ErrorName | CommitRefusal,
    request: { readonly authority: CommitAuthority; readonly failed: readonly CommittedPartition[] },
  ): void {
    if (isCoordinatorError(error)) {
      this.#ports.onCoordinatorError(error);
      const isLoading = error === "COORDINATOR_LOAD_IN_PROGRESS";
      this.#again(head, error, isLoading ? this.#loadingCoordinator() : this.#unknownCoordinator());
    } else if (isGroupError(error)) {
      const verdict = this.#ports.onGroupError(error, request.authority);
      if (verdict.kind === "wait") this.#again(head, error, verdict.block);
      else this.#end(head, { outcome: "failed", error, message: verdict.message });
    } else {
      const message = explainCommitError(error, partitionsText(request.failed));
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

  #loadingCoordinator(): CommitBlock {
    this.#coordinatorLoadingSince ??= this.#ports.clock.now();
    return { by: "coordinatorLoading", since: this.#coordinatorLoadingSince };
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

function notOursAnyMore(offsets: readonly CommittedPartition[]): CommitEnd {
  const went = offsets.filter(({ error }) => error !== "TOPIC_RECREATED");
  if (went.length === 0) {
    const message = explainCommitError("TOPIC_RECREATED", partitionsText(offsets));
    return { outcome: "failed", error: "TOPIC_RECREATED", message };
  }
  return {
    outcome: "failed",
    error: "NOT_ASSIGNED",
    message: `${partitionsText(went)} went to another member in a rebalance, or were lost: committing there could rewind its new owner`,
  };
}
