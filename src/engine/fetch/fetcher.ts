import type { Disposable } from "#base/lifecycle.ts";
import { topicPartitionText } from "#base/topicPartition.ts";
import type { TopicMetadata } from "#network/clusterMetadata.ts";
import { errorName } from "#protocol/errorCodes.ts";
import type { AssignedPartition, PartitionError } from "../position/assignedPartition.ts";
import { noLeader } from "../position/offsetLookup.ts";
import type { PositionGuard } from "../position/positionGuard.ts";
import type { BufferCounts } from "./batchQueue.ts";
import type { FetchBudget } from "./fetchBudget.ts";
import type { FetchedPartition } from "./fetchRequest.ts";
import { type FetchTask, NodeFetcher, type NodeFetcherPorts } from "./nodeFetcher.ts";
import { Pace } from "./pace.ts";
import { explainFetchError, fetchErrorMeaning } from "./partitionErrors.ts";
import { ReadPlaces } from "./readPlaces.ts";
import type { RecordBuffer } from "./recordBuffer.ts";
import type { RecordIntake } from "./recordIntake.ts";

/** What fetching needs of the consumer it belongs to. */
export interface FetcherPorts
  extends Omit<
    NodeFetcherPorts,
    "take" | "onUnchanged" | "onLed" | "onTooLarge" | "onUnanswered" | "onTrouble" | "closed"
  > {
  readonly buffer: RecordBuffer;
  readonly budget: FetchBudget;
  readonly intake: RecordIntake;
  readonly guard: PositionGuard;
  readonly partitions: () => Iterable<AssignedPartition>;
  readonly partitionCount: () => number;
  readonly isCurrent: (partition: AssignedPartition) => boolean;
  readonly onChange: (partition: AssignedPartition, isUrgent: boolean) => void;
  /** Records came in. */
  readonly onRecords: () => void;
}

/** Answers that may be different soon are not shown as an error before the third in a row. */
const patientFailures = 2;
const metadataPatienceMs = 10_000;

/** Keeps every partition that is to be fetched fetched: one request per broker at a time, within the budget. */
export class Fetcher {
  readonly #ports: FetcherPorts;
  readonly #nodes = new Map<number, NodeFetcher>();
  readonly #paces = new WeakMap<AssignedPartition, Pace>();
  readonly #places: ReadPlaces;
  readonly #metadataPace = new Pace(5_000);
  readonly #closed = new AbortController();
  #isAskingMetadata = false;
  #timer: Disposable | undefined;

  constructor(ports: FetcherPorts) {
    this.#ports = ports;
    this.#places = new ReadPlaces({ ...ports, retries: ports.intake.retries });
  }

