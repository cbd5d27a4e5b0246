import type { TopicPartition } from "#base/topicPartition.ts";
import type { RecordBuffer } from "./recordBuffer.ts";

/** Limits of what may be buffered. */
export interface BufferLimits {
  readonly maxBufferedRecords: number;
  readonly maxBufferedBytes: number;
}

const leastBytes = 4_096;

/**
 * Back-pressure: what may still be fetched into the buffer. Half of it is open to everybody; the other half is
 * shared out evenly, so that partitions which are paused with a full buffer cannot starve the others. A partition
 * with nothing buffered may always fetch one batch, or a limit below the size of a batch would stop it for ever.
 */
export class FetchBudget {
  readonly #buffer: RecordBuffer;
  readonly #limits: BufferLimits;
  /** Bytes of an average record lately. */
  #recordBytes = 100;

  constructor(buffer: RecordBuffer, limits: BufferLimits) {
    this.#buffer = buffer;
    this.#limits = limits;
  }

  /**
   * What the partition may still take, when `partitions` share the buffer; undefined: nothing. Who asks for many
   * partitions in one go sums up once, and passes it as `totals`.
   */
  roomFor(
    key: TopicPartition,
    partitions: number,
    totals = this.#buffer.totals(),
  ): { readonly bytes: number } | undefined {
    const { maxBufferedRecords, maxBufferedBytes } = this.#limits;
    const own = this.#buffer.countsOf(key);
    const share = Math.max(1, partitions) * 2;
    const records = Math.max(
      maxBufferedRecords / 2 - totals.records,
      maxBufferedRecords / share - own.records,
    );
    const bytes = Math.max(maxBufferedBytes / 2 - totals.bytes, maxBufferedBytes / share - own.bytes);
    if (own.batches > 0 && (records <= 0 || bytes <= 0)) return undefined;
    const wanted = Math.max(leastBytes, Math.min(bytes, records * this.#recordBytes));
    // Powers of two, or a fetch session would have to hear of every small change.
    return { bytes: 2 ** Math.ceil(Math.log2(wanted)) };
  }

  /** Learns how large records are, so that no more is asked for than there is room for. */
  learn(records: number, bytes: number): void {
    if (records > 0) this.#recordBytes += (bytes / records - this.#recordBytes) * 0.2;
  }
}
