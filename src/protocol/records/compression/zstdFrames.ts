import { corrupt } from "./compressionError.ts";
import { isSkippableMagic } from "./lz4Frame.ts";

/** A Zstandard frame with content, inside a longer run of bytes. */
export interface ZstdFrame {
  readonly bytes: Uint8Array;
  readonly contentBytes: bigint | undefined;
  readonly blocksAt: number;
  /** Memory a decoder needs for looking back. */
  readonly windowBytes: number;
  /** Whether four bytes behind the last block are the hash of the content. */
  readonly hasChecksum: boolean;
}

const zstdMagic = 0xfd2f_b528;
const skippableHeaderBytes = 8;
const contentSizeBytes = [0, 2, 4, 8] as const;
const dictionaryIdBytes = [0, 1, 2, 4] as const;

/**
 * Finds the frames by walking their block headers, without decoding. Skippable frames are left out. Neither of
 * our decoders says whether it stopped at the end of the first frame, so they get one frame at a time.
 */
export function zstdFrames(bytes: Uint8Array): readonly ZstdFrame[] {
  const frames: ZstdFrame[] = [];
  let at = 0;
  do {
    const rest = bytes.subarray(at);
    const magic = littleEndian(rest, 0, 4);
    if (isSkippableMagic(magic)) {
      at += skippableHeaderBytes + littleEndian(rest, 4, 4);
      if (at > bytes.length) throw corrupt("the skippable frame is cut");
      continue;
    }
    if (magic !== zstdMagic) {
      throw corrupt(`no Zstandard frame begins with 0x${magic.toString(16).padStart(8, "0")}`);
    }
    const frame = readFrame(rest);
    frames.push(frame);
    at += frame.bytes.length;
  } while (at < bytes.length);
  return frames;
}

function readFrame(bytes: Uint8Array): ZstdFrame {
  const descriptor = littleEndian(bytes, 4, 1);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowField = isSingleSegment ? 0 : 1;
  const dictionaryField = dictionaryIdBytes[(descriptor & 3) as 0 | 1 | 2 | 3];
  if (dictionaryField > 0 && littleEndian(bytes, 5 + windowField, dictionaryField) !== 0) {
    throw corrupt("the Zstandard frame needs a dictionary");
  }
  const sizeCode = (descriptor >>> 6) as 0 | 1 | 2 | 3;
  const sizeField = sizeCode === 0 && isSingleSegment ? 1 : contentSizeBytes[sizeCode];
  const sizeAt = 5 + windowField + dictionaryField;
  const contentBytes = sizeField === 0 ? undefined : contentSize(bytes, sizeAt, sizeField);
  const blocksAt = sizeAt + sizeField;
  const blocksEnd = endOfBlocks(bytes, blocksAt);
  const hasChecksum = (descriptor & 0x04) !== 0;
  const end = blocksEnd + (hasChecksum ? 4 : 0);
  if (end > bytes.length) throw corrupt("the Zstandard frame ends inside its checksum");
  return {
    bytes: bytes.subarray(0, end),
    contentBytes,
    blocksAt,
    windowBytes: isSingleSegment ? Number(contentBytes ?? 0n) : windowSize(littleEndian(bytes, 5, 1)),
    hasChecksum,
  };
}

function endOfBlocks(bytes: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const header = littleEndian(bytes, at, 3);
    const type = (header >>> 1) & 3;
    if (type === 3) throw corrupt("a Zstandard block is of the reserved type");
    // A run-length block stores one byte, whatever its length.
    at += 3 + (type === 1 ? 1 : header >>> 3);
    if (at > bytes.length) throw corrupt("the Zstandard frame ends inside a block");
    if ((header & 1) !== 0) return at;
  }
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSize(bytes: Uint8Array, at: number, length: number): bigint {
  if (length === 8)
    return BigInt(littleEndian(bytes, at, 4)) | (BigInt(littleEndian(bytes, at + 4, 4)) << 32n);
  // The two-byte form begins where the one-byte form ends.
  return BigInt(littleEndian(bytes, at, length) + (length === 2 ? 256 : 0));
}

function littleEndian(bytes: Uint8Array, at: number, length: number): number {
  if (at + length > bytes.length) throw corrupt("the Zstandard frame is cut");
  let value = 0;
  for (let index = 0; index < length; index++) value |= (bytes[at + index] as number) << (8 * index);
  return value >>> 0;
}
