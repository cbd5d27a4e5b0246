import { CancelledError, type Clock } from "#base/clock.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";
import { Waiters } from "../waiters.ts";
import type { ConsumedRecord } from "./consumedRecord.ts";
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
}

/** Records are moved in runs of this many, and not for longer than `turnMs`, so that others get their turn. */
const runLength = 1_000;
const turnMs = 8;

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
    const into: ConsumedRecord[] = [];
    const ready = Array.from(partitions()).filter(
      (partition) => isDeliverable(partition) && !buffer.isEmpty(partition) && mayDeliver(partition),
    );
    if (ready.length === 0) return into;
    const startedAt = clock.now();
    const first = this.#turn++ % ready.length;
    let bytes = 0;
    for (let step = 0; step < ready.length && into.length < maxRecords; step++) {
      const partition = ready[(first + step) % ready.length];
      if (partition) bytes += this.#takeFrom(partition, maxRecords, into, startedAt);
      if (clock.now() - startedAt >= turnMs) break;
    }
    if (into.length > 0) onDelivered(into.length, bytes);
    return into;
  }

  #takeFrom(
    partition: AssignedPartition,
    maxRecords: number,
    into: ConsumedRecord[],
    startedAt: number,
  ): number {
    const { clock, buffer, onMoved } = this.#ports;
    let bytes = 0;
    while (into.length < maxRecords) {
      const taken = buffer.take(partition, Math.min(runLength, maxRecords - into.length), into);
      if (!taken) break;
      bytes += taken.bytes;
      partition.deliveredTo(taken.position, taken.leaderEpoch);
      if (clock.now() - startedAt >= turnMs) break;
    }
    onMoved(partition);
    return bytes;
  }
}

/** What is on its way through to be dropped is nobody's to have. */
function isDeliverable({ paused, discardUntil }: AssignedPartition): boolean {
  return !paused && discardUntil === undefined;
}
