import type { TopicPartition } from "#base/topicPartition.ts";
import type { BatchDamage } from "#protocol/records/batchDamage.ts";
import { decodeBatch, readBatches, type WholeBatch } from "#protocol/records/batchReader.ts";
import { decodeControlRecord } from "#protocol/records/controlRecord.ts";
import type { KafkaRecord } from "#protocol/records/kafkaRecord.ts";
import { type BatchHeader, lastOffsetOf } from "#protocol/records/recordBatch.ts";
import type { IsolationLevel } from "../consumerOptions.ts";
import type { FetchedBatch } from "./batchQueue.ts";
import type { ControlMark } from "./consumedRecord.ts";

/** A transaction that was aborted, as Fetch tells it: its producer's records from `firstOffset` to the abort marker. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** The records of one partition of a Fetch answer, and what is known beside them. */
export interface FetchedRecords {
  readonly key: TopicPartition;
  readonly bytes: Uint8Array;
  /** Where reading goes on: what lies before it is not delivered. */
  readonly fetchPosition: bigint;
  readonly highWatermark: bigint | undefined;
  readonly isolation: IsolationLevel;
  /** Control batches are delivered as well, marked as such. */
  readonly controlRecords: boolean;
  /** In any order. */
  readonly aborted: readonly AbortedTransaction[];
}

/** One step through fetched records. */
export type ReadStep =
  /** Records to deliver. */
  | { readonly type: "batch"; readonly batch: FetchedBatch }
  /** Nothing to deliver up to `nextOffset`: a marker, aborted records, what compaction left empty. */
  | { readonly type: "advance"; readonly nextOffset: bigint; readonly leaderEpoch: number | undefined }
  /** What cannot be decoded. Whoever goes on after it goes past it, and has to say so. */
  | { readonly type: "damaged"; readonly damage: BatchDamage; readonly bytes: Uint8Array };

/**
 * Reads the batches of a partition in order, checks them, and filters what the isolation level does not see. A batch
 * that the size limit of the fetch cut off at the end is simply not there.
 */
export function* readFetched(fetched: FetchedRecords): Generator<ReadStep> {
  const { bytes, fetchPosition, highWatermark } = fetched;
  const aborts = new AbortFilter(fetched.isolation === "read_committed" ? fetched.aborted : []);
  let position = fetchPosition;
  const options = { expectedOffset: fetchPosition, highWatermark, isFirstBatchWhole: true };
  for (const frame of readBatches(bytes, options)) {
    if (frame.type === "truncated") return;
    if (frame.type === "damaged") {
      yield frame;
      position = max(position, frame.damage.nextOffset);
      continue;
    }
    const nextOffset = lastOffsetOf(frame.header) + 1n;
    // A fetch may begin before its offset: brokers answer from the batch that holds it.
    if (nextOffset <= position) continue;
    const step = readBatch(fetched, frame, { position, nextOffset, aborts });
    yield step;
    position = step.type === "damaged" ? max(position, step.damage.nextOffset) : nextOffset;
  }
}

function readBatch(
  { key, highWatermark, controlRecords }: FetchedRecords,
  frame: WholeBatch,
  at: { readonly position: bigint; readonly nextOffset: bigint; readonly aborts: AbortFilter },
): ReadStep {
  const { header } = frame;
  const { position, nextOffset, aborts } = at;
  const leaderEpoch = header.partitionLeaderEpoch < 0 ? undefined : header.partitionLeaderEpoch;
  if (aborts.hides(frame)) return { type: "advance", nextOffset, leaderEpoch };
  const decoded = decodeBatch(frame, { expectedOffset: position, highWatermark });
  if (!decoded.ok) return { type: "damaged", damage: decoded.error, bytes: frame.bytes };
  const { records, uncompressedBytes } = decoded.value;
  const control = header.isControl ? controlMark(header, records.at(0)) : undefined;
  if (control?.type === "abort") aborts.ended(header.producerId);
  if (header.isControl && !controlRecords) return { type: "advance", nextOffset, leaderEpoch };
  const firstIndex = header.baseOffset < position ? records.indexOfOffset(position) : 0;
  if (firstIndex >= records.length) return { type: "advance", nextOffset, leaderEpoch };
  return {
    type: "batch",
    batch: {
      origin: {
        topic: key.topic,
        partition: key.partition,
        leaderEpoch,
        timestampType: header.timestampType,
        ...(control && { control }),
      },
      records,
      firstIndex,
      bytes: Math.max(uncompressedBytes, frame.bytes.byteLength),
      nextOffset,
    },
  };
}

function controlMark(
  { producerId, producerEpoch }: BatchHeader,
  marker: KafkaRecord | undefined,
): ControlMark | undefined {
  if (!marker) return undefined;
  const decoded = decodeControlRecord(marker);
  const coordinatorEpoch = "coordinatorEpoch" in decoded ? decoded.coordinatorEpoch : undefined;
  return { type: decoded.type, producerId, producerEpoch, coordinatorEpoch };
}

/** Follows the aborted transactions through a log: hidden from their first offset to the marker that ends them. */
class AbortFilter {
  /** Those that have not begun, latest first. */
  readonly #ahead: AbortedTransaction[];
  readonly #open = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#ahead = aborted.toSorted((a, b) => (a.firstOffset < b.firstOffset ? 1 : -1));
  }

  hides({ header }: WholeBatch): boolean {
    const last = lastOffsetOf(header);
    for (let next = this.#ahead.at(-1); next && next.firstOffset <= last; next = this.#ahead.at(-1)) {
      this.#open.add(next.producerId);
      this.#ahead.pop();
    }
    return header.isTransactional && !header.isControl && this.#open.has(header.producerId);
  }

  /** An abort marker ends the producer's transaction; its next one may be committed. */
  ended(producerId: bigint): void {
    this.#open.delete(producerId);
  }
}

function max(position: bigint, other: bigint | undefined): bigint {
  return other !== undefined && other > position ? other : position;
}
