import { type Random, randomUuid } from "#base/random.ts";
import type { CommitState } from "#trace/observations/commit.ts";
import { refused } from "./commitAnswers.ts";
import {
  type AttemptOutcome,
  type CommitAttemptPorts,
  CommitAttempts,
  notOursAnyMore,
} from "./commitAttempts.ts";
import {
  type CommitEntry,
  type CommitIdentity,
  type CommitOffset,
  type CommitResult,
  commitObservation,
} from "./commitEntry.ts";
import { type CommitEnd, type CommitRequest, QueuedCommit } from "./queuedCommit.ts";

/** What the queue needs of the consumer it belongs to. */
export interface CommitQueuePorts extends CommitAttemptPorts {
  readonly random: Random;
  readonly identity: () => CommitIdentity;
  readonly observe: (observation: CommitState) => void;
  /** Why the offset cannot be committed under any authority any more, if so. */
  readonly hopeless: (offset: CommitOffset) => boolean;
}

/**
 * The commits of one consumer, sent one after the other. Every waiter is let go by its deadline in every phase; a
 * request on the wire is never given up for that, as a later commit could overtake it, so it stays at the head of
 * the queue until its answer, or the end of its connection, is known.
 */
export class CommitQueue {
  readonly #ports: CommitQueuePorts;
  readonly #attempts: CommitAttempts;
  readonly #queue: QueuedCommit[] = [];
  #isWorking = false;
  /** Something changed since the loop last looked. */
  #isStale = false;
  #wake: (() => void) | undefined;

  constructor(ports: CommitQueuePorts) {
    this.#ports = ports;
    this.#attempts = new CommitAttempts(ports);
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
        this.#tried(head, await this.#attempts.attempt(head));
      }
    }
    this.#isWorking = false;
  }

  #tried(head: QueuedCommit, outcome: AttemptOutcome): void {
    if (outcome.kind === "ended") this.#end(head, outcome.end);
    else if (outcome.kind === "again") this.#again(head, outcome);
  }

  /** Back to waiting, with growing pauses; or gone when its waiter is. */
  #again(commit: QueuedCommit, { error, block }: Extract<AttemptOutcome, { kind: "again" }>): void {
    if (commit.isSettled) {
      this.#end(commit, { outcome: "failed", error });
      return;
    }
    const { clock, random } = this.#ports;
    const ceiling = Math.min(2_000, 50 * 2 ** Math.min(commit.attempts++, 8));
    commit.notBefore = clock.now() + ceiling / 2 + (ceiling / 2) * random.next();
    commit.answers(undefined);
    commit.lastFailure = error;
    commit.block(block);
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
