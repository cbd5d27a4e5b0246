import { corrupt, expandsPast } from "./compressionError.ts";
import { contentIn, draftOf } from "./contentBuffer.ts";
import { decodeLz4Block } from "./lz4Block.ts";
import { xxhash32 } from "./xxhash32.ts";

/** The first four bytes of an LZ4 frame, little-endian. */
export const lz4Magic = 0x184d_2204;

/** Sixteen magic numbers mark frames whose content is none of ours; LZ4 and Zstandard share them. */
export function isSkippableMagic(magic: number): boolean {
  return magic >>> 4 === 0x184d_2a5;
}

/** What may still come out: `maxBytes` of this frame; `limit`, for the message, of all frames together. */
export interface FrameLimit {
  readonly maxBytes: number;
  readonly limit: number;
}

/** A frame's content, and how many bytes the frame took. */
export interface DecodedFrame {
  readonly content: Uint8Array;
  readonly frameBytes: number;
}

interface FrameHeader {
  readonly headerBytes: number;
  readonly blocksLinked: boolean;
  readonly hasBlockChecksums: boolean;
  readonly hasContentChecksum: boolean;
  readonly contentBytes: bigint | undefined;
  readonly maxBlockBytes: number;
}

interface Block {
  readonly bytes: Uint8Array;
  readonly isStored: boolean;
}

// A match length grows by at most 255 per byte of input.
const maxExpansion = 255;

/** Decodes the LZ4 frame (v1.6 of the frame format) that `bytes` begin with. */
export function decodeLz4Frame(bytes: Uint8Array, allowed: FrameLimit): DecodedFrame {
  const header = readHeader(bytes);
  if (header.contentBytes !== undefined && header.contentBytes > allowed.maxBytes) {
    throw expandsPast(allowed.limit);
  }
  const { blocks, at } = readBlocks(bytes, header);
  const content = decodeBlocks(blocks, header, allowed);
  if (header.contentBytes !== undefined && BigInt(content.length) !== header.contentBytes) {
    throw corrupt(`the LZ4 frame holds ${content.length} bytes, not the ${header.contentBytes} it claims`);
  }
  if (!header.hasContentChecksum) return { content, frameBytes: at };
  if (littleEndian32(bytes, at) !== xxhash32(content))
    throw corrupt("the LZ4 content checksum does not match");
  return { content, frameBytes: at + 4 };
}

function readHeader(bytes: Uint8Array): FrameHeader {
  const flags = bytes[4];
  const descriptor = bytes[5];
  if (flags === undefined || descriptor === undefined) throw corrupt("the LZ4 frame header is cut");
  if (flags >>> 6 !== 1) throw corrupt(`LZ4 frame version ${flags >>> 6} is not known`);
  // The content depends on a dictionary that Kafka has no place for.
  if ((flags & 0x01) !== 0) throw corrupt("the LZ4 frame needs a dictionary");
  if ((flags & 0x02) !== 0 || (descriptor & 0x8f) !== 0)
    throw corrupt("reserved bits of the LZ4 header are set");
  const sizeCode = descriptor >>> 4;
  if (sizeCode < 4) throw corrupt(`the LZ4 block size code ${sizeCode} is not known`);
  const hasContentBytes = (flags & 0x08) !== 0;
  const checksumAt = hasContentBytes ? 14 : 6;
  checkHeaderChecksum(bytes, checksumAt);
  return {
    headerBytes: checksumAt + 1,
    blocksLinked: (flags & 0x20) === 0,
    hasBlockChecksums: (flags & 0x10) !== 0,
    hasContentChecksum: (flags & 0x04) !== 0,
    contentBytes: hasContentBytes
      ? new DataView(bytes.buffer, bytes.byteOffset + 6, 8).getBigUint64(0, true)
      : undefined,
    maxBlockBytes: 2 ** (8 + 2 * sizeCode),
  };
}

function checkHeaderChecksum(bytes: Uint8Array, at: number): void {
  const stored = bytes[at];
  if (stored === undefined) throw corrupt("the LZ4 frame header is cut");
  const secondByte = (hash: number) => (hash >>> 8) & 0xff;
  if (stored === secondByte(xxhash32(bytes.subarray(4, at)))) return;
  // Kafka's own framing for the old message formats wrongly hashed the magic number too (KIP-57).
  if (stored === secondByte(xxhash32(bytes.subarray(0, at)))) return;
  throw corrupt("the LZ4 header checksum does not match");
}

function readBlocks(
  bytes: Uint8Array,
  header: FrameHeader,
): { readonly blocks: readonly Block[]; readonly at: number } {
  const blocks: Block[] = [];
  let at = header.headerBytes;
  for (;;) {
    const word = littleEndian32(bytes, at);
    at += 4;
    if (word === 0) return { blocks, at };
    const length = word & 0x7fff_ffff;
    if (length > header.maxBlockBytes) {
      throw corrupt(`an LZ4 block of ${length} bytes exceeds the frame's ${header.maxBlockBytes}`);
    }
    if (length > bytes.length - at) throw corrupt("the LZ4 frame ends inside a block");
    const block = bytes.subarray(at, at + length);
    at += length;
    if (header.hasBlockChecksums) {
      if (littleEndian32(bytes, at) !== xxhash32(block))
        throw corrupt("an LZ4 block checksum does not match");
      at += 4;
    }
    blocks.push({ bytes: block, isStored: word >>> 31 === 1 });
  }
}

function decodeBlocks(blocks: readonly Block[], header: FrameHeader, allowed: FrameLimit): Uint8Array {
  const most = blocks.reduce((sum, block) => sum + mostContentBytes(block, header), 0);
  const target = draftOf(Math.min(most, allowed.maxBytes));
  let at = 0;
  for (const block of blocks) {
    const blockEnd = at + mostContentBytes(block, header);
    const limit = Math.min(blockEnd, target.length);
    const historyFrom = header.blocksLinked ? 0 : at;
    const end = block.isStored
      ? storeBlock(block.bytes, target, { at, limit })
      : decodeLz4Block(block.bytes, { bytes: target, at, limit, historyFrom });
    if (end === undefined) {
      // Stopped by the caller's limit, or by the frame's own: only the first says anything about its size.
      if (limit < blockEnd) throw expandsPast(allowed.limit);
      throw corrupt(`an LZ4 block holds more than the frame's ${header.maxBlockBytes} bytes`);
    }
    at = end;
  }
  return contentIn(target, at);
}

function mostContentBytes(block: Block, header: FrameHeader): number {
  const most = block.isStored ? block.bytes.length : maxExpansion * block.bytes.length;
  return Math.min(header.maxBlockBytes, most);
}

function storeBlock(
  block: Uint8Array,
  target: Uint8Array,
  range: { readonly at: number; readonly limit: number },
): number | undefined {
  if (block.length > range.limit - range.at) return undefined;
  target.set(block, range.at);
  return range.at + block.length;
}

function littleEndian32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) throw corrupt("the LZ4 frame is cut");
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}
