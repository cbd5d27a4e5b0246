import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Random } from "#base/random.ts";
import type { TopicPartitionMap } from "#base/topicPartition.ts";
import type { AssignedPartition, HaltedBatch, PositionSource, ResetCause } from "./assignedPartition.ts";
import { type CommittedLookup, lookUpCommitted } from "./committedOffsets.ts";
import {
  endTimestamp,
  lookUpOffsets,
  type OffsetAnswer,
  type OffsetLookup,
  startTimestamp,
} from "./offsetLookup.ts";
import { chooseReset } from "./reset.ts";

/** A position that was reset, with what is known about what lies between. */
export interface ResetDone {
  readonly cause: ResetCause;
  readonly policy: string;
  readonly from: bigint | undefined;
  readonly to: bigint;
  readonly lostRecords: bigint | undefined;
}

/** What the loader needs of the consumer it belongs to. */
export interface PositionLoaderPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly offsets: OffsetLookup;
  /** Undefined without a group. */
  readonly committed: CommittedLookup | undefined;
  readonly partitions: () => Iterable<AssignedPartition>;
  readonly isCurrent: (partition: AssignedPartition) => boolean;
  /** A commit of this partition still has to go out: asking for its committed offset would be too early. */
  readonly mustWait: (partition: AssignedPartition) => boolean;
  /** `passed` is a rejected batch that the new position leaves behind or ahead. */
  readonly onFound: (
    partition: AssignedPartition,
    reset: ResetDone | undefined,
    passed?: HaltedBatch | undefined,
  ) => void;
  readonly onFailed: (partition: AssignedPartition) => void;
}

type Answers = TopicPartitionMap<OffsetAnswer>;
type Ends = readonly [start: OffsetAnswer | undefined, end: OffsetAnswer | undefined];

interface Task {
  readonly partition: AssignedPartition;
  readonly source: PositionSource;
  readonly version: number;
}

interface Pace {
  readonly failures: number;
  readonly notBefore: number;
}

/** Answers that may be different soon are not shown as an error before the third in a row. */
const patientFailures = 2;

/**
 * Finds the position of every partition that is loading, partitions together, and applies what it finds unless the
 * partition was moved or given up in the meantime. Failures are tried again, slower and slower, for as long as the
 * partition is there.
 */
export class PositionLoader {
  readonly #ports: PositionLoaderPorts;
  readonly #asking = new Set<AssignedPartition>();
  readonly #pace = new WeakMap<AssignedPartition, Pace>();
  readonly #closed = new AbortController();
  #timer: Disposable | undefined;

  constructor(ports: PositionLoaderPorts) {
    this.#ports = ports;
  }

