import { type Clock, sleep, withDeadline } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import type { Observe } from "#trace/observation.ts";
import type { Place, SeekTarget } from "../consumerOptions.ts";
import { EngineError } from "../engineError.ts";
import type { RecordBuffer } from "../fetch/recordBuffer.ts";
import { offsetProblem } from "../numberProblem.ts";
import type { AssignedPartition } from "./assignedPartition.ts";
import { type CommittedLookup, lookUpCommitted } from "./committedOffsets.ts";
import {
  endTimestamp,
  lookUpOffsets,
  type OffsetAnswer,
  type OffsetLookup,
  startTimestamp,
} from "./offsetLookup.ts";
import type { PartitionTable } from "./partitionTable.ts";
import { endsOf, fixPlace, type Located, locate, questionsOf, within } from "./places.ts";
import type { FixedPlace } from "./positionSource.ts";

/** A position that was moved on purpose. */
export interface Moved {
  /** Undefined when it was not known yet. */
  readonly from: bigint | undefined;
  readonly to: bigint;
}

/** What seeking needs of the consumer it belongs to. */
export interface SeekerPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly observe: Observe;
  readonly sessionId: string;
  readonly table: PartitionTable;
  readonly buffer: RecordBuffer;
  readonly offsets: OffsetLookup;
  /** Undefined without a group. */
  readonly committed: CommittedLookup | undefined;
  readonly closed: AbortSignal;
  readonly onMoved: (partition: AssignedPartition) => void;
}

const patienceMs = 30_000;
const positionPatienceMs = 5_000;

/**
 * Moves positions on the user's word. A special place (an end, a time, what is committed) is looked up first, and only a real offset ever
 * reaches the cursor; paused or not makes no difference. Of several orders for a partition the last one counts.
 */
export class Seeker {
  readonly #ports: SeekerPorts;
  readonly #lastOrder = new WeakMap<AssignedPartition, object>();

  constructor(ports: SeekerPorts) {
    this.#ports = ports;
  }

  /** Rejects with EngineError, or CancelledError, when the position was not moved. */
  async seek(key: TopicPartition, target: SeekTarget): Promise<Moved> {
    const partition = this.partition(key);
    const isStillWanted = this.order(partition);
    const to = await this.resolve(partition, target);
    isStillWanted();
    const from = partition.position;
    this.move(partition, to);
    return { from, to };
  }

  /** Throws EngineError `NOT_ASSIGNED`. */
  partition(key: TopicPartition): AssignedPartition {
    const partition = this.#ports.table.get(key);
    if (partition) return partition;
    throw notAssigned(key);
  }

