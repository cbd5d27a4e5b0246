import { expect, test } from "vitest";
import { markerBatch } from "#playground/log/markerBatch.ts";
import { PartitionLog } from "#playground/log/partitionLog.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { readBatchHeader } from "#protocol/records/recordBatch.ts";

type Sent = { readonly sequence: number; readonly epoch?: number; readonly records?: number };

/** Sends batches of one producer, as the broker would take them, and gives each verdict. */
function send(...batches: readonly Sent[]): readonly string[] {
  const log = new PartitionLog({ topic: "orders", partition: 0 });
  return batches.map(({ sequence, epoch = 0, records = 1 }) => {
    const bytes = encodeBatch({
      baseOffset: 0n,
      producerId: 7n,
      producerEpoch: epoch,
      baseSequence: sequence,
      records: Array.from({ length: records }, () => ({ timestamp: 1n, key: null, value: null })),
    });
    const verdict = log.producers.judge(readBatchHeader(bytes));
    if (verdict.type === "append") log.append(bytes);
    if (verdict.type === "refused") return verdict.error;
    return verdict.type === "duplicate" ? `duplicate of ${verdict.baseOffset}` : "append";
  });
}

test.each<{ what: string; sent: readonly Sent[]; verdicts: readonly string[] }>([
  {
    what: "sequences in order are appended",
    sent: [{ sequence: 0, records: 3 }, { sequence: 3 }, { sequence: 4 }],
    verdicts: ["append", "append", "append"],
  },
  {
    what: "a repeated batch is known and not appended again",
    sent: [{ sequence: 0, records: 3 }, { sequence: 3 }, { sequence: 0, records: 3 }],
    verdicts: ["append", "append", "duplicate of 0"],
  },
  {
    what: "a gap is refused",
    sent: [{ sequence: 0 }, { sequence: 2 }],
    verdicts: ["append", "OUT_OF_ORDER_SEQUENCE_NUMBER"],
  },
  {
    what: "a producer not known may begin anywhere",
    sent: [{ sequence: 41 }, { sequence: 42 }],
    verdicts: ["append", "append"],
  },
  {
    what: "an older epoch is fenced",
    sent: [
      { sequence: 0, epoch: 1 },
      { sequence: 1, epoch: 0 },
    ],
    verdicts: ["append", "INVALID_PRODUCER_EPOCH"],
  },
  {
    what: "a newer epoch begins at 0",
    sent: [{ sequence: 0 }, { sequence: 1, epoch: 1 }, { sequence: 0, epoch: 1 }, { sequence: 1, epoch: 1 }],
    verdicts: ["append", "OUT_OF_ORDER_SEQUENCE_NUMBER", "append", "append"],
  },
  {
    what: "sequences wrap to 0 after the greatest int32",
    sent: [{ sequence: 0x7fffffff }, { sequence: 0 }],
    verdicts: ["append", "append"],
  },
  {
    what: "only the last five batches are remembered",
    sent: [0, 1, 2, 3, 4, 5, 0, 1].map((sequence) => ({ sequence })),
    verdicts: [...Array<string>(6).fill("append"), "OUT_OF_ORDER_SEQUENCE_NUMBER", "duplicate of 1"],
  },
])("$what", ({ sent, verdicts }) => {
  expect(send(...sent)).toEqual(verdicts);
});

test("a log is not held back for ever by what compaction left of an aborted transaction, once it is read back", () => {
  const id = { topic: "orders", partition: 0 };
  const log = new PartitionLog(id);
  const producer = { producerId: 7n, producerEpoch: 0 };
  const records = [{ timestamp: 1n, key: new Uint8Array([1]), value: null }];
  log.append(encodeBatch({ baseOffset: 0n, ...producer, baseSequence: 0, records, transactional: true }));
  log.append(markerBatch({ ...producer, coordinatorEpoch: 0, how: "abort" }, 1n));
  for (const now of [0n, 100n]) log.compact({ now, deleteRetentionMs: 10n });

  const readBack = new PartitionLog(id);
  for (const { bytes } of log.batches) readBack.restoreBatch(bytes);
  readBack.restoreEnd(log.logEndOffset);

  expect(log.batches.map(({ header }) => [header.isControl, header.recordCount])).toEqual([[false, 0]]);
  expect(log.lastStableOffset).toBe(2n);
  expect(readBack.lastStableOffset).toBe(2n);
});
