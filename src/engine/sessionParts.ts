import { commitWithoutGroup } from "./commit/commitEntry.ts";
import type { ConsumerOptions } from "./consumerOptions.ts";
import { BatchInspector } from "./fetch/batchInspector.ts";
import { BatchRetries } from "./fetch/batchRetries.ts";
import { Delivery } from "./fetch/delivery.ts";
import { FetchBudget } from "./fetch/fetchBudget.ts";
import type { UnreadableBatch } from "./fetch/fetchedBatch.ts";
import { Fetcher } from "./fetch/fetcher.ts";
import { RecordBuffer } from "./fetch/recordBuffer.ts";
import { RecordIntake } from "./fetch/recordIntake.ts";
import { GroupParts, groupChannel } from "./groupParts.ts";
import type { AssignedPartition, HaltedBatch } from "./position/assignedPartition.ts";
import { Assignment } from "./position/assignment.ts";
import type { CommittedLookup } from "./position/committedOffsets.ts";
import { Discarder } from "./position/discarder.ts";
import { EndWatcher } from "./position/endWatcher.ts";
import { PartitionTable } from "./position/partitionTable.ts";
import { PauseRules } from "./position/pauseRules.ts";
import { PositionGuard } from "./position/positionGuard.ts";
import { PositionLoader } from "./position/positionLoader.ts";
import { RememberedPositions } from "./position/rememberedPositions.ts";
import type { ResetDone } from "./position/resetReport.ts";
import { Seeker } from "./position/seeker.ts";
import { Skipper } from "./position/skipper.ts";
import { TopicGrowth } from "./position/topicGrowth.ts";
import { SessionReporter } from "./report/sessionReporter.ts";
import type { SessionDeps } from "./sessionDeps.ts";

const lookupPatienceMs = 10_000;
const skipCommitDeadlineMs = 10_000;

/** The parts of a consumer, connected: what changes in one is told to those whom it concerns. */
export class SessionParts {
  readonly table = new PartitionTable();
  readonly pauses = new PauseRules();
  readonly reporter: SessionReporter;
  readonly buffer: RecordBuffer;
  readonly intake: RecordIntake;
  readonly guard: PositionGuard;
  readonly fetcher: Fetcher;
  readonly inspector: BatchInspector;
  readonly loader: PositionLoader;
  readonly endWatcher: EndWatcher;
  readonly delivery: Delivery;
  readonly seeker: Seeker;
  readonly discarder: Discarder;
  readonly skipper: Skipper;
  readonly assignment: Assignment;
  /** Undefined without a group. */
  readonly group: GroupParts | undefined;
  readonly #options: ConsumerOptions;
  readonly #deps: SessionDeps;
  readonly #remembered = new RememberedPositions();
  readonly #growth = new TopicGrowth();
  readonly #onFatal: (reason: string) => void;

  constructor(
    options: ConsumerOptions,
    deps: SessionDeps,
    life: { readonly closed: AbortSignal; readonly onFatal: (reason: string) => void },
  ) {
    this.#options = options;
    this.#deps = deps;
    this.#onFatal = life.onFatal;
    const { clock, observe, pace = clock } = deps;
    const { table } = this;
    this.buffer = new RecordBuffer((key, release) => {
      this.reporter.buffer(key, release);
      this.inspector.wake();
    });
    this.reporter = new SessionReporter(options.sessionId, { pace, observe, table, buffer: this.buffer });
    const budget = new FetchBudget(options);
    this.intake = this.#makeIntake(budget);
    this.guard = this.#makeGuard();
    this.fetcher = this.#makeFetcher(budget);
    this.inspector = new BatchInspector({
      clock,
      buffer: this.buffer,
      partitions: () => table.values(),
      isCurrent: this.#isCurrent,
      onUnreadable: this.#unreadable,
    });
    this.loader = this.#makeLoader();
    this.endWatcher = new EndWatcher({
      clock,
      offsets: this.#lookup,
      partitions: () => table.values(),
      isCurrent: this.#isCurrent,
      onChange: (partition) => this.#changed(partition, false),
    });
    this.delivery = new Delivery({
      clock,
      buffer: this.buffer,
      partitions: () => table.values(),
      mayDeliver: (partition) => this.group?.handover.mayDeliver(partition) ?? true,
      onDelivered: (records, bytes) => {
        this.group?.gate.delivered(records);
        this.reporter.delivered(records, bytes);
        this.fetcher.poke();
      },
      onMoved: (partition) => this.reporter.position(partition, false),
      onUnreadable: this.#unreadable,
    });
    this.seeker = this.#makeSeeker(life.closed);
    this.discarder = this.#makeDiscarder(life.closed);
    this.skipper = this.#makeSkipper();
    this.assignment = this.#makeAssignment();
    this.group = this.#makeGroup(life.closed);
    this.#watchCluster(life.closed);
  }

