import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";
import type { UnreadableBatch } from "./fetchedBatch.ts";
import type { RecordBuffer } from "./recordBuffer.ts";

/** What looking after the buffer needs of the consumer it belongs to. */
export interface BatchInspectorPorts {
  readonly clock: Clock;
  readonly buffer: RecordBuffer;
  readonly partitions: () => Iterable<AssignedPartition>;
  readonly isCurrent: (partition: AssignedPartition) => boolean;
  /** A batch that waits cannot be opened. */
  readonly onUnreadable: (partition: AssignedPartition, batch: UnreadableBatch) => void;
}

/** What stays from one look to the next waits. At full speed nothing does. */
const lookEveryMs = 250;
/** A look opens about as much at the most, and copies as much: the rest has to wait for the next. */
const lookBytes = 8 * 1024 * 1024;
/** The event loop is left to others at least this often. */
const turnMs = 4;

/**
 * Looks after batches that have to wait for their turn: nobody polls, or their partition is paused. What was kept closed is
 * opened once, so that what cannot be read is found although nobody asks for it; and what keeps much more in memory than it
 * is itself is copied.
 */
export class BatchInspector {
  readonly #ports: BatchInspectorPorts;
  #timer: Disposable | undefined;
  #isClosed = false;

  constructor(ports: BatchInspectorPorts) {
    this.#ports = ports;
  }

  /** To be called when batches came or went. */
  wake(): void {
    if (!this.#isClosed) this.#timer ??= this.#ports.clock.schedule(lookEveryMs, () => void this.#look());
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.dispose();
  }

  async #look(): Promise<void> {
    const { buffer } = this.#ports;
    const isDone = (await this.#checkAll()) && buffer.copyOut(lookBytes) < lookBytes;
    const hasNew = buffer.markWaiting();
    this.#timer = undefined;
    if (hasNew || !isDone) this.wake();
  }

  /** False when there may be more than one look opens. */
  async #checkAll(): Promise<boolean> {
    const { clock, partitions } = this.#ports;
    const look: Look = { openedBytes: 0, turnSince: clock.now() };
    for (const partition of Array.from(partitions())) {
      await this.#check(partition, look);
      if (look.openedBytes >= lookBytes) return false;
    }
    return true;
  }

  async #check(partition: AssignedPartition, look: Look): Promise<void> {
    const { clock, buffer, isCurrent, onUnreadable } = this.#ports;
    while (look.openedBytes < lookBytes && !this.#isClosed && isCurrent(partition)) {
      const checked = buffer.checkNext(partition);
      if (!checked?.ok) {
        if (checked) onUnreadable(partition, checked.error);
        return;
      }
      look.openedBytes += checked.value.bytes;
      if (clock.now() - look.turnSince < turnMs) continue;
      await clock.yieldTurn();
      look.turnSince = clock.now();
    }
  }
}

/** How far a look has come. */
interface Look {
  openedBytes: number;
  turnSince: number;
}
