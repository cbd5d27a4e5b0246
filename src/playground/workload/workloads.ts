import { CancelledError, type Clock, sleep } from "#base/clock.ts";
import { type Random, randomInt, seededRandom } from "#base/random.ts";
import type { Observe } from "#trace/observation.ts";
import { PlaygroundError } from "../playgroundError.ts";
import type { LocalProducer } from "./localProducer.ts";
import type { LocalTransaction, LocalTransactionOptions } from "./localTransaction.ts";
import { type Outlet, plainOutlet, TransactionOutlet } from "./outlet.ts";
import { dueBy, peakOf, rateAt, type Schedule } from "./pace.ts";
import { type MadeRecord, RecordSource } from "./recordSource.ts";
import { loadSamples } from "./samples/loadSamples.ts";
import { type WorkloadOptions, workloadDefaults, workloadProblem, workloadText } from "./workloadOptions.ts";

/** What producing needs of the playground. */
export interface WorkloadDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly observe: Observe;
  readonly producer: LocalProducer;
  readonly beginTransaction: (options: LocalTransactionOptions) => Promise<LocalTransaction>;
}

interface Running {
  readonly workloadId: string;
  readonly options: WorkloadOptions;
  /** Draws whatever this workload draws, so that others beside it change nothing. */
  readonly random: Random;
  readonly outlet: Outlet;
  readonly stopped: AbortController;
  readonly counts: { produced: number; bytes: number; tombstones: number; poisoned: number };
  rate: number | undefined;
  error: string | undefined;
  reportedAt: number;
}

/** Batches stay small enough for the worker to take its turns, and for Kafka to take them. */
const batchLimit = { records: 250, bytes: 500_000 };
const reportIntervalMs = 1_000;
/** Fast enough to look steady, slow enough to make batches. */
const tick = { shortestMs: 50, longestMs: 200 };

/** The producers of a playground. */
export class Workloads {
  readonly #deps: WorkloadDeps;
  readonly #running = new Map<string, Running>();
  #nextId = 1;

  constructor(deps: WorkloadDeps) {
    this.#deps = deps;
  }

