import { describe, expect, test } from "vitest";
import { readBatches } from "#protocol/records/batchReader.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { crc32c } from "#protocol/records/crc32c.ts";
import type { KafkaRecord } from "#protocol/records/kafkaRecord.ts";
import { batchLayout, lastOffsetOf } from "#protocol/records/recordBatch.ts";
import { frameTypes, opened, wholeBatch } from "./support/batches.ts";
import { codecs, fixtureBytes, type JavaRecord, javaBatches, javaRecords } from "./support/fixtures.ts";

function hex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString("hex");
}

function asJavaSaysIt(record: KafkaRecord): JavaRecord {
  return {
    offset: String(record.offset),
    timestamp: String(record.timestamp),
    key: hex(record.key),
    value: hex(record.value),
    headers: record.headers.map(({ key, value }) => [Buffer.from(key).toString("hex"), hex(value)]),
  };
}

describe.each(codecs)("batches that the Java client wrote with %s", (codec) => {
  const bytes = fixtureBytes(`batches-${codec}`);
  const expected = javaBatches(codec);

  test("are framed without a rest", () => {
    const types = frameTypes(readBatches(bytes));

    expect(types).toEqual(expected.map(() => "batch"));
  });

  test("have the headers and the checksums that the Java client reads", () => {
    const headers = expected.map((_, index) => wholeBatch(bytes, index));

    expect(
      headers.map(({ header, bytes: batch }) => ({
        baseOffset: String(header.baseOffset),
        lastOffset: String(lastOffsetOf(header)),
        sizeInBytes: batch.length,
        partitionLeaderEpoch: header.partitionLeaderEpoch,
        crc: crc32c(batch.subarray(batchLayout.attributes)),
        compression: header.compression,
        timestampType: header.timestampType === "createTime" ? "CreateTime" : "LogAppendTime",
        isTransactional: header.isTransactional,
        isControl: header.isControl,
        maxTimestamp: String(header.maxTimestamp),
        producerId: String(header.producerId),
        producerEpoch: header.producerEpoch,
        baseSequence: header.baseSequence,
      })),
    ).toEqual(expected);
  });

  test("hold, record for record, what the Java client reads", () => {
    const records = expected.flatMap((_, index) => [...opened(bytes, index).records]);

    expect(records.map(asJavaSaysIt)).toEqual(javaRecords());
  });

  test("survive being read and written by us, byte for byte when nothing is compressed", () => {
    const again = expected.map((_, index) => {
      const { header, records } = opened(bytes, index);
      return encodeBatch({
        baseOffset: header.baseOffset,
        records: Array.from(records, (record) => ({
          timestamp: record.timestamp,
          key: record.key,
          value: record.value,
          headers: record.headers,
          offsetDelta: Number(record.offset - header.baseOffset),
        })),
        compression: header.compression,
        partitionLeaderEpoch: header.partitionLeaderEpoch,
        lastOffsetDelta: header.lastOffsetDelta,
        logAppendTime: header.timestampType === "logAppendTime" ? header.maxTimestamp : undefined,
        producerId: header.producerId,
        producerEpoch: header.producerEpoch,
        baseSequence: header.baseSequence,
        transactional: header.isTransactional,
        control: header.isControl,
      });
    });

    const read = again.flatMap((batch) => [...opened(batch).records].map(asJavaSaysIt));
    expect(read).toEqual(javaRecords());
    if (codec === "none") {
      // Of a batch with the broker's time, and of one that lost records, the base timestamp is not to be had again.
      const sameTimes = [0, 1, 3, 4, 5];
      expect(sameTimes.map((index) => hex(again[index] ?? null))).toEqual(
        sameTimes.map((index) => hex(wholeBatch(bytes, index).bytes)),
      );
    }
  });
});