  /** To be called when there may be something to fetch, or room for it. */
  poke(): void {
    if (this.#closed.signal.aborted) return;
    this.#timer?.dispose();
    const now = this.#ports.clock.now();
    const { buffer, budget, partitionCount } = this.#ports;
    const all = buffer.totals();
    for (const [node, tasks] of this.#tasksByNode(now, all)) {
      const owns = tasks.map(({ partition }) => buffer.countsOf(partition));
      const maxBytes = budget.requestBytes(owns, { all, partitions: partitionCount() });
      void node.fetch(tasks, maxBytes).then(() => this.poke());
    }
    const next = this.#nextDue(now);
    if (next !== undefined) this.#timer = this.#ports.clock.schedule(next - now, () => this.poke());
  }

  /** True when a damaged batch is to be asked for again: from now on its partition waits for that. */
  awaitRetry(partition: AssignedPartition): boolean {
    const { clock, intake } = this.#ports;
    const retry = intake.retries.of(partition);
    if (retry) this.#paceOf(partition).waitUntil(clock.now() + retry.backoffMs);
    return retry !== undefined;
  }

  /** Ends all fetching, and the sessions with it. Never rejects. */
  async close(timeoutMs: number): Promise<void> {
    this.#closed.abort();
    this.#timer?.dispose();
    await Promise.all(Array.from(this.#nodes.values(), (node) => node.close(timeoutMs)));
  }

  /** What the brokers that are free are to be asked for. */
  #tasksByNode(now: number, all: BufferCounts): Map<NodeFetcher, FetchTask[]> {
    const byNode = new Map<NodeFetcher, FetchTask[]>();
    const homeless: AssignedPartition[] = [];
    for (const partition of this.#ports.partitions()) {
      if (!isWanted(partition) || !(this.#paces.get(partition)?.isDue(now) ?? true)) continue;
      const { topic, nodeId } = this.#places.locate(partition);
      if (nodeId === undefined) {
        homeless.push(partition);
        continue;
      }
      const node = this.#node(nodeId);
      const task = node.isFree(now) ? this.#task(partition, topic, all) : undefined;
      const tasks = byNode.get(node);
      if (!task) continue;
      if (tasks) tasks.push(task);
      else byNode.set(node, [task]);
    }
    if (homeless.length > 0) this.#findLeaders(homeless);
    return byNode;
  }

  /** When a pause ends that something waits for. */
  #nextDue(now: number): number | undefined {
    let next = Number.POSITIVE_INFINITY;
    for (const node of this.#nodes.values()) {
      if (node.notBefore > now) next = Math.min(next, node.notBefore);
    }
    for (const partition of this.#ports.partitions()) {
      const notBefore = this.#paces.get(partition)?.notBefore ?? 0;
      if (notBefore > now && isWanted(partition)) next = Math.min(next, notBefore);
    }
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  #task(
    partition: AssignedPartition,
    topic: TopicMetadata | undefined,
    all: BufferCounts,
  ): FetchTask | undefined {
    const { budget, buffer, guard, partitionCount, limits } = this.#ports;
    if (!guard.holds(partition, topic, partition.leaderEpoch)) return undefined;
    const own = buffer.countsOf(partition);
    const maxBytes = budget.askOf({ own, all, partitions: partitionCount() });
    const { fetchPosition } = partition;
    if (maxBytes === undefined || fetchPosition === undefined) return undefined;
    return {
      partition,
      version: partition.version,
      isFromFollower: partition.readReplicaId !== undefined,
      staysHere: this.#places.staysAtLeader(partition),
      ask: {
        topic: partition.topic,
        partition: partition.partition,
        topicId: topic?.topicId,
        fetchOffset: fetchPosition,
        leaderEpoch: partition.leaderEpoch,
        lastFetchedEpoch: partition.fetchEpoch,
        maxBytes: Math.min(limits.maxPartitionBytes, maxBytes),
      },
    };
  }

  #node(nodeId: number): NodeFetcher {
    let node = this.#nodes.get(nodeId);
    if (!node) {
      const take = (task: FetchTask, fetched: FetchedPartition) => this.#take(task, fetched);
      node = new NodeFetcher(nodeId, {
        ...this.#ports,
        closed: this.#closed.signal,
        take,
        onLed: (task) => this.#led(task),
        onTooLarge: (task, message) => this.#tooLarge(task, message),
        onUnchanged: (task) => this.#served(task.partition, { isAwaited: this.#isAwaited(task) }),
        onUnanswered: (tasks) => this.#leaveReplicas(tasks),
        onTrouble: (tasks, error) => this.#inTrouble(tasks, error),
      });
      this.#nodes.set(nodeId, node);
    }
    return node;
  }

  /** Whatever is wrong with the broker, its partitions do not move and have to say why. */
  #inTrouble(tasks: readonly FetchTask[], error: PartitionError): void {
    for (const { partition, version } of tasks) {
      if (!this.#ports.isCurrent(partition) || partition.version !== version) continue;
      partition.fail(error, { retry: "fetching" });
      this.#ports.onChange(partition, true);
    }
  }

  /** Somebody else leads it, and was named: no pause, no question for metadata. */
  #led({ partition, version }: FetchTask): void {
    if (!this.#ports.isCurrent(partition) || partition.version !== version) return;
    this.#places.locate(partition);
    this.#ports.onChange(partition, true);
  }

  /** Asking again would bring the same: only the user can help. */
  #tooLarge({ partition, version, ask }: FetchTask, message: string): void {
    if (!this.#ports.isCurrent(partition) || partition.version !== version) return;
    const where = `the records at offset ${ask.fetchOffset} of ${topicPartitionText(partition)}`;
    partition.fail({
      code: "RESPONSE_TOO_LARGE",
      message: `${where} do not fit into an answer: ${message}; seek behind them`,
    });
    this.#ports.onChange(partition, true);
  }

  #leaveReplicas(tasks: readonly FetchTask[]): void {
    for (const { partition, isFromFollower } of tasks) {
      if (!isFromFollower) continue;
      this.#places.leave(partition);
      this.#ports.intake.retries.keepToLeader(partition);
    }
  }

  /** True when the answer was for the place where the partition still is. */
  #isAwaited({ partition, version, ask }: FetchTask): boolean {
    const isForThisPlace = partition.version === version && partition.fetchPosition === ask.fetchOffset;
    return this.#ports.isCurrent(partition) && isForThisPlace && !this.#closed.signal.aborted;
  }

