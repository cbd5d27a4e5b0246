import { expect, test } from "vitest";
import { validateProduced } from "#playground/log/produceValidation.ts";
import { type BatchInput, encodeBatch, sealBatch } from "#protocol/records/batchWriter.ts";
import { attributeBits, batchLayout } from "#protocol/records/recordBatch.ts";

const limits = { maxMessageBytes: 10_000, allowsZstd: true };

function good(changed: Partial<BatchInput> = {}): Uint8Array {
  const value = new TextEncoder().encode("an order of some length");
  const records = [1n, 2n, 3n].map((timestamp) => ({ timestamp, key: null, value }));
  return encodeBatch({ baseOffset: 0n, records, ...changed });
}

/** The batch with one thing changed, and a checksum that fits unless `keepCrc`. */
function edited(
  edit: (view: DataView, bytes: Uint8Array) => void,
  options: { keepCrc?: boolean } = {},
): Uint8Array {
  const bytes = good();
  edit(new DataView(bytes.buffer), bytes);
  if (!options.keepCrc) sealBatch(bytes);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

test.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)(
  "a good batch with %s passes",
  (compression) => {
    expect(validateProduced(good({ compression }), limits)).toMatchObject({ ok: true });
  },
);

test("bytes behind the batch that are no whole batch are ignored", () => {
  expect(validateProduced(joined(good(), new Uint8Array(7)), limits).ok).toBe(true);
});

// Codes as Apache Kafka 4.3.1 answered them to the same bytes.
test.each<[what: string, records: Uint8Array | null, error: string]>([
  ["no records", null, "INVALID_RECORD"],
  ["no batch", new Uint8Array(0), "INVALID_RECORD"],
  ["half a batch", good().subarray(0, 70), "INVALID_RECORD"],
  ["two batches", joined(good(), good()), "INVALID_RECORD"],
  ["a bit flipped", edited((_, bytes) => bytes.fill(1, 80, 81), { keepCrc: true }), "CORRUPT_MESSAGE"],
  [
    "format 1",
    edited((_, bytes) => bytes.fill(1, batchLayout.magic, batchLayout.magic + 1)),
    "INVALID_RECORD",
  ],
  [
    "format 7",
    edited((_, bytes) => bytes.fill(7, batchLayout.magic, batchLayout.magic + 1)),
    "CORRUPT_MESSAGE",
  ],
  ["a negative length", edited((view) => view.setInt32(batchLayout.batchLength, -1)), "CORRUPT_MESSAGE"],
  ["an unknown codec", edited((view) => view.setInt16(batchLayout.attributes, 5)), "UNKNOWN_SERVER_ERROR"],
  ["gzip that is none", edited((view) => view.setInt16(batchLayout.attributes, 1)), "UNKNOWN_SERVER_ERROR"],
  ["records that are none", edited((_, bytes) => bytes.fill(0xff, 61, 66)), "UNKNOWN_SERVER_ERROR"],
  ["more records claimed", edited((view) => view.setInt32(batchLayout.recordCount, 4)), "INVALID_RECORD"],
  [
    "more records and offsets claimed",
    edited((view) => {
      view.setInt32(batchLayout.recordCount, 4);
      view.setInt32(batchLayout.lastOffsetDelta, 3);
    }),
    "INVALID_RECORD",
  ],
  [
    "a negative last offset",
    edited((view) => view.setInt32(batchLayout.lastOffsetDelta, -1)),
    "INVALID_RECORD",
  ],
  ["another base offset", good({ baseOffset: 7n }), "INVALID_RECORD"],
  ["a control batch", good({ control: true }), "INVALID_RECORD"],
  ["no sequence", good({ producerId: 3n, producerEpoch: 0, baseSequence: -1 }), "INVALID_RECORD"],
  [
    "too many bytes",
    good({ records: [{ timestamp: 1n, key: null, value: new Uint8Array(20_000) }] }),
    "MESSAGE_TOO_LARGE",
  ],
])("%s is refused", (_what, records, error) => {
  expect(validateProduced(records, limits)).toMatchObject({ ok: false, error: { error } });
});

test("zstd is refused from clients that are too old for it", () => {
  const verdict = validateProduced(good({ compression: "zstd" }), { ...limits, allowsZstd: false });

  expect(verdict).toMatchObject({ error: { error: "UNSUPPORTED_COMPRESSION_TYPE" } });
});

test("a batch that expands beyond all measure is refused before it fills memory", () => {
  const bomb = good({
    compression: "gzip",
    records: [{ timestamp: 1n, key: null, value: new Uint8Array(5_000_000) }],
  });

  expect(bomb[batchLayout.attributes + 1]).toBe(attributeBits.codec & 1);
  expect(validateProduced(bomb, limits)).toMatchObject({ error: { error: "MESSAGE_TOO_LARGE" } });
});
