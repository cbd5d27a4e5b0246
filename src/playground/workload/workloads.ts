import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Random } from "#base/random.ts";
import type { CompressionName } from "#protocol/records/compression/codec.ts";
import type { Observe } from "#trace/observation.ts";
import type { BrokerWorkload } from "#trace/observations/broker.ts";
import type { LocalProducer } from "./localProducer.ts";
import { OrderSource } from "./orders.ts";

/** What to produce: a burst of `count`, or steadily until stopped. */
export interface WorkloadOptions {
  readonly topic: string;
  readonly pace: { readonly count: number } | { readonly recordsPerSecond: number };
  readonly partition?: number | undefined;
  readonly keys?: number | undefined;
  readonly skew?: number | undefined;
  readonly valueBytes?: number | undefined;
  readonly compression?: CompressionName | undefined;
}

interface Running {
  readonly workloadId: string;
  readonly options: WorkloadOptions;
  readonly source: OrderSource;
  readonly startedAt: number;
  produced: number;
  error: string | undefined;
  reportedAt: number;
  timer: Disposable | undefined;
}

const batchRecords = 500;
const reportIntervalMs = 1_000;
/** Fast enough to look steady, slow enough to make batches. */
const shortestTickMs = 50;

/** The producers of a playground: orders with skewed keys, at once or at a steady rate. */
export class Workloads {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #observe: Observe;
  readonly #producer: LocalProducer;
  readonly #running = new Map<string, Running>();
  #nextId = 1;

  constructor(deps: {
    readonly clock: Clock;
    readonly random: Random;
    readonly observe: Observe;
    readonly producer: LocalProducer;
  }) {
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#observe = deps.observe;
    this.#producer = deps.producer;
  }

  /** Ids of those that run. */
  get running(): readonly string[] {
    return Array.from(this.#running.keys());
  }

  /** Starts producing; `done` settles when a burst is through, or when a steady one was stopped or failed. */
  start(options: WorkloadOptions): { readonly workloadId: string; readonly done: Promise<void> } {
    const { keys = 100, skew = 1, valueBytes = 200 } = options;
    const workloadId = `workload-${this.#nextId++}`;
    const work: Running = {
      workloadId,
      options,
      source: new OrderSource(this.#random, { keys: Math.max(1, keys), skew: Math.max(0, skew), valueBytes }),
      startedAt: this.#clock.now(),
      produced: 0,
      error: undefined,
      reportedAt: Number.NEGATIVE_INFINITY,
      timer: undefined,
    };
    this.#running.set(workloadId, work);
    this.#report(work);
    const { pace } = options;
    const done = "count" in pace ? this.#burst(work, pace.count) : this.#steady(work, pace.recordsPerSecond);
    const ended = done
      .catch((error: unknown) => {
        work.error = error instanceof Error ? error.message : String(error);
        throw error;
      })
      .finally(() => this.stop(workloadId));
    // Whoever does not wait for it learns of a failure from the report.
    ended.catch(() => {});
    return { workloadId, done: ended };
  }

  /** False when it does not run (any more). */
  stop(workloadId: string): boolean {
    const work = this.#running.get(workloadId);
    if (!work) return false;
    this.#running.delete(workloadId);
    this.#report(work);
    work.timer?.dispose();
    return true;
  }

  dispose(): void {
    for (const workloadId of this.running) this.stop(workloadId);
  }

  async #burst(work: Running, count: number): Promise<void> {
    while (work.produced < count && this.#running.has(work.workloadId)) {
      await this.#produce(work, Math.min(batchRecords, count - work.produced));
      await this.#clock.yieldTurn();
    }
  }

  #steady(work: Running, recordsPerSecond: number): Promise<void> {
    const tickMs = Math.max(shortestTickMs, 1_000 / Math.max(recordsPerSecond, 0.001));
    return new Promise((resolve, reject) => {
      const tick = async () => {
        if (!this.#running.has(work.workloadId)) return;
        const elapsedMs = this.#clock.now() - work.startedAt;
        const due = Math.floor((elapsedMs * recordsPerSecond) / 1_000) + 1 - work.produced;
        // After a pause (a held produce, a sleeping laptop) it goes on at its rate instead of catching up at once.
        const atMost = Math.max(1, Math.ceil((recordsPerSecond * tickMs * 4) / 1_000));
        try {
          if (due > 0) await this.#produce(work, Math.min(due, atMost));
        } catch (error) {
          reject(error);
          return;
        }
        schedule();
      };
      const schedule = () => {
        const handle = this.#clock.schedule(tickMs, () => void tick());
        work.timer = {
          dispose: () => {
            handle.dispose();
            resolve();
          },
        };
        if (!this.#running.has(work.workloadId)) work.timer.dispose();
      };
      void tick();
    });
  }

  async #produce(work: Running, count: number): Promise<void> {
    const { topic, partition, compression } = work.options;
    const now = this.#clock.now();
    const records = Array.from({ length: count }, () => work.source.next(now));
    await this.#producer.produce({ topic, partition, compression, records });
    work.produced += count;
    if (this.#running.has(work.workloadId) && now - work.reportedAt >= reportIntervalMs) this.#report(work);
  }

  #report(work: Running): void {
    const { pace, topic } = work.options;
    work.reportedAt = this.#clock.now();
    const body: BrokerWorkload = {
      type: "broker.workload",
      workloadId: work.workloadId,
      topic,
      recordsPerSecond: "count" in pace ? undefined : pace.recordsPerSecond,
      produced: work.produced,
      running: this.#running.has(work.workloadId),
      error: work.error,
    };
    this.#observe(body);
  }
}