  async #take(task: FetchTask, fetched: FetchedPartition): Promise<boolean> {
    const { intake, onRecords } = this.#ports;
    const { partition } = task;
    if (!this.#isAwaited(task)) return false;
    const isRefused = fetched.errorCode !== 0 || fetched.divergingEpoch.endOffset >= 0n;
    if (isRefused) return this.#takeRefusal(task, fetched);
    const sentOn = this.#sentOn(task, fetched);
    if (sentOn) return sentOn === "follows";
    this.#accepted(task, fetched);
    const broughtAnything = await intake.take(partition, fetched);
    if (this.awaitRetry(partition)) return broughtAnything;
    const hasBytes = (fetched.records?.byteLength ?? 0) > 0;
    if (broughtAnything || !hasBytes) this.#paceOf(partition).worked();
    // Bytes, and nothing to make of them: asking again at once would bring the same.
    else if (!partition.halted && this.#ports.buffer.isEmpty(partition)) this.#slowDown(partition);
    if (broughtAnything) onRecords();
    return broughtAnything;
  }

  /** True when the partition was moved by it, and can be asked for again at once. */
  #takeRefusal(task: FetchTask, { errorCode, divergingEpoch }: FetchedPartition): boolean {
    const { partition, isFromFollower, ask } = task;
    if (fetchErrorMeaning(errorName(errorCode)) === "damaged") this.#takeDamage(task);
    // Whatever a follower refuses, the leader knows better: one that lags ends its epochs where its own log ends.
    else if (isFromFollower) this.#leaveReplicas([task]);
    else if (errorCode !== 0) this.#refused(partition, errorCode);
    else if (ask.lastFetchedEpoch !== undefined) {
      this.#ports.guard.diverged(partition, divergingEpoch);
      // It may say so of what it gave itself a moment ago, again and again.
      this.#slowDown(partition);
      return true;
    } else {
      // Nothing was told that could be compared: asking at once would be answered in the same way.
      this.#slowDown(partition);
      const message = `the leader of ${topicPartitionText(partition)} says where logs part, and was not asked`;
      partition.fail({ code: "UNEXPECTED_ANSWER", message }, { retry: "fetching" });
      this.#ports.onChange(partition, true);
    }
    return false;
  }

