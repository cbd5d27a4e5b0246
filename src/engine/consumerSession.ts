import { Emitter, type Event } from "#base/events.ts";
import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import type { SessionEnded, SessionGate } from "#trace/observations/session.ts";
import { type CommitResult, commitWithoutGroup, refusedCommit } from "./commit/commitEntry.ts";
import type { WantedOffset } from "./commit/committer.ts";
import type { ConsumerOptions, PartitionScope, SeekTarget } from "./consumerOptions.ts";
import { EngineError } from "./engineError.ts";
import type { BufferCounts } from "./fetch/batchQueue.ts";
import type { ConsumedRecord } from "./fetch/consumedRecord.ts";
import type { PollRequest } from "./fetch/delivery.ts";
import type { Membership } from "./group/membership.ts";
import { type CloseOrder, leaveInOrder } from "./leaveInOrder.ts";
import { offsetProblem } from "./numberProblem.ts";
import { optionProblem } from "./optionProblem.ts";
import type { AssignedPartition } from "./position/assignedPartition.ts";
import { assignDirectly } from "./position/directAssignment.ts";
import { isInScope } from "./position/pauseRules.ts";
import type { Moved } from "./position/seeker.ts";
import type { SkipOrder, SkipPreview, Skipped, SkipTarget } from "./position/skipper.ts";
import type { SessionDeps } from "./sessionDeps.ts";
import { SessionParts } from "./sessionParts.ts";

/** What to commit, and how long to wait for it. */
export interface CommitOrder {
  /** By default every position: what poll has delivered so far. */
  readonly offsets?: readonly WantedOffset[] | undefined;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One debug consumer: a member of a group, or a reader of partitions without one. It fetches by itself and delivers on
 * `poll`; every order settles, and everything that changes is observed.
 */
export class ConsumerSession {
  readonly options: ConsumerOptions;
  /** Fires once, when the session is over, whoever ended it. */
  readonly onEnded: Event<SessionEnded>;
  readonly #deps: SessionDeps;
  readonly #parts: SessionParts;
  readonly #ended = new Emitter<SessionEnded>();
  readonly #closed = new AbortController();
  #closing: Promise<{ readonly couldNot: readonly string[] }> | undefined;
  /** Until the application has heard that its partitions go. */
  #takesCommits = true;

