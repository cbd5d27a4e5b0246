import { err, ok, type Result } from "#base/result.ts";
import type { BatchDamage } from "#protocol/records/batchDamage.ts";
import { decodeBatch, type WholeBatch } from "#protocol/records/batchReader.ts";
import { expansionLimit } from "#protocol/records/compression/codec.ts";
import type { LazyRecords } from "#protocol/records/lazyRecords.ts";
import { batchLayout, readBatchHeader } from "#protocol/records/recordBatch.ts";
import { minRecordBytes } from "#protocol/records/recordWalk.ts";
import type { AnswerMemory } from "./answerMemory.ts";
import type { RecordOrigin } from "./consumedRecord.ts";

/** A batch as it goes into the buffer: what is left of it to deliver, and where reading goes on behind it. */
export interface FetchedBatch {
  readonly origin: RecordOrigin;
  readonly content: BatchContent;
  /** The first record that is to be delivered: a fetch may begin inside a batch. */
  readonly firstIndex: number;
  /** The offset behind the batch. */
  readonly nextOffset: bigint;
}

/** Records that can be read. */
export interface OpenBatch {
  readonly records: LazyRecords;
  /** How many there are, those before the first to be delivered included. */
  readonly length: number;
  /** Memory they hold until the last of them is delivered. */
  readonly bytes: number;
}

/** A batch's records: as they came, until somebody needs them. */
export type BatchContent = OpenBatch | SealedBatch;

/** A batch that cannot be decoded, and its bytes. */
export interface UnreadableBatch {
  readonly damage: BatchDamage;
  readonly bytes: Uint8Array;
}

/** What is known beside the bytes of a batch when it comes. */
export interface BatchSurroundings {
  /** Where reading had come. */
  readonly expectedOffset: bigint;
  readonly highWatermark: bigint | undefined;
  /** What its bytes are a view into, where it can be given back. */
  readonly memory?: AnswerMemory | undefined;
}

/**
 * Records as they came. Compressed ones take a small part of the memory that they need once they are open, and of others
 * nothing is made before it is read, while the next answer is on its way: so a batch stays closed until it is its turn to
 * be delivered. Its checksum is good and covers the number of records that the header says, but only opening shows
 * whether whoever wrote them did it right: one that has to wait is looked into before (BatchInspector). There may be many
 * thousands: nothing but where it stands is kept of one.
 */
export class SealedBatch {
  readonly length: number;
  readonly bytes: number;
  readonly #answer: Uint8Array;
  readonly #from: number;
  readonly #surroundings: BatchSurroundings;

  /** `answer` is all that came of the partition, the batch a view into it. */
  constructor(answer: Uint8Array, { header, bytes }: WholeBatch, surroundings: BatchSurroundings) {
    this.length = header.recordCount;
    this.bytes = bytes.byteLength;
    this.#answer = answer;
    this.#from = bytes.byteOffset - answer.byteOffset;
    this.#surroundings = surroundings;
  }

  /** What is not freed as long as it is kept. */
  get memory(): ArrayBufferLike {
    return this.#answer.buffer;
  }

  /** As long as it is in the buffer, and closed. */
  hold(): void {
    this.#surroundings.memory?.hold();
  }

  /** It was opened, copied or dropped: nobody asks for its bytes any more. */
  release(): void {
    this.#surroundings.memory?.release();
  }

  open(): Result<OpenBatch, UnreadableBatch> {
    const end = this.#from + this.bytes;
    const bytes = this.#answer.subarray(this.#from, end);
    const following = this.#answer.subarray(end);
    const frame = { type: "batch", header: readBatchHeader(bytes), bytes, following } as const;
    return openBatch(frame, this.#surroundings, { verifyCrc: false });
  }

  /** The same without what stood behind it, which is evidence should it be damaged: for one that can be opened. */
  copied(): SealedBatch {
    const bytes = new Uint8Array(this.#answer.subarray(this.#from, this.#from + this.bytes));
    const surroundings = { ...this.#surroundings, memory: undefined };
    return new SealedBatch(bytes, { type: "batch", header: readBatchHeader(bytes), bytes }, surroundings);
  }
}

/** True when nobody has opened it. */
export function isSealed(content: BatchContent): content is SealedBatch {
  return "open" in content;
}

/** What is not freed as long as the batch is kept: its own bytes, or those of its whole response. */
export function memoryOf(content: BatchContent): ArrayBufferLike {
  return isSealed(content) ? content.memory : content.records.memory;
}

/** The same batch, which can be opened, in memory of its own. */
export function copyOf(content: BatchContent): BatchContent {
  if (isSealed(content)) return content.copied();
  return { ...content, records: content.records.copyOf(0, content.length) };
}

/** Opens a batch, and tests its checksum unless told otherwise. What is a view into the answer keeps its memory. */
export function openBatch(
  frame: WholeBatch,
  { memory, ...surroundings }: BatchSurroundings,
  options: { readonly verifyCrc?: boolean } = {},
): Result<OpenBatch, UnreadableBatch> {
  const decoded = decodeBatch(frame, { ...surroundings, ...options });
  if (!decoded.ok) {
    memory?.keep();
    return err({ damage: decoded.error, bytes: frame.bytes });
  }
  const { records, uncompressedBytes } = decoded.value;
  if (memory?.isOf({ buffer: records.memory })) memory.keep();
  const bytes = Math.max(uncompressedBytes, frame.bytes.byteLength);
  return ok({ records, length: records.length, bytes });
}

/** True for a batch that can stay closed: its header can be believed in what is counted by it. */
export function isSealable({ header, bytes }: WholeBatch): boolean {
  const { compression, isControl, recordCount, lastOffsetDelta } = header;
  if (compression === undefined || isControl || recordCount < 1) return false;
  const storedBytes = bytes.byteLength - batchLayout.records;
  const mostBytes = compression === "none" ? storedBytes : expansionLimit(storedBytes);
  return recordCount <= mostBytes / minRecordBytes && recordCount <= lastOffsetDelta + 1;
}
