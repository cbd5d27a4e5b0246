import { describe, expect, test } from "vitest";
import { type AbortedTransaction, type ReadStep, readFetched } from "#engine/fetch/readFetched.ts";
import { type BatchInput, encodeBatch } from "#protocol/records/batchWriter.ts";
import { endTransactionMarker } from "#protocol/records/controlRecord.ts";

function data(baseOffset: bigint, count: number, extra: Partial<BatchInput> = {}): Uint8Array {
  return encodeBatch({
    baseOffset,
    records: Array.from({ length: count }, () => ({ timestamp: 1n, key: null, value: Uint8Array.of(1) })),
    ...extra,
  });
}

/** With the last bit of its body another. */
function flipped(batch: Uint8Array): Uint8Array {
  batch[batch.length - 1] = (batch.at(-1) ?? 0) ^ 1;
  return batch;
}

const transactional = (producerId: bigint) => ({ transactional: true, producerId, producerEpoch: 0 });

function marker(baseOffset: bigint, producerId: bigint, type: "commit" | "abort"): Uint8Array {
  return encodeBatch({
    baseOffset,
    records: [{ timestamp: 1n, ...endTransactionMarker(type, 0) }],
    control: true,
    ...transactional(producerId),
  });
}

function read(
  batches: readonly Uint8Array[],
  options: {
    fetchPosition?: bigint;
    aborted?: readonly AbortedTransaction[];
    isolation?: "read_committed" | "read_uncommitted";
    highWatermark?: bigint;
    controlRecords?: boolean;
    isToBeOpened?: () => boolean;
  } = {},
): ReadStep[] {
  const bytes = Uint8Array.from(batches.flatMap((batch) => Array.from(batch)));
  return Array.from(
    readFetched({
      key: { topic: "t", partition: 0 },
      bytes,
      fetchPosition: options.fetchPosition ?? 0n,
      highWatermark: options.highWatermark ?? 1_000n,
      isolation: options.isolation ?? "read_committed",
      controlRecords: options.controlRecords ?? false,
      aborted: options.aborted ?? [],
      isToBeOpened: options.isToBeOpened,
    }),
  );
}

/** Offsets delivered, and where reading goes on after each step. */
function summary(steps: readonly ReadStep[]): string[] {
  return steps.map((step) => {
    if (step.type === "advance") return `→ ${step.nextOffset}`;
    if (step.type === "damaged") return `${step.damage.cause} → ${step.damage.nextOffset}`;
    const { content, firstIndex } = step.batch;
    const offsets =
      "open" in content
        ? [`${content.length} sealed`]
        : Array.from(content.records, ({ offset }) => offset).slice(firstIndex);
    return `${offsets.join(",")} → ${step.batch.nextOffset}`;
  });
}

/** The base offset stands in front of what the checksum covers. */
function moved(batch: Uint8Array, baseOffset: bigint): Uint8Array {
  new DataView(batch.buffer, batch.byteOffset).setBigInt64(0, baseOffset);
  return batch;
}

describe("readFetched beside offsets that cannot be right", () => {
  const around = (middle: Uint8Array) => [data(0n, 3), middle, data(6n, 2)];
  const options = { highWatermark: 8n };

  test.each([
    ["far ahead", 3n + 2n ** 40n],
    ["at the end of all offsets", 2n ** 63n - 2n],
    ["at the beginning", 0n],
    ["inside the batch in front of it", 2n],
    ["negative", -(2n ** 62n)],
  ])("a batch that claims to be %s is damaged, and bounded by the one behind it", (_, baseOffset) => {
    const steps = read(around(moved(data(3n, 3), baseOffset)), options);

    expect(summary(steps)).toEqual(["0,1,2 → 3", "offsets → 6", "6,7 → 8"]);
    expect(steps[1]).toMatchObject({ damage: { baseOffset: 3n, lastOffset: 5n, boundsTrusted: true } });
  });

  test("what a broker sends in front of the position is damaged where nothing goes on from there", () => {
    const batches = [moved(data(3n, 3), 0n), data(6n, 2)];

    expect(summary(read(batches, { ...options, fetchPosition: 3n }))).toEqual(["offsets → 6", "6,7 → 8"]);
    expect(summary(read(batches.slice(0, 1), { ...options, fetchPosition: 3n }))).toEqual(["offsets → 6"]);
  });

  test("what a broker sends in front of the position is passed over where the position follows", () => {
    const batches = [data(0n, 3), data(3n, 3), data(6n, 2)];

    expect(summary(read(batches, { ...options, fetchPosition: 4n }))).toEqual(["4,5 → 6", "6,7 → 8"]);
  });

  test("what compaction left between two batches is no damage", () => {
    expect(summary(read([data(0n, 3), data(6n, 2)], options))).toEqual(["0,1,2 → 3", "6,7 → 8"]);
  });

  test("a last offset past the high watermark is damage, but for a batch that goes on without a gap", () => {
    const sparse = data(3n, 3, { lastOffsetDelta: 2 ** 31 - 1 });

    expect(summary(read([data(0n, 3), sparse], options))).toEqual(["0,1,2 → 3", "offsets → undefined"]);
    expect(summary(read([data(0n, 3)], { highWatermark: 1n }))).toEqual(["0,1,2 → 3"]);
  });
});