  /** Ids of those that run. */
  get running(): readonly string[] {
    return Array.from(this.#running.keys());
  }

  /**
   * Starts producing; `done` settles when a burst is through, or when another one was stopped or failed. Throws
   * PlaygroundError when the options cannot be.
   */
  start(options: WorkloadOptions): { readonly workloadId: string; readonly done: Promise<void> } {
    const problem = workloadProblem(options);
    if (problem !== undefined)
      throw new PlaygroundError("NOT_POSSIBLE", `The producer cannot start: ${problem}.`);
    const workloadId = `workload-${this.#nextId++}`;
    const random = seededRandom(options.seed ?? randomInt(this.#deps.random, 2 ** 31));
    const work: Running = {
      workloadId,
      options,
      random,
      outlet: this.#outlet(options, { workloadId, random }),
      stopped: new AbortController(),
      counts: { produced: 0, bytes: 0, tombstones: 0, poisoned: 0 },
      rate: options.pace.kind === "burst" ? undefined : rateAt(options.pace, 0),
      error: undefined,
      reportedAt: Number.NEGATIVE_INFINITY,
    };
    this.#running.set(workloadId, work);
    this.#report(work);
    const done = this.#run(work).finally(() => this.stop(workloadId));
    // Whoever does not wait for it learns of a failure from the report.
    done.catch(() => {});
    return { workloadId, done };
  }

  /** False when it does not run (any more). */
  stop(workloadId: string): boolean {
    const work = this.#running.get(workloadId);
    if (!work) return false;
    this.#running.delete(workloadId);
    work.stopped.abort();
    this.#report(work);
    return true;
  }

  dispose(): void {
    for (const workloadId of this.running) this.stop(workloadId);
  }

  #outlet(
    options: WorkloadOptions,
    { workloadId, random }: { readonly workloadId: string; readonly random: Random },
  ): Outlet {
    const { clock, producer, beginTransaction } = this.#deps;
    const { transactions, topic } = options;
    if (!transactions) return plainOutlet(options, producer);
    const transactionalId = `${topic}-${workloadId}`;
    return new TransactionOutlet(
      { ...options, transactions },
      { clock, random, transactionalId, begin: beginTransaction },
    );
  }

  async #run(work: Running): Promise<void> {
    const { options, random, outlet, stopped } = work;
    const { sample = workloadDefaults.sample, pace } = options;
    try {
      const { fakeSample } = await loadSamples();
      const source = new RecordSource(options, fakeSample(sample, random), random);
      if (pace.kind === "burst") await this.#produce(work, source, pace.count);
      else await this.#follow(work, source, pace);
      await outlet.finish();
    } catch (error) {
      if (stopped.signal.aborted) return;
      work.error = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  async #follow(work: Running, source: RecordSource, schedule: Schedule): Promise<void> {
    const { clock } = this.#deps;
    const { signal } = work.stopped;
    const { lastsMs = Number.POSITIVE_INFINITY } = work.options;
    const startedAt = clock.now();
    // The first record of a rate is due at once; bursts say themselves what is.
    const first = schedule.kind === "bursts" ? 0 : 1;
    while (!signal.aborted) {
      const elapsedMs = Math.min(clock.now() - startedAt, lastsMs);
      work.rate = rateAt(schedule, elapsedMs);
      const tickMs = Math.min(tick.longestMs, Math.max(tick.shortestMs, 1_000 / Math.max(work.rate, 1)));
      const due = Math.floor(dueBy(schedule, elapsedMs)) + first - work.counts.produced;
      await this.#produce(work, source, Math.min(due, atMost(schedule, tickMs)));
      if (elapsedMs >= lastsMs) return;
      try {
        await sleep(clock, tickMs, signal);
      } catch (error) {
        if (CancelledError.is(error)) break;
        throw error;
      }
    }
  }

  async #produce(work: Running, source: RecordSource, count: number): Promise<void> {
    const { clock } = this.#deps;
    const { counts, stopped, outlet } = work;
    const until = counts.produced + count;
    while (counts.produced < until && !stopped.signal.aborted) {
      const records = takeBatch(source, until - counts.produced, clock.now());
      await outlet.send(records, stopped.signal);
      addTo(counts, records);
      if (this.#running.has(work.workloadId) && clock.now() - work.reportedAt >= reportIntervalMs) {
        this.#report(work);
      }
      await clock.yieldTurn();
    }
  }

  #report(work: Running): void {
    const { workloadId, options, outlet, counts, rate, error } = work;
    work.reportedAt = this.#deps.clock.now();
    this.#deps.observe({
      type: "broker.workload",
      workloadId,
      topic: options.topic,
      description: workloadText(options),
      recordsPerSecond: rate === undefined ? undefined : Math.round(rate * 10) / 10,
      ...counts,
      aborted: outlet.aborted,
      running: this.#running.has(workloadId),
      error,
    });
  }
}

/** After a pause (a held produce, a sleeping laptop) it goes on not much faster than its rate. */
function atMost(schedule: Schedule, tickMs: number): number {
  const peak = peakOf(schedule);
  return schedule.kind === "bursts" ? peak : Math.max(1, Math.ceil((peak * tickMs * 4) / 1_000));
}

function takeBatch(source: RecordSource, count: number, nowMs: number): readonly MadeRecord[] {
  const records: MadeRecord[] = [];
  let bytes = 0;
  while (records.length < Math.min(count, batchLimit.records) && bytes < batchLimit.bytes) {
    const record = source.next(nowMs);
    records.push(record);
    bytes += bytesOf(record);
  }
  return records;
}

function addTo(counts: Running["counts"], records: readonly MadeRecord[]): void {
  counts.produced += records.length;
  for (const record of records) {
    counts.bytes += bytesOf(record);
    if (record.is === "tombstone") counts.tombstones++;
    if (record.is === "poison") counts.poisoned++;
  }
}

function bytesOf({ key, value }: MadeRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}
