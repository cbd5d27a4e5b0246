import type { TopicPartition } from "#base/topicPartition.ts";
import type { FetchedBatch } from "#engine/fetch/batchQueue.ts";
import { decodeBatch, readBatches } from "#protocol/records/batchReader.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";

/** A decoded batch of `count` small records, as the fetcher puts it into the buffer. */
export function fetchedBatch(
  options: TopicPartition & {
    readonly baseOffset: bigint;
    readonly count: number;
    readonly firstIndex?: number;
    readonly nextOffset?: bigint;
  },
): FetchedBatch {
  const { topic, partition, baseOffset, count, firstIndex = 0 } = options;
  const bytes = encodeBatch({
    baseOffset,
    compression: "none",
    records: Array.from({ length: count }, (_, index) => ({
      timestamp: 1_000n + BigInt(index),
      key: null,
      value: Uint8Array.of(index),
      headers: [],
    })),
  });
  for (const frame of readBatches(bytes)) {
    const decoded = frame.type === "batch" ? decodeBatch(frame) : undefined;
    if (decoded?.ok) {
      return {
        origin: { topic, partition, leaderEpoch: undefined, timestampType: "createTime" },
        records: decoded.value.records,
        firstIndex,
        bytes: bytes.length,
        nextOffset: options.nextOffset ?? baseOffset + BigInt(count),
      };
    }
  }
  throw new Error("the test's own batch cannot be decoded");
}
