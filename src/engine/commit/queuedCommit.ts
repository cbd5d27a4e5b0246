import type { Clock } from "#base/clock.ts";
import type { CommitBlock, CommitOutcome } from "#trace/observations/commit.ts";
import {
  type CommitEntry,
  type CommitOffset,
  type CommitPhase,
  type CommitResult,
  type CommitTrigger,
  type CommittedPartition,
  commitResult,
  partitionsText,
  waitText,
  withPhase,
} from "./commitEntry.ts";

/** What is to be committed, and how long whoever asks waits for it. */
export interface CommitRequest {
  readonly offsets: readonly CommitOffset[];
  readonly trigger: CommitTrigger;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How a commit ended, for its waiter. */
export interface CommitEnd {
  readonly outcome: CommitOutcome;
  readonly error?: string;
  readonly message?: string;
}

/**
 * One commit and its waiter, who is told exactly once: by its deadline, its signal, or an end. Every change is shown.
 */
export class QueuedCommit {
  /** Times it was sent, or tried to be, without an answer that decides. */
  attempts = 0;
  /** Not to be sent again before this instant. */
  notBefore = 0;
  /** What came of the last try, in words or as Kafka's error name. */
  lastFailure: string | undefined;
  readonly result: Promise<CommitResult>;
  readonly #clock: Clock;
  readonly #show: (entry: CommitEntry) => void;
  readonly #onSettled: (commit: QueuedCommit) => void;
  readonly #released = new AbortController();
  readonly #resolve: (result: CommitResult) => void;
  #entry: CommitEntry;
  #isAnswerDue = false;

  constructor(
    commitId: string,
    request: CommitRequest,
    ports: {
      readonly clock: Clock;
      readonly show: (entry: CommitEntry) => void;
      readonly onSettled: (commit: QueuedCommit) => void;
    },
  ) {
    const at = ports.clock.now();
    this.#clock = ports.clock;
    this.#show = ports.show;
    this.#onSettled = ports.onSettled;
    const { promise, resolve } = Promise.withResolvers<CommitResult>();
    this.result = promise;
    this.#resolve = resolve;
    this.#entry = {
      commitId,
      trigger: request.trigger,
      offsets: request.offsets,
      answers: [],
      queuedAt: at,
      deadlineAt: at + Math.max(0, request.deadlineMs),
      phase: { state: "queued" },
      phaseSince: at,
    };
    ports.show(this.#entry);
    this.#watch(request.signal);
  }

  get entry(): CommitEntry {
    return this.#entry;
  }

  /** Its waiter was told. */
  get isSettled(): boolean {
    return this.#entry.phase.state === "settled";
  }

  /** Its request left and neither an answer nor the end of the connection is known. */
  get isOnWire(): boolean {
    const { phase } = this.#entry;
    return phase.state === "inFlight" || (phase.state === "settled" && this.#isAnswerDue);
  }

  /** Aborts when the waiter is told. */
  get released(): AbortSignal {
    return this.#released.signal;
  }

  block(block: CommitBlock): void {
    const { phase } = this.#entry;
    if (this.isSettled || (phase.state === "blocked" && isSameBlock(phase.block, block))) return;
    this.#isAnswerDue = false;
    this.#enter({ state: "blocked", block });
  }

  sent(generationId: number): void {
    this.#isAnswerDue = true;
    this.#enter({ state: "inFlight", sentAt: this.#clock.now(), generationId });
  }

  /** What is known of single partitions so far; undefined forgets it, before the next try. */
  answers(answers: readonly CommittedPartition[] | undefined): void {
    const known = answers === undefined ? [] : [...this.#entry.answers, ...answers];
    this.#entry = { ...this.#entry, answers: known };
  }

  /** An end that the answer decided, or that needs none; if the waiter is gone it is recorded as a late answer. */
  end(end: CommitEnd): void {
    const wasDue = this.#isAnswerDue;
    this.#isAnswerDue = false;
    if (!this.isSettled) {
      this.#settle(end);
    } else if (wasDue && this.#entry.phase.state === "settled") {
      const lateAnswer = { at: this.#clock.now(), error: end.error };
      this.#enter({ ...this.#entry.phase, lateAnswer });
    }
  }

  /** Lets the waiter go; a request on the wire stays there. */
  letGo(outcome: Extract<CommitOutcome, "deadlinePassed" | "cancelled" | "released">): void {
    if (this.isSettled) return;
    const { offsets, queuedAt, phase } = this.#entry;
    const now = this.#clock.now();
    const waited = ((now - queuedAt) / 1000).toFixed(1);
    const tried = this.lastFailure === undefined ? "" : `; its last try failed: ${this.lastFailure}`;
    this.#settle({
      outcome,
      message: `the commit of ${partitionsText(offsets)} waited ${waited} s for ${waitText(phase, now)}${tried}`,
    });
  }

  #watch(signal: AbortSignal | undefined): void {
    const timer = this.#clock.schedule(this.#entry.deadlineAt - this.#clock.now(), () =>
      this.letGo("deadlinePassed"),
    );
    const onAbort = () => this.letGo("cancelled");
    this.released.addEventListener(
      "abort",
      () => {
        timer.dispose();
        signal?.removeEventListener("abort", onAbort);
      },
      { once: true },
    );
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  }

  #settle(end: CommitEnd): void {
    const { phase } = this.#entry;
    const request =
      phase.state === "inFlight" ? { sentAt: phase.sentAt, generationId: phase.generationId } : {};
    this.#enter({ state: "settled", ...end, ...request });
    this.#released.abort();
    this.#resolve(commitResult(this.#entry));
    this.#onSettled(this);
  }

  #enter(phase: CommitPhase): void {
    this.#entry = withPhase(this.#entry, phase, this.#clock.now());
    this.#show(this.#entry);
  }
}

function isSameBlock(a: CommitBlock, b: CommitBlock): boolean {
  const earlier = (block: CommitBlock) => (block.by === "earlierCommit" ? block.commitId : undefined);
  return a.by === b.by && a.since === b.since && earlier(a) === earlier(b);
}
