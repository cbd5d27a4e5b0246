import { corrupt, expandsPast } from "./compressionError.ts";
import { joinBytes } from "./joinBytes.ts";
import { decodeLz4Block } from "./lz4Block.ts";
import { type DecodedFrame, type FrameLimit, isSkippableMagic, lz4Magic } from "./lz4Frame.ts";

/** The first four bytes of a frame of the format before 1.0, as `lz4 -l` writes it. */
export const lz4LegacyMagic = 0x184c_2102;

const maxBlockBytes = 8 * 1024 * 1024;
const maxExpansion = 255;

/** Decodes a legacy frame: blocks with their lengths in front, up to the end or the next frame's magic number. */
export function decodeLz4LegacyFrame(bytes: Uint8Array, allowed: FrameLimit): DecodedFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const contents: Uint8Array[] = [];
  let left = allowed.maxBytes;
  let at = 4;
  while (at < bytes.length) {
    if (bytes.length - at < 4) throw corrupt("the legacy LZ4 frame ends inside a block length");
    const length = view.getUint32(at, true);
    if (length === lz4Magic || length === lz4LegacyMagic || isSkippableMagic(length)) break;
    at += 4;
    if (length > bytes.length - at) throw corrupt("the legacy LZ4 frame ends inside a block");
    const content = decodeBlock(bytes.subarray(at, at + length), { ...allowed, maxBytes: left });
    contents.push(content);
    left -= content.length;
    at += length;
  }
  return { content: joinBytes(contents), frameBytes: at };
}

function decodeBlock(block: Uint8Array, allowed: FrameLimit): Uint8Array {
  const most = Math.min(maxBlockBytes, maxExpansion * block.length);
  const target = new Uint8Array(Math.min(most, allowed.maxBytes));
  const end = decodeLz4Block(block, { bytes: target, at: 0, limit: target.length, historyFrom: 0 });
  if (end !== undefined) return target.slice(0, end);
  if (target.length < most) throw expandsPast(allowed.limit);
  throw corrupt("a legacy LZ4 block holds more than 8 MiB");
}