  /** Replaces earlier orders. Gives the check to make before the cursor moves; it throws when there is a later one. */
  order(partition: AssignedPartition): () => void {
    const order = {};
    this.#lastOrder.set(partition, order);
    return () => {
      if (!this.#ports.table.isCurrent(partition)) throw notAssigned(partition);
      if (this.#lastOrder.get(partition) !== order) {
        const what = topicPartitionText(partition);
        throw new EngineError("SUPERSEDED", `a later order moved the position of ${what}`);
      }
    };
  }

  /** Waits for the position to be known, but not for long: whoever moves it anyway need not know. */
  async positioned(partition: AssignedPartition, signal?: AbortSignal): Promise<void> {
    const { clock, closed, table } = this.#ports;
    const deadlineAt = clock.now() + positionPatienceMs;
    const isOnItsWay = () => partition.progress.state === "loading" && partition.position === undefined;
    while (isOnItsWay() && table.isCurrent(partition) && clock.now() < deadlineAt) {
      await sleep(clock, 20, signal ? AbortSignal.any([closed, signal]) : closed);
    }
  }

  /** The offset of a place, by what the log has now. */
  async resolve(partition: AssignedPartition, target: SeekTarget, signal?: AbortSignal): Promise<bigint> {
    const problem = target.kind === "offset" ? offsetProblem(target.offset) : undefined;
    if (problem !== undefined) {
      throw new EngineError("INVALID_TARGET", `${problem}: choose start, end, or an offset`);
    }
    const { clock, random, offsets, closed } = this.#ports;
    const place = isPlace(target) ? fixPlace(target, clock.now()) : target;
    const limit = signal ? AbortSignal.any([closed, signal]) : closed;
    const deadlineAt = clock.now() + patienceMs;
    for (let attempt = 0; ; attempt++) {
      const asked =
        place.kind === "committed"
          ? this.#askCommitted(partition, limit)
          : this.#ask(offsets, partition, place, limit);
      const located = await withDeadline(clock, asked, { what: "seek", deadlineAt, signal: limit });
      if (located.ok) return located.offset;
      const isOver = clock.now() >= deadlineAt || !located.retriable;
      if (isOver || !this.#ports.table.isCurrent(partition)) {
        throw new EngineError("OFFSETS_UNKNOWN", located.error.message);
      }
      const ceiling = Math.min(2_000, 100 * 2 ** Math.min(attempt, 8));
      await sleep(clock, ceiling / 2 + (ceiling / 2) * random.next(), limit);
    }
  }

  async #askCommitted(partition: AssignedPartition, signal: AbortSignal): Promise<Located> {
    const { committed } = this.#ports;
    const what = topicPartitionText(partition);
    if (!committed) {
      throw new EngineError(
        "NO_GROUP",
        `this consumer reads ${what} without a group, so nothing is committed: seek to start, end, or an offset`,
      );
    }
    const answer = (await lookUpCommitted(committed, [partition], signal)).get(partition);
    if (answer?.ok === false) return answer;
    if (answer?.offset !== undefined) return { ok: true, offset: answer.offset };
    const message = `${committed.groupId} has committed nothing of ${what}: commit first, or seek to start, end, or an offset`;
    return { ok: false, error: { code: "NOTHING_COMMITTED", message }, retriable: false };
  }

  async #ask(
    offsets: OffsetLookup,
    partition: AssignedPartition,
    place: FixedPlace | Step,
    signal: AbortSignal,
  ): Promise<Located> {
    const questions = place.kind === "step" ? [startTimestamp, endTimestamp] : questionsOf(place);
    const asked = await Promise.all(
      questions.map(async (question) => {
        const answers = await lookUpOffsets(offsets, [partition], question, signal);
        return [question, answers.get(partition)] as const;
      }),
    );
    const byQuestion = new Map<bigint, OffsetAnswer | undefined>(asked);
    const answers = (question: bigint) => byQuestion.get(question);
    if (place.kind !== "step") return locate(place, answers);
    const ends = endsOf(answers);
    if (!ends.ok) return ends;
    const { position } = partition;
    if (position !== undefined) return { ok: true, offset: within(position + place.by, ends) };
    const message = `${topicPartitionText(partition)} has no position yet to count from`;
    return { ok: false, error: { code: "NO_POSITION", message }, retriable: true };
  }

  /** Both cursors, at once. */
  move(partition: AssignedPartition, to: bigint): void {
    const { buffer, observe, sessionId, onMoved } = this.#ports;
    const { unresolved, topic, partition: index } = partition;
    partition.moveTo(to);
    partition.strayed = 0;
    buffer.drop(partition, "seeked");
    if (unresolved) {
      const { baseOffset } = unresolved;
      observe({ type: "fetch.batchResolved", sessionId, topic, partition: index, baseOffset, how: "seeked" });
    }
    onMoved(partition);
  }
}

type Step = Extract<SeekTarget, { readonly kind: "step" }>;

function isPlace(target: SeekTarget): target is Place {
  return target.kind !== "step" && target.kind !== "committed";
}

function notAssigned(key: TopicPartition): EngineError {
  return new EngineError("NOT_ASSIGNED", `${topicPartitionText(key)} is not assigned to this consumer`);
}
