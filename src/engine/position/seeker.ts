import { type Clock, sleep, withDeadline } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import type { Observe } from "#trace/observation.ts";
import type { SeekTarget } from "../consumerOptions.ts";
import { EngineError } from "../engineError.ts";
import type { RecordBuffer } from "../fetch/recordBuffer.ts";
import type { AssignedPartition } from "./assignedPartition.ts";
import { endTimestamp, lookUpOffsets, type OffsetLookup, startTimestamp } from "./offsetLookup.ts";
import type { PartitionTable } from "./partitionTable.ts";

/** A position that was moved on purpose. */
export interface Moved {
  /** Undefined when it was not known yet. */
  readonly from: bigint | undefined;
  readonly to: bigint;
}

/** What skipping to the end would leave out. */
export interface SkipPreview extends Moved {
  /** Offsets between the two: at most this many records. */
  readonly offsets: bigint | undefined;
  /** Of those, already here. */
  readonly bufferedRecords: number;
  readonly bufferedBytes: number;
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
  readonly closed: AbortSignal;
  readonly onMoved: (partition: AssignedPartition) => void;
}

const patienceMs = 30_000;

/**
 * Moves positions on the user's word. A special place (an end, a time) is looked up first, and only a real offset ever
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
    const partition = this.#partition(key);
    const isStillWanted = this.#order(partition);
    const to = await this.#resolve(partition, target);
    isStillWanted();
    const from = partition.position;
    this.#move(partition, to);
    return { from, to };
  }

  async previewSkipToEnd(key: TopicPartition): Promise<SkipPreview> {
    const partition = this.#partition(key);
    const end = await this.#resolve(partition, { kind: "end" });
    const from = partition.position;
    // Never backwards: with read_committed the end may lie before what was delivered.
    const to = from !== undefined && from > end ? from : end;
    const { records, bytes } = this.#ports.buffer.countsOf(partition);
    return {
      from,
      to,
      offsets: from === undefined ? undefined : to - from,
      bufferedRecords: records,
      bufferedBytes: bytes,
    };
  }

  /** Doing it again without new records changes nothing. */
  async skipToEnd(key: TopicPartition): Promise<Moved> {
    const partition = this.#partition(key);
    const isStillWanted = this.#order(partition);
    const { to } = await this.previewSkipToEnd(key);
    isStillWanted();
    const from = partition.position;
    if (from !== undefined && from >= to && !partition.halted) return { from, to: from };
    if (from !== undefined) this.#gap(partition, from, to);
    this.#move(partition, to);
    return { from, to };
  }

  #partition(key: TopicPartition): AssignedPartition {
    const partition = this.#ports.table.get(key);
    if (partition) return partition;
    throw notAssigned(key);
  }

  /** The check to make before the cursor moves. */
  #order(partition: AssignedPartition): () => void {
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

  async #resolve(partition: AssignedPartition, target: SeekTarget): Promise<bigint> {
    if (target.kind === "offset") {
      if (target.offset >= 0n) return target.offset;
      throw new EngineError(
        "INVALID_TARGET",
        `offset ${target.offset} is negative: choose start, end, or an offset`,
      );
    }
    const found = await this.#find(partition, timestampOf(target));
    // After the last record there is only the end.
    return found ?? (await this.#find(partition, endTimestamp)) ?? 0n;
  }

  async #find(partition: AssignedPartition, timestamp: bigint): Promise<bigint | undefined> {
    const { clock, random, offsets, closed } = this.#ports;
    const deadlineAt = clock.now() + patienceMs;
    for (let attempt = 0; ; attempt++) {
      const asked = lookUpOffsets(offsets, [partition], timestamp, closed);
      const answers = await withDeadline(clock, asked, { what: "seek", deadlineAt, signal: closed });
      const answer = answers.get(partition);
      if (answer?.ok) return answer.offset;
      const error = answer?.error;
      const isOver = clock.now() >= deadlineAt || answer?.retriable === false;
      if (isOver || !this.#ports.table.isCurrent(partition)) {
        throw new EngineError("OFFSETS_UNKNOWN", error?.message ?? "the offset could not be looked up");
      }
      const ceiling = Math.min(2_000, 100 * 2 ** Math.min(attempt, 8));
      await sleep(clock, ceiling / 2 + (ceiling / 2) * random.next(), closed);
    }
  }

  #move(partition: AssignedPartition, to: bigint): void {
    const { buffer, observe, sessionId, onMoved } = this.#ports;
    const { unresolved, topic, partition: index } = partition;
    partition.moveTo(to);
    buffer.drop(partition, "seeked");
    if (unresolved) {
      const { baseOffset } = unresolved;
      observe({ type: "fetch.batchResolved", sessionId, topic, partition: index, baseOffset, how: "seeked" });
    }
    onMoved(partition);
  }

  #gap({ topic, partition }: AssignedPartition, fromOffset: bigint, toOffset: bigint): void {
    const { observe, sessionId } = this.#ports;
    observe({ type: "fetch.gap", sessionId, topic, partition, reason: "userSkip", fromOffset, toOffset });
  }
}

function timestampOf(target: Exclude<SeekTarget, { kind: "offset" }>): bigint {
  switch (target.kind) {
    case "start":
      return startTimestamp;
    case "end":
      return endTimestamp;
    case "timestamp":
      // Negative times would be ListOffsets' special ones.
      return BigInt(Math.max(0, Math.floor(target.timestampMs)));
    default:
      throw new EngineError("INVALID_TARGET", `cannot seek to a place of kind ${target.kind}`);
  }
}

function notAssigned(key: TopicPartition): EngineError {
  return new EngineError("NOT_ASSIGNED", `${topicPartitionText(key)} is not assigned to this consumer`);
}
