import type { HexView } from "#webview/rebalances/contract.ts";

/** Where the fields of a record batch (format v2) begin. */
const batchFields: readonly (readonly [offset: number, name: string])[] = [
  [0, "baseOffset"],
  [8, "length"],
  [12, "leaderEpoch"],
  [16, "magic"],
  [17, "crc"],
  [21, "attributes"],
  [23, "lastOffsetDelta"],
  [27, "baseTimestamp"],
  [35, "maxTimestamp"],
  [43, "producerId"],
  [51, "producerEpoch"],
  [53, "baseSequence"],
  [57, "recordCount"],
  [61, "records"],
];

const bytesPerLine = 16;
const maxLines = 64;

/** The beginning of a batch, sixteen bytes to a line, with the fields that begin in each. */
export function batchHexView(bytes: Uint8Array): HexView {
  const lines = Math.min(maxLines, Math.ceil(bytes.length / bytesPerLine));
  return {
    totalBytes: bytes.length,
    lines: Array.from({ length: lines }, (_, index) => lineAt(bytes, index * bytesPerLine)),
    cut: bytes.length > maxLines * bytesPerLine,
  };
}

function lineAt(bytes: Uint8Array, offset: number): HexView["lines"][number] {
  const part = bytes.subarray(offset, offset + bytesPerLine);
  return {
    offset,
    hex: Array.from(part, (byte) => byte.toString(16).padStart(2, "0")).join(" "),
    ascii: Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join(
      "",
    ),
    note: batchFields
      .filter(([at]) => at >= offset && at < offset + bytesPerLine)
      .map(([, name]) => name)
      .join(" · "),
  };
}
