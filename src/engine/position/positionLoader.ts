import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Random } from "#base/random.ts";
import type { TopicPartitionMap } from "#base/topicPartition.ts";
import type { Place, ResetPolicy } from "../consumerOptions.ts";
import type { AssignedPartition, HaltedBatch } from "./assignedPartition.ts";
import { type CommittedLookup, lookUpCommitted } from "./committedOffsets.ts";
import { type EpochAnswer, lookUpEpochEnds } from "./epochLookup.ts";
import {
  endTimestamp,
  lookUpOffsets,
  type OffsetAnswer,
  type OffsetLookup,
  startTimestamp,
} from "./offsetLookup.ts";
import { type Answers, endsOf, fixPlace, locate, questionsOf, timestampOf } from "./places.ts";
import type { PositionSource, ResetSource } from "./positionSource.ts";
import { chooseReset } from "./reset.ts";
import { nowhereToReset, type ResetDone, resetDone } from "./resetReport.ts";

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
  /** The log of the leader lacks what was read up to the position: it ends where the logs part. */
  readonly onTruncated: (
    partition: AssignedPartition,
    end: { readonly endOffset: bigint; readonly epoch: number },
  ) => void;
  /** The position is of a topic that was deleted: this leader never led in its epoch. */
  readonly onForeignEpoch: (partition: AssignedPartition) => void;
}

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
/** How often a position that the log has may be called out of range before the policy is followed all the same. */
const patientStrays = 3;

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
    const places: Task[] = [];
    const committed: Task[] = [];
    const validations: (Task & { readonly epoch: number })[] = [];
    for (const task of due) {
      const { source } = task;
      if (source.kind === "committed") committed.push(task);
      else if (source.kind === "validation") validations.push({ ...task, epoch: source.epoch });
      else if (source.kind === "offset") this.#found(task, source.offset);
      else places.push(task);
    }
    this.#askCommitted(committed);
    this.#askEpochs(validations);
    this.#askPlaces(places);
  }

  #askCommitted(tasks: readonly Task[]): void {
    const { committed } = this.#ports;
    if (tasks.length === 0) return;
    if (!committed) {
      for (const task of tasks) this.#withoutCommitted(task);
      return;
    }
    const keys = tasks.map(({ partition }) => partition);
    this.#ask(tasks, lookUpCommitted(committed, keys, this.#closed.signal), (task, answers) => {
      const answer = answers.get(task.partition);
      if (!answer?.ok) this.#failed(task, answer);
      else if (answer.offset === undefined) this.#withoutCommitted(task);
      else {
        task.partition.committedOffset = answer.offset;
        // The assignment gave it the id that was known then, if any. The offset is a place in the topic that was asked about
        // since: with an older id it would be given up as one of a topic that is gone, and with none the next id that is
        // heard of would pass for this topic's own, as long as nothing is fetched.
        task.partition.topicId = answer.topicId ?? task.partition.topicId;
        this.#found(task, answer.offset, { leaderEpoch: answer.leaderEpoch });
      }
    });
  }

  #withoutCommitted(task: Task): void {
    const { partition, source } = task;
    if (source.kind !== "committed") return;
    partition.committedOffset = undefined;
    const { remembered, else: otherwise, because } = source;
    if (remembered !== undefined) {
      this.#found(task, remembered.position, { leaderEpoch: remembered.leaderEpoch });
    } else if (otherwise === undefined) {
      partition.fail({
        code: "NO_COMMITTED_OFFSET",
        message:
          "the group has committed no offset here, and nothing else was chosen to begin at: seek to where it is to begin",
      });
      this.#ports.onFailed(partition);
    } else {
      const now = this.#ports.clock.now();
      const policy = policyOf(otherwise);
      const sinceMs = otherwise.kind === "duration" ? now - otherwise.backMs : undefined;
      const reset = { kind: "reset", cause: "noCommittedOffset", from: undefined, sinceMs, because } as const;
      partition.reload(policy === undefined ? fixPlace(otherwise, now) : { ...reset, policy });
    }
  }

  /** Whatever of ListOffsets is needed for several partitions is asked for together. */
  #askPlaces(tasks: readonly Task[]): void {
    const questions = new Map<bigint, AssignedPartition[]>();
    for (const { partition, source } of tasks) {
      for (const question of questionsAbout(source)) {
        const same = questions.get(question);
        if (same) same.push(partition);
        else questions.set(question, [partition]);
      }
    }
    if (tasks.length === 0) return;
    const asked = Promise.all(
      Array.from(questions, async ([question, partitions]) => {
        const answers = await lookUpOffsets(this.#ports.offsets, partitions, question, this.#closed.signal);
        return [question, answers] as const;
      }),
    );
    this.#ask(tasks, asked, (task, all) => {
      const answered = new Map<bigint, TopicPartitionMap<OffsetAnswer>>(all);
      const answers: Answers = (question) => answered.get(question)?.get(task.partition);
      const { source } = task;
      if (source.kind === "reset") this.#reset(task, source, answers);
      else if (source.kind !== "committed" && source.kind !== "validation") {
        const located = locate(source, answers);
        if (located.ok) this.#found(task, located.offset);
        else this.#failed(task, located);
      }
    });
  }

  /** Both ends are asked for: only so can be said what is lost. */
  #reset(task: Task, source: ResetSource, answers: Answers): void {
    const { partition } = task;
    const ends = endsOf(answers);
    const byTime = source.sinceMs === undefined ? undefined : answers(timestampOf(source.sinceMs));
    if (!ends.ok || byTime?.ok === false) {
      this.#failed(task, ends.ok ? byTime : ends);
      return;
    }
    const mayBeInRange = partition.strayed < patientStrays;
    const target = chooseReset(source, { ...ends, byTime: byTime?.offset }, { mayBeInRange });
    switch (target.kind) {
      case "inRange":
        // Whoever answered so was behind, or could not make anything of the epoch: nothing is lost.
        partition.strayed++;
        partition.goOn();
        this.#pace.delete(partition);
        this.#ports.onFound(partition, undefined);
        return;
      case "none":
        partition.fail(nowhereToReset(partition, source, { ...ends, lost: target.lost }));
        this.#ports.onFailed(partition);
        return;
      case "move":
        this.#found(task, target.to, { reset: resetDone(partition, source, target) });
    }
  }

  #askEpochs(tasks: readonly (Task & { readonly epoch: number })[]): void {
    if (tasks.length === 0) return;
    const questions = tasks.map(({ partition: { topic, partition }, epoch }) => ({
      topic,
      partition,
      epoch,
    }));
    const asked = lookUpEpochEnds(this.#ports.offsets, questions, this.#closed.signal);
    this.#ask(tasks, asked, (task, answers) => {
      const answer = answers.get(task.partition);
      if (answer?.ok) this.#validated(task.partition, answer);
      else this.#failed(task, answer);
    });
  }

  #validated(partition: AssignedPartition, { end, leaderEpoch }: Extract<EpochAnswer, { ok: true }>): void {
    const { fetchPosition, fetchEpoch } = partition;
    this.#pace.delete(partition);
    const isForeign =
      end === undefined &&
      fetchEpoch !== undefined &&
      leaderEpoch !== undefined &&
      // Leader epochs only grow, as long as a topic lives.
      fetchEpoch > leaderEpoch;
    if (isForeign) this.#ports.onForeignEpoch(partition);
    else if (end !== undefined && fetchPosition !== undefined && end.endOffset < fetchPosition) {
      this.#ports.onTruncated(partition, end);
    } else {
      partition.goOn(end === undefined ? {} : { validatedIn: leaderEpoch });
      this.#ports.onFound(partition, undefined);
    }
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
    detail: { readonly leaderEpoch?: number | undefined; readonly reset?: ResetDone } = {},
  ): void {
    this.#pace.delete(partition);
    const passed = partition.unresolved;
    partition.moveTo(offset, detail.leaderEpoch);
    partition.strayed = 0;
    this.#ports.onFound(partition, detail.reset, passed);
  }

  #failed({ partition, source }: Task, answer: OffsetAnswer | EpochAnswer | undefined): void {
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

function questionsAbout(source: PositionSource): readonly bigint[] {
  if (source.kind === "committed" || source.kind === "validation") return [];
  if (source.kind !== "reset") return questionsOf(source);
  const ends = [startTimestamp, endTimestamp];
  return source.sinceMs === undefined ? ends : [...ends, timestampOf(source.sinceMs)];
}

/** To begin at an end, or by a duration, is what a reset policy says; an offset or a time is a place. */
function policyOf(otherwise: Place): ResetPolicy | undefined {
  if (otherwise.kind === "start" || otherwise.kind === "end") return otherwise.kind;
  return otherwise.kind === "duration" ? { backMs: otherwise.backMs } : undefined;
}
