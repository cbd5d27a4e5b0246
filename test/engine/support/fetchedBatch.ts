import type { TopicPartition } from "#base/topicPartition.ts";
import { type FetchedBatch, openBatch, SealedBatch } from "#engine/fetch/fetchedBatch.ts";
import { readBatches } from "#protocol/records/batchReader.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { batchOf, bytesOf } from "../../protocol/records/support/batches.ts";

interface BatchOptions extends TopicPartition {
  readonly baseOffset: bigint;
  readonly count: number;
  readonly firstIndex?: number;
  readonly nextOffset?: bigint;
  /** Of each record's value. */
  readonly valueBytes?: number;
}

/** A decoded batch of `count` small records, as the fetcher puts it into the buffer. */
export function fetchedBatch(options: BatchOptions): FetchedBatch {
  const opened = openBatch(frameOf(bytesWith(options, "none")), surroundings(options));
  if (!opened.ok) throw new Error("the test's own batch cannot be decoded");
  return { ...batchAround(options), content: opened.value };
}

/** The same, not opened; compressed unless told otherwise. */
export function sealedBatch(options: BatchOptions, compression: "none" | "gzip" = "gzip"): FetchedBatch {
  const bytes = bytesWith(options, compression);
  return { ...batchAround(options), content: new SealedBatch(bytes, frameOf(bytes), surroundings(options)) };
}

/** Says that it is gzip, which only opening shows to be wrong. */
export function unreadableBatch(options: BatchOptions): FetchedBatch {
  const { baseOffset, count } = options;
  const bytes = batchOf(bytesOf("this is not gzip"), {
    baseOffset,
    recordCount: count,
    lastOffsetDelta: count - 1,
    attributes: 1,
  });
  return { ...batchAround(options), content: new SealedBatch(bytes, frameOf(bytes), surroundings(options)) };
}

function batchAround({ topic, partition, baseOffset, count, firstIndex = 0, nextOffset }: BatchOptions) {
  return {
    origin: { topic, partition, leaderEpoch: undefined, timestampType: "createTime" },
    firstIndex,
    nextOffset: nextOffset ?? baseOffset + BigInt(count),
  } as const;
}

function bytesWith({ baseOffset, count, valueBytes = 1 }: BatchOptions, compression: "none" | "gzip") {
  return encodeBatch({
    baseOffset,
    compression,
    records: Array.from({ length: count }, (_, index) => ({
      timestamp: 1_000n + BigInt(index),
      key: null,
      value: new Uint8Array(valueBytes).fill(index),
      headers: [],
    })),
  });
}

function frameOf(bytes: Uint8Array) {
  for (const frame of readBatches(bytes)) if (frame.type === "batch") return frame;
  throw new Error("the test's own batch is none");
}

function surroundings({ baseOffset }: BatchOptions) {
  return { expectedOffset: baseOffset, highWatermark: undefined };
}
