import { corrupt, expandsPast } from "./compressionError.ts";
import { uninitialised } from "./contentBuffer.ts";
import { decodeSnappyBlock, encodeSnappyBlock, readSnappyPreamble } from "./snappyBlock.ts";

// What snappy-java ("xerial") writes in front of its blocks: 0x82 "SNAPPY" 0, then version and lowest reader, both 1.
const xerialMagic = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0);
const xerialHeaderBytes = 16;
const xerialBlockBytes = 32 * 1024;

/**
 * Snappy as Kafka has it: blocks in snappy-java's framing, which the Java client writes and reads; a raw block, as
 * some other clients write, is recognised by not having its header.
 */
export const snappy = {
  compress(bytes: Uint8Array): Uint8Array {
    const blocks: Uint8Array[] = [];
    for (let from = 0; from < bytes.length; from += xerialBlockBytes) {
      blocks.push(encodeSnappyBlock(bytes, from, Math.min(bytes.length, from + xerialBlockBytes)));
    }
    const total = blocks.reduce((sum, block) => sum + 4 + block.length, xerialHeaderBytes);
    const framed = new Uint8Array(total);
    const view = new DataView(framed.buffer);
    framed.set(xerialMagic);
    view.setInt32(8, 1);
    view.setInt32(12, 1);
    let at = xerialHeaderBytes;
    for (const block of blocks) {
      view.setInt32(at, block.length);
      framed.set(block, at + 4);
      at += 4 + block.length;
    }
    return framed;
  },

  decompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
    const blocks = startsWithXerialMagic(bytes, 0) ? xerialBlocks(bytes) : [bytes];
    // Every block says its length in front, so the limit and the allocation come before any decoding.
    let contentBytes = 0;
    for (const block of blocks) contentBytes += readSnappyPreamble(block).contentBytes;
    if (contentBytes > maxBytes) throw expandsPast(maxBytes);
    const content = uninitialised(contentBytes);
    let at = 0;
    for (const block of blocks) at = decodeSnappyBlock(block, content, at);
    return content;
  },
};

function startsWithXerialMagic(bytes: Uint8Array, at: number): boolean {
  return xerialMagic.every((byte, index) => bytes[at + index] === byte);
}

function xerialBlocks(bytes: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const blocks: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    // Streams may be joined, each with its own header.
    if (startsWithXerialMagic(bytes, at)) {
      if (bytes.length - at < xerialHeaderBytes) throw corrupt("the snappy-java header is cut");
      if (view.getInt32(at + 12) > 1) throw corrupt("a newer snappy-java framing than version 1");
      at += xerialHeaderBytes;
      continue;
    }
    if (bytes.length - at < 4) throw corrupt("a snappy-java block's length is cut");
    const blockBytes = view.getInt32(at);
    at += 4;
    if (blockBytes <= 0 || blockBytes > bytes.length - at) {
      throw corrupt(`a snappy-java block claims ${blockBytes} bytes where ${bytes.length - at} are left`);
    }
    blocks.push(bytes.subarray(at, at + blockBytes));
    at += blockBytes;
  }
  return blocks;
}