  /** To be called when a partition began to load, or what held it back is gone. */
  poke(): void {
    if (this.#closed.signal.aborted) return;
    const due: Task[] = [];
    let next = Number.POSITIVE_INFINITY;
    const now = this.#ports.clock.now();
    for (const partition of this.#ports.partitions()) {
      const source = sourceOf(partition);
      if (!source || this.#asking.has(partition)) continue;
      if (source.kind === "committed" && this.#ports.mustWait(partition)) continue;
      const notBefore = this.#pace.get(partition)?.notBefore ?? 0;
      if (notBefore <= now) due.push({ partition, source, version: partition.version });
      else next = Math.min(next, notBefore);
    }
    this.#timer?.dispose();
    if (next < Number.POSITIVE_INFINITY) {
      this.#timer = this.#ports.clock.schedule(next - now, () => this.poke());
    }
    this.#start(due);
  }

  close(): void {
    this.#closed.abort();
    this.#timer?.dispose();
  }

  #start(due: readonly Task[]): void {
    const of = (...kinds: readonly PositionSource["kind"][]) =>
      due.filter(({ source }) => kinds.includes(source.kind));
    this.#askCommitted(of("committed"));
    this.#askOne(of("start"), startTimestamp);
    this.#askOne(of("end"), endTimestamp);
    this.#askReset(of("reset"));
    for (const task of of("offset")) {
      if (task.source.kind === "offset") this.#found(task, task.source.offset);
    }
    const times = new Map<number, Task[]>();
    for (const task of of("timestamp")) {
      if (task.source.kind !== "timestamp") continue;
      const same = times.get(task.source.timestampMs);
      if (same) same.push(task);
      else times.set(task.source.timestampMs, [task]);
    }
    for (const [timestampMs, tasks] of times) this.#askOne(tasks, BigInt(Math.floor(timestampMs)));
  }

  #askCommitted(tasks: readonly Task[]): void {
    const { committed } = this.#ports;
    if (tasks.length === 0) return;
    if (!committed) {
      for (const task of tasks) this.#withoutCommitted(task);
      return;
    }
    const keys = tasks.map(({ partition }) => partition);
    this.#ask(tasks, lookUpCommitted(committed, keys, this.#closed.signal), (task, answers: Answers) => {
      const answer = answers.get(task.partition);
      if (!answer?.ok) this.#failed(task, answer);
      else if (answer.offset === undefined) this.#withoutCommitted(task);
      else this.#found(task, answer.offset, { committedOffset: answer.offset });
    });
  }

  #withoutCommitted({ partition, source }: Task): void {
    if (source.kind !== "committed") return;
    partition.committedOffset = undefined;
    const otherwise = source.else;
    if (source.remembered !== undefined) {
      partition.moveTo(source.remembered);
      this.#ports.onFound(partition, undefined);
    } else if (otherwise === undefined) {
      partition.fail({
        code: "NO_COMMITTED_OFFSET",
        message:
          "the group has committed no offset here, and nothing else was chosen to begin at: seek to where it is to begin",
      });
      this.#ports.onFailed(partition);
    } else if (otherwise.kind === "start" || otherwise.kind === "end") {
      const policy = otherwise.kind;
      partition.reload({ kind: "reset", policy, cause: "noCommittedOffset", from: undefined });
    } else {
      partition.reload(otherwise);
    }
  }

  /** One end of the log, or the first record at a time; after the last record that is the end. */
  #askOne(tasks: readonly Task[], timestamp: bigint): void {
    if (tasks.length === 0) return;
    const asked = lookUpOffsets(
      this.#ports.offsets,
      tasks.map(({ partition }) => partition),
      timestamp,
      this.#closed.signal,
    );
    this.#ask(tasks, asked, (task, answers: Answers) => {
      const answer = answers.get(task.partition);
      if (!answer?.ok) this.#failed(task, answer);
      else if (answer.offset === undefined) task.partition.reload({ kind: "end" });
      else this.#found(task, answer.offset);
    });
  }

  /** Both ends are asked for: only so can be said what is lost. */
  #askReset(tasks: readonly Task[]): void {
    if (tasks.length === 0) return;
    const keys = tasks.map(({ partition }) => partition);
    const ask = (timestamp: bigint) =>
      lookUpOffsets(this.#ports.offsets, keys, timestamp, this.#closed.signal);
    this.#ask(tasks, Promise.all([ask(startTimestamp), ask(endTimestamp)]), (task, [starts, ends]) => {
      this.#reset(task, [starts.get(task.partition), ends.get(task.partition)]);
    });
  }

  #reset(task: Task, [start, end]: Ends): void {
    const { source } = task;
    if (source.kind !== "reset") return;
    if (!start?.ok || !end?.ok) {
      this.#failed(task, start?.ok ? end : start);
      return;
    }
    const { to, lostRecords } = chooseReset(source, start.offset ?? 0n, end.offset ?? 0n);
    const { cause, policy, from } = source;
    this.#found(task, to, { reset: { cause, policy, from, to, lostRecords } });
  }

  #ask<T>(tasks: readonly Task[], asked: Promise<T>, apply: (task: Task, answer: T) => void): void {
    for (const { partition } of tasks) this.#asking.add(partition);
    const done = (each: (task: Task) => void) => {
      for (const task of tasks) {
        this.#asking.delete(task.partition);
        const isWanted = this.#ports.isCurrent(task.partition) && task.partition.version === task.version;
        if (isWanted && !this.#closed.signal.aborted) each(task);
      }
      this.poke();
    };
    asked.then(
      (answer) => done((task) => apply(task, answer)),
      // Look-ups answer for every partition instead of rejecting.
      () => done((task) => this.#failed(task, undefined)),
    );
  }

  #found(
    { partition }: Task,
    offset: bigint,
    detail: { readonly committedOffset?: bigint; readonly reset?: ResetDone } = {},
  ): void {
    this.#pace.delete(partition);
    if (detail.committedOffset !== undefined) partition.committedOffset = detail.committedOffset;
    const passed = partition.unresolved;
    partition.moveTo(offset);
    this.#ports.onFound(partition, detail.reset, passed);
  }

  #failed({ partition, source }: Task, answer: OffsetAnswer | undefined): void {
    const { clock, random } = this.#ports;
    const failures = (this.#pace.get(partition)?.failures ?? 0) + 1;
    const isHopeful = answer === undefined || answer.ok || answer.retriable;
    const ceiling = isHopeful ? Math.min(5_000, 100 * 2 ** Math.min(failures - 1, 8)) : 10_000;
    const notBefore = clock.now() + ceiling / 2 + (ceiling / 2) * random.next();
    this.#pace.set(partition, { failures, notBefore });
    if (isHopeful && failures <= patientFailures) return;
    const error = answer && !answer.ok ? answer.error : undefined;
    partition.fail(error ?? { code: "NO_ANSWER", message: "its position could not be looked up" }, {
      retry: "loading",
      source,
    });
    this.#ports.onFailed(partition);
  }
}

function sourceOf({ progress }: AssignedPartition): PositionSource | undefined {
  if (progress.state === "loading") return progress.source;
  return progress.state === "errored" && progress.retry === "loading" ? progress.source : undefined;
}
