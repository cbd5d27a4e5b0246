import { CancelledError, type Clock } from "#base/clock.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";
import { Waiters } from "../waiters.ts";
import type { ConsumedRecord } from "./consumedRecord.ts";
import type { UnreadableBatch } from "./fetchedBatch.ts";
import type { RecordBuffer } from "./recordBuffer.ts";

/** How much to deliver, and how long to wait for the first record. */
export interface PollRequest {
  readonly maxRecords: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What delivering needs of the consumer it belongs to. */
export interface DeliveryPorts {
  readonly clock: Clock;
  readonly buffer: RecordBuffer;
  readonly partitions: () => Iterable<AssignedPartition>;
  /** False while a partition is on its way in or out. */
  readonly mayDeliver: (partition: AssignedPartition) => boolean;
  /** Records were delivered, and there is room for others. */
  readonly onDelivered: (records: number, bytes: number) => void;
  readonly onMoved: (partition: AssignedPartition) => void;
  /** The partition's next batch cannot be opened. */
  readonly onUnreadable: (partition: AssignedPartition, batch: UnreadableBatch) => void;
}

/** Records are moved in runs of this many, and not for longer than `turnMs`, so that others get their turn. */
const runLength = 1_000;
const turnMs = 8;
/** What a poll opens of compressed batches is memory that the buffer's limits know nothing of: it is bounded here. */
const mostOpenedBytes = 2 * 1024 * 1024;

/** Hands buffered records out, a fair share of every partition that is not paused, and waits when there are none. */
export class Delivery {
  readonly #ports: DeliveryPorts;
  readonly #waiters: Waiters;
  #turn = 0;
  #isClosed = false;

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
    this.#waiters = new Waiters(ports.clock);
  }

  /** Up to `maxRecords`; none when `timeoutMs` passed or the consumer was closed. */
  async poll(request: PollRequest): Promise<readonly ConsumedRecord[]> {
    const { clock } = this.#ports;
    const deadlineAt = clock.now() + request.timeoutMs;
    for (;;) {
      if (request.signal?.aborted) throw new CancelledError("aborted", "poll");
      const records = this.#take(request.maxRecords);
      const leftMs = deadlineAt - clock.now();
      if (records.length > 0 || leftMs <= 0 || this.#isClosed) return records;
      await this.#waiters.wait(leftMs, [request.signal]);
    }
  }

  /** There may be something to deliver now. */
  wake(): void {
    this.#waiters.wake();
  }

  /** Ends every waiting poll, with nothing. */
  close(): void {
    this.#isClosed = true;
    this.wake();
  }

  #take(maxRecords: number): ConsumedRecord[] {
    const { clock, buffer, partitions, mayDeliver, onDelivered } = this.#ports;
    const turn: Turn = { maxRecords, into: [], startedAt: clock.now(), bytes: 0, openedBytes: 0 };
    const { into } = turn;
    const ready = Array.from(partitions()).filter(
      (partition) => isDeliverable(partition) && !buffer.isEmpty(partition) && mayDeliver(partition),
    );
    if (ready.length === 0) return into;
    const first = this.#turn++ % ready.length;
    for (let step = 0; step < ready.length && into.length < maxRecords; step++) {
      const partition = ready[(first + step) % ready.length];
      if (partition) this.#takeFrom(partition, turn);
      if (this.#isOver(turn)) break;
    }
    if (into.length > 0) onDelivered(into.length, turn.bytes);
    return into;
  }

  #takeFrom(partition: AssignedPartition, turn: Turn): void {
    const { buffer, onMoved, onUnreadable } = this.#ports;
    const { into, maxRecords } = turn;
    while (into.length < maxRecords) {
      const taken = buffer.take(partition, Math.min(runLength, maxRecords - into.length), into);
      if (!taken) break;
      turn.bytes += taken.bytes;
      turn.openedBytes += taken.openedBytes;
      if (taken.position !== undefined) partition.deliveredTo(taken.position, taken.leaderEpoch);
      if (taken.unreadable) {
        onUnreadable(partition, taken.unreadable);
        break;
      }
      if (this.#isOver(turn)) break;
    }
    onMoved(partition);
  }

  /** Whoever polls has enough for now, however much more was asked for. */
  #isOver({ startedAt, openedBytes }: Turn): boolean {
    return openedBytes >= mostOpenedBytes || this.#ports.clock.now() - startedAt >= turnMs;
  }
}

/** One poll's way through the buffer. */
interface Turn {
  readonly maxRecords: number;
  readonly into: ConsumedRecord[];
  readonly startedAt: number;
  bytes: number;
  openedBytes: number;
}

/** What is on its way through to be dropped is nobody's to have. */
function isDeliverable({ paused, discardUntil }: AssignedPartition): boolean {
  return !paused && discardUntil === undefined;
}
