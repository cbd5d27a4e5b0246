import type { TopicPartition } from "#base/topicPartition.ts";
import { checkBatch, readBatches, type WholeBatch } from "#protocol/records/batchReader.ts";
import { decodeControlRecord } from "#protocol/records/controlRecord.ts";
import type { KafkaRecord } from "#protocol/records/kafkaRecord.ts";
import { type BatchHeader, lastOffsetOf } from "#protocol/records/recordBatch.ts";
import type { IsolationLevel } from "../consumerOptions.ts";
import type { AnswerMemory } from "./answerMemory.ts";
import { BatchOrder } from "./batchOrder.ts";
import type { ControlMark, RecordOrigin } from "./consumedRecord.ts";
import type { FoundDamage } from "./damageReport.ts";
import { type FetchedBatch, isSealable, openBatch, SealedBatch } from "./fetchedBatch.ts";

/** A transaction that was aborted, as Fetch tells it: its producer's records from `firstOffset` to the abort marker. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** The records of one partition of a Fetch answer, and what is known beside them. */
export interface FetchedRecords {
  readonly key: TopicPartition;
  readonly bytes: Uint8Array;
  /** What `bytes` are a view into, where it can be given back. */
  readonly memory?: AnswerMemory | undefined;
  /** Where reading goes on: what lies before it is not delivered. */
  readonly fetchPosition: bigint;
  readonly highWatermark: bigint | undefined;
  readonly isolation: IsolationLevel;
  /** Control batches are delivered as well, marked as such. */
  readonly controlRecords: boolean;
  /** In any order. */
  readonly aborted: readonly AbortedTransaction[];
  /** Asked at every batch: false for one that is to stay closed, if it can. By default all are opened. */
  readonly isToBeOpened?: (() => boolean) | undefined;
}

/** One step through fetched records. */
export type ReadStep =
  /** Records to deliver. */
  | { readonly type: "batch"; readonly batch: FetchedBatch; readonly wireBytes: number }
  /** Nothing to deliver up to `nextOffset`: a marker, aborted records, what compaction left empty. */
  | { readonly type: "advance"; readonly nextOffset: bigint; readonly leaderEpoch: number | undefined }
  /** What cannot be decoded. Whoever goes on after it goes past it, and has to say so. */
  | { readonly type: "damaged"; readonly damage: FoundDamage; readonly bytes: Uint8Array };

/**
 * Reads the batches of a partition in order, checks them, and filters what the isolation level does not see. A batch
 * that the size limit of the fetch cut off at the end is simply not there.
 */
export function* readFetched(fetched: FetchedRecords): Generator<ReadStep> {
  for (const step of stepsThrough(fetched)) {
    // The bytes are evidence, for whoever wants to look at them.
    if (step.type === "damaged") fetched.memory?.keep();
    yield step;
  }
}

function* stepsThrough(fetched: FetchedRecords): Generator<ReadStep> {
  const { bytes, fetchPosition, highWatermark } = fetched;
  const aborts = new AbortFilter(fetched.isolation === "read_committed" ? fetched.aborted : []);
  const originOf = originsOf(fetched.key);
  const order = new BatchOrder(fetchPosition, highWatermark);
  const options = { expectedOffset: fetchPosition, highWatermark, isFirstBatchWhole: true };
  for (const frame of readBatches(bytes, options)) {
    if (frame.type === "truncated") return;
    if (frame.type === "batch") yield* readInOrder(fetched, frame, { order, aborts, originOf });
    else {
      yield frame;
      order.passed(frame.damage);
    }
  }
  const leftBehind = order.leftBehind(undefined);
  if (leftBehind) yield leftBehind;
}

function* readInOrder(
  fetched: FetchedRecords,
  frame: WholeBatch,
  { order, ...reading }: Omit<BatchPlace, "position" | "nextOffset"> & { readonly order: BatchOrder },
): Generator<ReadStep> {
  const misplaced = order.misplaced(frame);
  if (misplaced) {
    yield misplaced;
    order.passed(misplaced.damage);
    return;
  }
  const leftBehind = order.leftBehind(frame);
  if (leftBehind) {
    yield leftBehind;
    order.passed(leftBehind.damage);
  }
  if (order.isBehind(frame)) return;
  const nextOffset = lastOffsetOf(frame.header) + 1n;
  const step = readBatch(fetched, frame, { ...reading, position: order.position, nextOffset });
  yield step;
  if (step.type === "damaged") order.passed(step.damage);
  else order.wentTo(nextOffset);
}

interface BatchPlace {
  readonly position: bigint;
  readonly nextOffset: bigint;
  readonly aborts: AbortFilter;
  readonly originOf: (frame: WholeBatch) => RecordOrigin;
}

function readBatch(fetched: FetchedRecords, frame: WholeBatch, place: BatchPlace): ReadStep {
  const { header, bytes } = frame;
  const { position: expectedOffset, nextOffset, aborts, originOf } = place;
  const advance = { type: "advance", nextOffset, leaderEpoch: leaderEpochOf(header) } as const;
  if (aborts.hides(frame)) return advance;
  const surroundings = { expectedOffset, highWatermark: fetched.highWatermark, memory: fetched.memory };
  const isFromStart = header.baseOffset >= expectedOffset;
  if (isFromStart && isSealable(frame) && fetched.isToBeOpened?.() === false) {
    const damage = checkBatch(frame, surroundings);
    if (damage) return { type: "damaged", damage, bytes };
    const content = new SealedBatch(fetched.bytes, frame, surroundings);
    const batch = { origin: originOf(frame), content, firstIndex: 0, nextOffset };
    return { type: "batch", batch, wireBytes: bytes.byteLength };
  }
  const opened = openBatch(frame, surroundings);
  if (!opened.ok) return { type: "damaged", ...opened.error };
  const content = opened.value;
  const control = header.isControl ? controlMark(header, content.records.at(0)) : undefined;
  if (control?.type === "abort") aborts.ended(header.producerId);
  if (header.isControl && !fetched.controlRecords) return advance;
  const firstIndex = isFromStart ? 0 : content.records.indexOfOffset(expectedOffset);
  if (firstIndex >= content.length) return advance;
  const origin = control ? { ...originOf(frame), control } : originOf(frame);
  const batch = { origin, content, firstIndex, nextOffset };
  return { type: "batch", batch, wireBytes: bytes.byteLength };
}

/** Batches that follow each other mostly have the same origin, and can share it. */
function originsOf({ topic, partition }: TopicPartition): BatchPlace["originOf"] {
  let last: RecordOrigin | undefined;
  return ({ header }) => {
    const leaderEpoch = leaderEpochOf(header);
    const { timestampType } = header;
    if (last?.leaderEpoch !== leaderEpoch || last?.timestampType !== timestampType)
      last = { topic, partition, leaderEpoch, timestampType };
    return last;
  };
}

function leaderEpochOf({ partitionLeaderEpoch }: BatchHeader): number | undefined {
  return partitionLeaderEpoch < 0 ? undefined : partitionLeaderEpoch;
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
