import { expect, test } from "vitest";
import type { SkipPreview } from "#host/channel/sessionRequests.ts";
import { isNothingToSkip, previewLine, previewTitle, skippedText } from "#vscode/flows/skipPreview.ts";

const preview: SkipPreview = {
  topic: "orders",
  partition: 3,
  from: 120n,
  to: 1_164n,
  records: 1_044n,
  bufferedRecords: 120,
  bufferedBytes: 61_204,
  bytes: undefined,
};

test.each<[string, Partial<SkipPreview>, string, string]>([
  ["what is buffered of it", {}, "orders-3  120 → 1,164", "1,044 offsets · 120 buffered (61 KB)"],
  [
    "bytes of all, where all is known and not all is buffered",
    { bytes: 214_000 },
    "orders-3  120 → 1,164",
    "1,044 offsets · 120 buffered (61 KB) · 214 KB in all",
  ],
  [
    "that the position is not known yet",
    { from: undefined, records: undefined, bufferedRecords: 0, bufferedBytes: 0 },
    "orders-3  – → 1,164",
    "how many is not known · none buffered",
  ],
  [
    "that there is nothing to skip",
    { from: 1_164n, records: 0n },
    "orders-3  1,164 → 1,164",
    "nothing to skip",
  ],
])("a line of the preview says %s", (_what, rest, label, description) => {
  expect(previewLine({ ...preview, ...rest })).toEqual({ label, description });
});

test("the title adds the partitions up", () => {
  const title = previewTitle([preview, { ...preview, partition: 4, records: 6n }], { kind: "end" });

  expect(title).toBe(
    "Skip to the end · at most 1,050 records, and what arrives until then, will not be delivered",
  );
});

test("nothing is to be skipped only when every partition is there already", () => {
  const there = { ...preview, from: 1_164n, records: 0n };

  expect(isNothingToSkip([there, there])).toBe(true);
  expect(isNothingToSkip([there, preview])).toBe(false);
});

test("what was done names the partitions that moved, and counts what was counted", () => {
  const skipped = [
    { topic: "orders", partition: 3, from: 120n, to: 1_164n, records: 1_000 },
    { topic: "orders", partition: 4, from: 7n, to: 7n, records: 0 },
  ];

  expect(skippedText(skipped)).toBe("Skipped orders-3 to 1,164. 1,000 records were discarded.");
});