  #watchCluster(closed: AbortSignal): void {
    const { cluster } = this.#deps;
    const watching = cluster.onMetadata((metadata) => {
      this.#growth.note(metadata);
      this.guard.checkTopics(metadata);
    });
    closed.addEventListener("abort", () => watching.dispose(), { once: true });
    const known = cluster.metadata();
    if (known) this.#growth.note(known);
  }

  readonly #isCurrent = (partition: AssignedPartition): boolean => this.table.isCurrent(partition);

  readonly #changed = (partition: AssignedPartition, isUrgent: boolean): void => {
    if (this.table.isCurrent(partition)) this.reporter.position(partition, isUrgent);
    this.discarder.wake();
  };

  readonly #unreadable = (partition: AssignedPartition, batch: UnreadableBatch): void => {
    this.intake.reject(partition, batch);
    this.fetcher.awaitRetry(partition);
    this.fetcher.poke();
  };

  get #fetchChannel(): string {
    return `${this.#options.sessionId}-fetch`;
  }

  /** None without a group. */
  get #committedLookup(): CommittedLookup | undefined {
    const { groupId } = this.#options;
    if (groupId === undefined) return undefined;
    return {
      cluster: this.#deps.cluster,
      groupId,
      channel: groupChannel(this.#options),
      timeoutMs: lookupPatienceMs,
      asMember: () => this.group?.standing(),
      onRefused: (error, memberEpoch) => this.group?.member?.report(error, memberEpoch),
    };
  }

  /** Look-ups are not to wait behind a fetch that the broker holds back. */
  get #lookup() {
    const { cluster } = this.#deps;
    const { isolation, sessionId } = this.#options;
    return { cluster, isolation, channel: `${sessionId}-lookup`, timeoutMs: lookupPatienceMs };
  }

  #makeIntake(budget: FetchBudget): RecordIntake {
    const { isolation, controlRecords, corruptBatchPolicy, sessionId } = this.#options;
    const { clock, observe, storeBytes } = this.#deps;
    return new RecordIntake({
      clock,
      buffer: this.buffer,
      budget,
      isolation,
      controlRecords,
      retries: new BatchRetries(corruptBatchPolicy),
      sessionId,
      observe,
      storeBytes,
      isCurrent: this.#isCurrent,
      partitionCount: () => this.table.size,
      onChange: this.#changed,
    });
  }

  #makeFetcher(budget: FetchBudget): Fetcher {
    const { fetch, fetchSessions, rack, isolation, sessionId } = this.#options;
    const { cluster, clock, random, observe } = this.#deps;
    return new Fetcher({
      cluster,
      clock,
      random,
      observe,
      channel: this.#fetchChannel,
      limits: fetch,
      fetchSessions,
      rack,
      isolation,
      sessionId,
      guard: this.guard,
      buffer: this.buffer,
      budget,
      intake: this.intake,
      partitions: () => this.table.values(),
      partitionCount: () => this.table.size,
      isCurrent: this.#isCurrent,
      onChange: this.#changed,
      onRecords: () => {
        this.delivery.wake();
        this.discarder.wake();
      },
    });
  }

  #makeLoader(): PositionLoader {
    const { clock, random } = this.#deps;
    return new PositionLoader({
      clock,
      random,
      offsets: this.#lookup,
      committed: this.#committedLookup,
      partitions: () => this.table.values(),
      isCurrent: this.#isCurrent,
      // A commit of the generation before must be on its way before its offset is asked for.
      mustWait: (partition) => this.group?.committer.hasUnsent(partition) ?? false,
      onFound: (partition, reset, passed) => this.#found(partition, reset, passed),
      onFailed: (partition) => this.#changed(partition, true),
      onTruncated: (partition, end) => this.guard.diverged(partition, end),
      onForeignEpoch: (partition) => this.guard.recreated(partition),
    });
  }

  #makeGuard(): PositionGuard {
    return new PositionGuard({
      clock: this.#deps.clock,
      resetPolicy: this.#options.resetPolicy,
      buffer: this.buffer,
      partitions: () => this.table.values(),
      onReload: (partition) => {
        this.#changed(partition, true);
        // Not at once: it is found out in the middle of planning fetches, and what is found asks for them.
        void Promise.resolve().then(() => this.loader.poke());
      },
      onFailed: (partition) => this.#changed(partition, true),
      onReset: (partition, reset, passed) => this.#found(partition, reset, passed),
    });
  }

  #found(partition: AssignedPartition, reset?: ResetDone, passed?: HaltedBatch): void {
    this.#changed(partition, true);
    const { observe } = this.#deps;
    const { topic, partition: index } = partition;
    const { sessionId } = this.#options;
    if (passed) {
      const { baseOffset } = passed;
      observe({ type: "fetch.batchResolved", sessionId, topic, partition: index, baseOffset, how: "seeked" });
    }
    if (reset) {
      observe({
        type: "fetch.positionReset",
        sessionId,
        topic,
        partition: index,
        cause: reset.cause,
        policy: reset.policy,
        fromOffset: reset.from,
        toOffset: reset.to,
        lostRecords: reset.lost && reset.lost.to - reset.lost.from,
        lostFromOffset: reset.lost?.from,
        lostToOffset: reset.lost?.to,
        deliveredRecords: reset.deliveredRecords,
        skippedRecords: reset.skippedRecords,
      });
    }
    this.fetcher.poke();
  }

  #makeSeeker(closed: AbortSignal): Seeker {
    const { clock, random, observe } = this.#deps;
    return new Seeker({
      clock,
      random,
      observe,
      sessionId: this.#options.sessionId,
      table: this.table,
      buffer: this.buffer,
      offsets: this.#lookup,
      committed: this.#committedLookup,
      closed,
      onMoved: (partition) => {
        this.#changed(partition, true);
        this.fetcher.poke();
      },
    });
  }

  #makeDiscarder(closed: AbortSignal): Discarder {
    const { clock, observe } = this.#deps;
    return new Discarder({
      clock,
      observe,
      sessionId: this.#options.sessionId,
      buffer: this.buffer,
      closed,
      onMoved: (partition) => {
        this.#changed(partition, false);
        this.fetcher.poke();
        this.delivery.wake();
      },
      onUnreadable: this.#unreadable,
    });
  }

  #makeSkipper(): Skipper {
    const { observe } = this.#deps;
    return new Skipper({
      observe,
      sessionId: this.#options.sessionId,
      buffer: this.buffer,
      seeker: this.seeker,
      discarder: this.discarder,
      commit: async (key, offset, signal) => {
        const committer = this.group?.committer;
        if (!committer) return commitWithoutGroup;
        const partition = this.table.get(key);
        const leaderEpoch = partition?.position === offset ? partition.deliveredEpoch : undefined;
        const offsets = committer.wanted([{ ...key, offset, leaderEpoch }]);
        return await committer.submit({ offsets, trigger: "user", deadlineMs: skipCommitDeadlineMs, signal })
          .result;
      },
      rejoin: () => {
        const { group } = this;
        const member = group?.member;
        return member && ((signal) => group.rejoin(member, signal));
      },
    });
  }

  #makeAssignment(): Assignment {
    const { startPosition, groupId } = this.#options;
    return new Assignment({
      table: this.table,
      buffer: this.buffer,
      pauses: this.pauses,
      remembered: this.#remembered,
      startPosition,
      hasGroup: groupId !== undefined,
      growth: this.#growth,
      topicIdOf: (topic) => this.#deps.cluster.metadata()?.topics.get(topic)?.topicId,
      now: () => this.#deps.clock.now(),
      onAdded: (partition) => this.#changed(partition, true),
      onRemoved: (partition, reason) => {
        this.reporter.removed(partition, reason);
        // A skip by discarding ends with it, and says how far it came.
        this.discarder.wake();
      },
      onDone: () => {
        this.loader.poke();
        this.fetcher.poke();
      },
    });
  }

  #makeGroup(closed: AbortSignal): GroupParts | undefined {
    const { groupId } = this.#options;
    if (groupId === undefined) return undefined;
    return new GroupParts({ ...this.#options, groupId }, this.#deps, {
      table: this.table,
      remembered: this.#remembered,
      assignment: this.assignment,
      closed,
      onReleased: () => this.delivery.wake(),
      onCommitted: (partition) => this.#changed(partition, true),
      onCommitProgress: () => this.loader.poke(),
      onMembership: (membership) => {
        this.loader.poke();
        if (membership.state === "fatal") this.#onFatal(membership.reason ?? membership.code);
      },
    });
  }
}