describe("readFetched", () => {
  const cases: readonly {
    title: string;
    batches: readonly Uint8Array[];
    options?: Parameters<typeof read>[1];
    expected: readonly string[];
  }[] = [
    {
      title: "leaves batches closed when it is told to",
      batches: [data(0n, 2, { compression: "gzip" }), data(2n, 1), data(3n, 3, { compression: "lz4" })],
      options: { isToBeOpened: () => false },
      expected: ["2 sealed → 2", "1 sealed → 3", "3 sealed → 6"],
    },
    {
      title: "opens a compressed batch that the fetch begins inside of",
      batches: [data(8n, 4, { compression: "gzip" })],
      options: { fetchPosition: 10n, isToBeOpened: () => false },
      expected: ["10,11 → 12"],
    },
    {
      title: "finds a bad checksum without opening",
      batches: [flipped(data(0n, 2, { compression: "gzip" })), data(2n, 1, { compression: "gzip" })],
      options: { isToBeOpened: () => false },
      expected: ["crc → 2", "1 sealed → 3"],
    },
    {
      title: "opens what claims more records than its offsets have room for",
      batches: [data(0n, 3, { compression: "gzip", lastOffsetDelta: 1 })],
      options: { isToBeOpened: () => false },
      expected: ["recordLayout → 2"],
    },
    {
      title: "delivers from the fetch position, inside a batch",
      batches: [data(8n, 4)],
      options: { fetchPosition: 10n },
      expected: ["10,11 → 12"],
    },
    {
      title: "passes what ends before the fetch position",
      batches: [data(0n, 2), data(2n, 1)],
      options: { fetchPosition: 2n },
      expected: ["2 → 3"],
    },
    {
      title: "moves past an empty batch that compaction left (KAFKA-5443)",
      batches: [data(10n, 0, { lastOffsetDelta: 5 })],
      options: { fetchPosition: 10n },
      expected: ["→ 16"],
    },
    {
      title: "moves past the offsets compaction took from the end of a batch",
      batches: [data(10n, 2, { lastOffsetDelta: 9 })],
      options: { fetchPosition: 10n },
      expected: ["10,11 → 20"],
    },
    {
      title: "a batch cut by the size limit is not there",
      batches: [data(0n, 1), data(1n, 3).subarray(0, 50)],
      expected: ["0 → 1"],
    },
    {
      title: "hides aborted records up to their marker, and nothing after it",
      batches: [
        data(0n, 2, transactional(7n)),
        marker(2n, 7n, "abort"),
        data(3n, 1, transactional(7n)),
        marker(4n, 7n, "commit"),
      ],
      options: { aborted: [{ producerId: 7n, firstOffset: 0n }] },
      expected: ["→ 2", "→ 3", "3 → 4", "→ 5"],
    },
    {
      title: "an aborted list in any order hides the same",
      batches: [
        data(0n, 1, transactional(1n)),
        data(1n, 1, transactional(2n)),
        marker(2n, 1n, "abort"),
        marker(3n, 2n, "abort"),
        data(4n, 1, transactional(1n)),
        marker(5n, 1n, "abort"),
        data(6n, 1),
      ],
      options: {
        aborted: [
          { producerId: 1n, firstOffset: 4n },
          { producerId: 2n, firstOffset: 1n },
          { producerId: 1n, firstOffset: 0n },
        ],
      },
      expected: ["→ 1", "→ 2", "→ 3", "→ 4", "→ 5", "→ 6", "6 → 7"],
    },
    {
      title: "records outside of transactions are seen between aborted ones",
      batches: [data(0n, 1, transactional(1n)), data(1n, 1), marker(2n, 1n, "abort")],
      options: { aborted: [{ producerId: 1n, firstOffset: 0n }] },
      expected: ["→ 1", "1 → 2", "→ 3"],
    },
    {
      title: "with read_uncommitted aborted records are seen, markers are not",
      batches: [data(0n, 2, transactional(7n)), marker(2n, 7n, "abort")],
      options: { isolation: "read_uncommitted", aborted: [{ producerId: 7n, firstOffset: 0n }] },
      expected: ["0,1 → 2", "→ 3"],
    },
  ];

  test.each(cases)("$title", ({ batches, options, expected }) => {
    const steps = read(batches, options);

    expect(summary(steps)).toEqual(expected);
  });

  test("a damaged batch is told with its bounds, and what follows is still found", () => {
    const bad = data(2n, 3);
    bad[bad.length - 1] = (bad.at(-1) ?? 0) ^ 0xff;

    const steps = read([data(0n, 2), bad, data(5n, 1)]);

    expect(summary(steps)).toEqual(["0,1 → 2", "crc → 5", "5 → 6"]);
  });
});
