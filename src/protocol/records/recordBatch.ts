import type { CompressionName } from "./compression/codec.ts";

/** Which clock the records of a batch carry. */
export type TimestampType = "createTime" | "logAppendTime";

/** The fixed part of a record batch, message format v2 (KIP-98), as it stands in the bytes. */
export interface BatchHeader {
  readonly baseOffset: bigint;
  /** Bytes after this field: the whole batch is 12 longer. */
  readonly batchLength: number;
  readonly partitionLeaderEpoch: number;
  readonly magic: number;
  /** CRC-32C of everything after this field, unsigned. */
  readonly crc: number;
  readonly attributes: number;
  /** `undefined` for the ids 5 to 7, which Kafka does not define. */
  readonly compression: CompressionName | undefined;
  readonly timestampType: TimestampType;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  /** The base timestamp is the time after which tombstones and markers may be compacted away (KIP-534). */
  readonly hasDeleteHorizon: boolean;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  /** What the batch claims; compaction can leave 0. */
  readonly recordCount: number;
}

/** Where the fields of a batch stand. Only what comes after `crc` is covered by it. */
export const batchLayout = {
  baseOffset: 0,
  batchLength: 8,
  partitionLeaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
  records: 61,
} as const;

/** Bytes in front of what `batchLength` counts: the base offset and the length itself. */
export const lengthPrefixBytes = 12;

/** Bits of the attributes; the lowest three are the codec's id. */
export const attributeBits = {
  codec: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
  deleteHorizon: 0x40,
} as const;

const codecNames: readonly CompressionName[] = ["none", "gzip", "snappy", "lz4", "zstd"];

/** The id of a codec in a batch's attributes. */
export function codecId(name: CompressionName): number {
  return codecNames.indexOf(name);
}

/** Reads the header of a v2 batch; `bytes` must hold at least the 61 bytes of it. */
export function readBatchHeader(bytes: Uint8Array): BatchHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, batchLayout.records);
  const attributes = view.getInt16(batchLayout.attributes);
  return {
    baseOffset: view.getBigInt64(batchLayout.baseOffset),
    batchLength: view.getInt32(batchLayout.batchLength),
    partitionLeaderEpoch: view.getInt32(batchLayout.partitionLeaderEpoch),
    magic: view.getInt8(batchLayout.magic),
    crc: view.getUint32(batchLayout.crc),
    attributes,
    compression: codecNames[attributes & attributeBits.codec],
    timestampType: (attributes & attributeBits.logAppendTime) !== 0 ? "logAppendTime" : "createTime",
    isTransactional: (attributes & attributeBits.transactional) !== 0,
    isControl: (attributes & attributeBits.control) !== 0,
    hasDeleteHorizon: (attributes & attributeBits.deleteHorizon) !== 0,
    lastOffsetDelta: view.getInt32(batchLayout.lastOffsetDelta),
    baseTimestamp: view.getBigInt64(batchLayout.baseTimestamp),
    maxTimestamp: view.getBigInt64(batchLayout.maxTimestamp),
    producerId: view.getBigInt64(batchLayout.producerId),
    producerEpoch: view.getInt16(batchLayout.producerEpoch),
    baseSequence: view.getInt32(batchLayout.baseSequence),
    recordCount: view.getInt32(batchLayout.recordCount),
  };
}

/** Offsets are 64 bits with a sign, and count from 0. */
export const greatestOffset = 2n ** 63n - 1n;

/** The offset of a batch's last record, or of the last one compaction took away. */
export function lastOffsetOf(header: BatchHeader): bigint {
  return header.baseOffset + BigInt(header.lastOffsetDelta);
}
