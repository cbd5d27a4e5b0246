import type { ExplainedField } from "./explainedField.ts";

const codecs = ["none", "gzip", "snappy", "lz4", "zstd"];

/** The header of a batch of magic 2, field by field: name, bytes, how to read it. */
const header: readonly (readonly [
  name: string,
  length: number,
  read: (view: DataView, at: number) => string | number,
])[] = [
  ["baseOffset", 8, (view, at) => String(view.getBigInt64(at))],
  ["batchLength", 4, (view, at) => view.getInt32(at)],
  ["partitionLeaderEpoch", 4, (view, at) => view.getInt32(at)],
  ["magic", 1, (view, at) => view.getInt8(at)],
  ["crc", 4, (view, at) => view.getUint32(at).toString(16).padStart(8, "0")],
  ["attributes", 2, (view, at) => view.getInt16(at)],
  ["lastOffsetDelta", 4, (view, at) => view.getInt32(at)],
  ["baseTimestamp", 8, (view, at) => String(view.getBigInt64(at))],
  ["maxTimestamp", 8, (view, at) => String(view.getBigInt64(at))],
  ["producerId", 8, (view, at) => String(view.getBigInt64(at))],
  ["producerEpoch", 2, (view, at) => view.getInt16(at)],
  ["baseSequence", 4, (view, at) => view.getInt32(at)],
  ["recordCount", 4, (view, at) => view.getInt32(at)],
];

const headerBytes = 61;
/** Offset and length, which every batch counts beside its own length. */
const lengthOverhead = 12;
const magicAt = 16;
const maxBatches = 20;

/** The batches within `length` bytes from `start`, as far as they are whole and of magic 2; the records stay undecoded. */
export function explainBatches(
  frame: Uint8Array,
  start: number,
  length: number,
  into: ExplainedField[],
): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const end = Math.min(start + length, frame.byteLength);
  for (let at = start, index = 0; at + headerBytes <= end && index < maxBatches; index += 1) {
    if (view.getInt8(at + magicAt) !== 2) return;
    const size = view.getInt32(at + 8) + lengthOverhead;
    if (size < headerBytes) return;
    into.push({
      name: `batch ${index}`,
      kind: "batch",
      value: undefined,
      meaning: undefined,
      offset: at,
      length: Math.min(size, end - at),
      children: headerFields(view, at, Math.min(size, end - at)),
    });
    at += size;
  }
}

function headerFields(view: DataView, start: number, size: number): readonly ExplainedField[] {
  const fields: ExplainedField[] = [];
  let at = start;
  for (const [name, length, read] of header) {
    const value = read(view, at);
    fields.push({
      name,
      kind: `${length * 8} bits`,
      value,
      meaning: name === "attributes" ? attributesText(Number(value)) : undefined,
      offset: at,
      length,
      children: [],
    });
    at += length;
  }
  const rest = size - headerBytes;
  fields.push({
    name: "records",
    kind: "bytes",
    value: `${rest.toLocaleString("en")} bytes`,
    meaning: undefined,
    offset: at,
    length: rest,
    children: [],
  });
  return fields;
}

/** Codec in the lowest three bits, then timestamp type, transactional, control (KIP-98). */
function attributesText(bits: number): string {
  const codec = codecs[bits & 7] ?? `codec ${bits & 7}`;
  const flags = [
    (bits & 8) !== 0 && "log append time",
    (bits & 16) !== 0 && "transactional",
    (bits & 32) !== 0 && "control",
  ];
  return [codec, ...flags.filter((flag) => flag !== false)].join(", ");
}