  /** The policy has its say. */
  #takeDamage({ partition, isFromFollower }: FetchTask): void {
    this.#ports.intake.takeReport(partition);
    this.awaitRetry(partition);
    // Whoever asks next, by itself or by hand, asks the leader.
    if (isFromFollower) this.#places.leave(partition);
  }

  /** The broker answered without an error: whatever kept the partition before is over, save for a damaged batch. */
  #accepted({ partition, ask, isFromFollower }: FetchTask, fetched: FetchedPartition): void {
    const { onChange } = this.#ports;
    partition.strayed = 0;
    // Who answers in this epoch is of it, so what it gives is of the leader's log.
    partition.validatedIn = ask.leaderEpoch;
    if (isFromFollower) this.#places.worked(partition);
    const endsMoved = this.#noteEnds(partition, fetched);
    if (!this.#served(partition, { isAwaited: true }) && endsMoved) onChange(partition, false);
  }

  /** True when that ended what kept the partition before; a damaged batch still stands in the way. */
  #served(partition: AssignedPartition, { isAwaited }: { readonly isAwaited: boolean }): boolean {
    if (!isAwaited || partition.progress.state !== "errored" || partition.halted) return false;
    partition.progress = { state: "fetching" };
    this.#ports.onChange(partition, true);
    return true;
  }

  /** The leader names a replica near by, and gives no records itself (KIP-392); one that is not known is not followed. */
  #sentOn(
    { partition, isFromFollower }: FetchTask,
    fetched: FetchedPartition,
  ): "follows" | "cannot" | undefined {
    const { preferredReadReplica, records } = fetched;
    if (preferredReadReplica < 0 || isFromFollower || (records?.byteLength ?? 0) > 0) return undefined;
    if (preferredReadReplica === partition.leaderId) return undefined;
    const follows = this.#places.follow(partition, preferredReadReplica);
    if (!follows) {
      this.#findReplica(partition);
      this.#slowDown(partition);
    }
    this.#noteEnds(partition, fetched);
    this.#ports.onChange(partition, true);
    return follows ? "follows" : "cannot";
  }

  /** A replica that came since metadata was asked for: it is known when the leader names it the next time. */
  #findReplica({ topic }: AssignedPartition): void {
    const request = { topics: [topic], timeoutMs: metadataPatienceMs, signal: this.#closed.signal };
    // Without an answer the leader is read as well.
    this.#ports.cluster.refreshMetadata(request).catch(() => undefined);
  }

  #noteEnds(partition: AssignedPartition, fetched: FetchedPartition): boolean {
    const { ends } = partition;
    const known = (offset: bigint) => (offset < 0n ? undefined : offset);
    partition.ends = {
      highWatermark: known(fetched.highWatermark) ?? ends.highWatermark,
      lastStableOffset: known(fetched.lastStableOffset) ?? ends.lastStableOffset,
      logStartOffset: known(fetched.logStartOffset) ?? ends.logStartOffset,
    };
    return (
      ends.highWatermark !== partition.ends.highWatermark ||
      ends.lastStableOffset !== partition.ends.lastStableOffset ||
      ends.logStartOffset !== partition.ends.logStartOffset
    );
  }

  #refused(partition: AssignedPartition, errorCode: number): void {
    const { cluster, guard, onChange } = this.#ports;
    const error = errorName(errorCode);
    const meaning = fetchErrorMeaning(error);
    if (meaning === "outOfRange") {
      // Again and again, or with something to deliver first: not at once.
      if (!guard.outOfRange(partition) || partition.strayed > 0) this.#slowDown(partition);
      onChange(partition, true);
      return;
    }
    if (meaning === "moved") cluster.forgetLeader(partition);
    this.#slowDown(partition);
    if (meaning === "moved" && this.#paceOf(partition).failures <= patientFailures) return;
    partition.fail(explainFetchError(error, topicPartitionText(partition)), { retry: "fetching" });
    onChange(partition, true);
  }

  #slowDown(partition: AssignedPartition): void {
    this.#paceOf(partition).failed(this.#ports.clock.now(), this.#ports.random);
  }

  #paceOf(partition: AssignedPartition): Pace {
    let pace = this.#paces.get(partition);
    if (!pace) {
      pace = new Pace(5_000);
      this.#paces.set(partition, pace);
    }
    return pace;
  }

  #findLeaders(homeless: readonly AssignedPartition[]): void {
    const { cluster, clock, random, onChange } = this.#ports;
    if (this.#isAskingMetadata) return;
    this.#isAskingMetadata = true;
    const topics = Array.from(new Set(homeless.map(({ topic }) => topic)));
    const done = (failure?: unknown) => {
      this.#isAskingMetadata = false;
      const lost = homeless.filter((partition) => cluster.leaderOf(partition) === undefined);
      if (lost.length === 0) this.#metadataPace.worked();
      else this.#metadataPace.failed(clock.now(), random);
      for (const partition of lost) {
        const pace = this.#paceOf(partition);
        pace.failures = this.#metadataPace.failures;
        pace.notBefore = this.#metadataPace.notBefore;
        if (pace.failures <= patientFailures || !this.#ports.isCurrent(partition)) continue;
        if (!isWanted(partition)) continue;
        partition.fail(noLeader(cluster, partition, failure), { retry: "fetching" });
        onChange(partition, true);
      }
      this.poke();
    };
    cluster
      .refreshMetadata({ topics, timeoutMs: metadataPatienceMs, signal: this.#closed.signal })
      .then(() => done(), done);
  }
}

function isWanted({ progress, isFlowing, fetchPosition }: AssignedPartition): boolean {
  if (!isFlowing || fetchPosition === undefined) return false;
  return progress.state === "fetching" || (progress.state === "errored" && progress.retry === "fetching");
}