  /** Throws EngineError `INVALID_OPTION` when the options contradict each other. */
  constructor(options: ConsumerOptions, deps: SessionDeps) {
    const problem = optionProblem(options, deps.customAssignors);
    if (problem !== undefined) throw new EngineError("INVALID_OPTION", problem);
    this.options = options;
    this.onEnded = this.#ended.event;
    this.#deps = deps;
    this.#parts = new SessionParts(options, deps, {
      closed: this.#closed.signal,
      onFatal: (reason) => void this.#end({ reason: "failed", message: reason, couldNot: [] }),
    });
  }

  /** Begins to join and to read; what comes of it is observed. */
  start(): void {
    const { reporter, group, assignment, endWatcher } = this.#parts;
    reporter.started(this.options);
    endWatcher.start();
    if (group?.member) {
      group.pollWatch?.start();
      void group.member.run();
      return;
    }
    const { sessionId, topics, directPartitions } = this.options;
    const { cluster, clock, observe } = this.#deps;
    observe({ type: "session.state", sessionId, membership: "direct", since: clock.now() });
    void assignDirectly({
      cluster,
      clock,
      assignment,
      topics,
      partitions: directPartitions,
      closed: this.#closed.signal,
    });
  }

  /**
   * Up to `maxRecords` records of partitions that are not paused; waits for the first one up to `timeoutMs`. Rejects
   * with CancelledError when the signal aborts, and with EngineError `CLOSED` when the session is over.
   */
  async poll(request: PollRequest): Promise<readonly ConsumedRecord[]> {
    this.#mustBeOpen();
    const { group, delivery } = this.#parts;
    group?.pollWatch?.pollBegins();
    group?.autoCommit?.onPoll();
    try {
      return await delivery.poll(request);
    } finally {
      group?.pollWatch?.pollEnds();
    }
  }

  /**
   * With `blockRebalanceOnPoll`: the records of all polls until now are dealt with, and the group may rebalance. Does
   * nothing when nothing is held.
   */
  allowRebalance(): void {
    this.#parts.group?.gate.allow();
  }

  /** Whether the gate is held, by how many records since when, and whether a rebalance waits; undefined without a group. */
  rebalanceGate(): SessionGate | undefined {
    return this.#parts.group?.gate.state;
  }

  /**
   * Has the group rebalance (Java's enforceRebalance); nothing happens while it does already. Throws EngineError
   * `NO_GROUP` where there is no membership.
   */
  rejoin(reason = "a rebalance was asked for"): void {
    this.#mustBeOpen();
    const member = this.#parts.group?.member;
    if (!member) throw new EngineError("NO_GROUP", "this consumer is not a member of a group");
    member.rejoin(reason);
  }

  /** Fetched records stay, counted as paused, unless the session discards them. */
  pause(scope: PartitionScope): void {
    this.#setPaused(scope, true);
  }

  resume(scope: PartitionScope): void {
    this.#setPaused(scope, false);
  }

  async seek(key: TopicPartition, target: SeekTarget): Promise<Moved> {
    this.#mustBeOpen();
    return await this.#parts.seeker.seek(key, target);
  }

  /** What a skip would leave out, whichever way it goes. */
  async previewSkip(key: TopicPartition, to: SkipTarget): Promise<SkipPreview> {
    this.#mustBeOpen();
    return await this.#parts.skipper.preview(key, to);
  }

  /**
   * Leaves out everything before a place, paused or not: never backwards, and doing it twice is doing it once. Rejects
   * with EngineError, or CancelledError, when it did not get there.
   */
  async skip(key: TopicPartition, to: SkipTarget, order: SkipOrder): Promise<Skipped> {
    this.#mustBeOpen();
    return await this.#parts.skipper.skip(key, to, order);
  }

  /** Settles by the deadline, whatever the group does, and says how it ended; never rejects. */
  async commit(order: CommitOrder): Promise<CommitResult> {
    const committer = this.#parts.group?.committer;
    if (!committer) return commitWithoutGroup;
    if (!this.#takesCommits) return refusedCommit("CLOSED", "the consumer was stopped");
    const offsets = order.offsets ? committer.wanted(order.offsets) : committer.positions();
    if (offsets.length === 0) return refusedCommit("NOTHING_TO_COMMIT", "no partition has a position yet");
    const problem = offsets.map(({ offset }) => offsetProblem(offset)).find((each) => each !== undefined);
    if (problem !== undefined) return refusedCommit("INVALID_OFFSET", problem);
    const { deadlineMs, signal } = order;
    return await committer.submit({ offsets, trigger: "user", deadlineMs, signal }).result;
  }

  /** Lets whoever waits for a commit go; a request on the wire stays there. False when nobody waits. */
  releaseCommit(commitId: string): boolean {
    return this.#parts.group?.committer.release(commitId) ?? false;
  }

  /** Asks for a corrupt batch once more: it may have been damaged on the way. */
  retryBatch(key: TopicPartition): void {
    const { partition, halted } = this.#halted(key);
    partition.progress = { state: "fetching" };
    partition.retried = halted;
    this.#parts.reporter.position(partition, true);
    this.#parts.fetcher.poke();
  }

  /** Goes on behind a corrupt batch; what is left out is recorded as a gap. */
  skipBatch(key: TopicPartition): Moved {
    const { partition, halted } = this.#halted(key);
    const { baseOffset, nextSafeOffset: to } = halted;
    if (to === undefined) {
      const what = `the batch at offset ${baseOffset} of ${topicPartitionText(key)}`;
      throw new EngineError("NO_SAFE_OFFSET", `nothing credible says where ${what} ends: seek behind it`);
    }
    const from = partition.fetchPosition;
    partition.progress = { state: "fetching" };
    this.#parts.intake.skip(partition, to);
    this.#deps.observe({
      type: "fetch.batchResolved",
      sessionId: this.options.sessionId,
      topic: partition.topic,
      partition: partition.partition,
      baseOffset,
      how: "skipped",
    });
    this.#parts.reporter.position(partition, true);
    this.#parts.fetcher.poke();
    return { from, to };
  }

  /** Ends the session by the deadline; says what could not be done in good order. Closing twice is closing once. */
  close(order: CloseOrder): Promise<{ readonly couldNot: readonly string[] }> {
    this.#closing ??= this.#close(order);
    return this.#closing;
  }

  /** Where the session stands in its group; undefined without one. */
  membership(): Membership | undefined {
    return this.#parts.group?.member?.membership;
  }

  assignment(): readonly TopicPartition[] {
    return this.#parts.table.keys();
  }

  /** Every assigned partition as it is now. */
  partitions(): readonly Readonly<AssignedPartition>[] {
    return Array.from(this.#parts.table.values());
  }

  /** What is buffered, of one partition or in all. */
  buffered(key?: TopicPartition): BufferCounts {
    return key ? this.#parts.buffer.countsOf(key) : this.#parts.buffer.totals();
  }

  #setPaused(scope: PartitionScope, isPaused: boolean): void {
    const { pauses, table, intake, reporter, fetcher, delivery } = this.#parts;
    pauses.set(scope, isPaused);
    for (const partition of table.values()) {
      if (!isInScope(scope, partition) || partition.paused === isPaused) continue;
      partition.setPaused(isPaused);
      if (isPaused && this.options.pausedBuffer === "discard") intake.discard(partition);
      reporter.buffer(partition, undefined);
      reporter.position(partition, true);
    }
    fetcher.poke();
    delivery.wake();
  }

  #halted(key: TopicPartition) {
    const partition = this.#parts.table.get(key);
    const what = topicPartitionText(key);
    if (!partition) throw new EngineError("NOT_ASSIGNED", `${what} is not assigned to this consumer`);
    const { halted } = partition;
    if (!halted) throw new EngineError("NOT_HALTED", `${what} does not stand before a corrupt batch`);
    return { partition, halted };
  }

  #mustBeOpen(): void {
    if (this.#closing !== undefined)
      throw new EngineError("CLOSED", `the consumer ${this.options.name} was stopped`);
  }

  async #close(order: CloseOrder): Promise<{ readonly couldNot: readonly string[] }> {
    const { delivery, group, table } = this.#parts;
    delivery.close();
    const couldNot = group
      ? await leaveInOrder(order, {
          clock: this.#deps.clock,
          options: this.options,
          group,
          owned: () => table.keys(),
          onToldRevoked: () => {
            this.#takesCommits = false;
          },
        })
      : [];
    await this.#end({ reason: "stopped", message: order.reason, couldNot });
    return { couldNot };
  }

  /** Releases everything. */
  async #end(end: Omit<SessionEnded, "type" | "sessionId">): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    this.#takesCommits = false;
    this.#closing ??= Promise.resolve({ couldNot: [] });
    const { delivery, loader, endWatcher, inspector, fetcher, group, assignment, reporter } = this.#parts;
    delivery.close();
    endWatcher.close();
    inspector.close();
    loader.close();
    // The broker forgets a fetch session by itself: nobody has to wait for it.
    void fetcher.close(1_000);
    group?.close();
    assignment.close();
    reporter.close();
    const ended: SessionEnded = { type: "session.ended", sessionId: this.options.sessionId, ...end };
    this.#deps.observe(ended);
    this.#ended.fire(ended);
  }
}
