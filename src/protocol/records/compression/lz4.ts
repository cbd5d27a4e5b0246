import { corrupt } from "./compressionError.ts";
import { joinBytes } from "./joinBytes.ts";
import { encodeLz4Block } from "./lz4Block.ts";
import { decodeLz4Frame, isSkippableMagic, lz4Magic } from "./lz4Frame.ts";
import { decodeLz4LegacyFrame, lz4LegacyMagic } from "./lz4LegacyFrame.ts";
import { xxhash32 } from "./xxhash32.ts";

// As the Java client writes it: version 1, independent blocks of at most 64 KiB, no checksums, no content size.
const flags = 0x60;
const blockDescriptor = 0x40;
const blockBytes = 64 * 1024;
const storedBit = 0x8000_0000;

/** LZ4 frames, one after another; skippable and legacy frames are read as well. */
export const lz4 = {
  compress(bytes: Uint8Array): Uint8Array {
    const parts = [frameHeader()];
    for (let from = 0; from < bytes.length; from += blockBytes) {
      const to = Math.min(bytes.length, from + blockBytes);
      const block = encodeLz4Block(bytes, from, to);
      parts.push(littleEndian32(block ? block.length : ((to - from) | storedBit) >>> 0));
      parts.push(block ?? bytes.subarray(from, to));
    }
    parts.push(littleEndian32(0));
    return joinBytes(parts);
  },

  decompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
    const contents: Uint8Array[] = [];
    let left = maxBytes;
    let at = 0;
    do {
      if (bytes.length - at < 4) throw corrupt("the LZ4 frame ends inside its magic number");
      const magic = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
      const rest = bytes.subarray(at);
      if (isSkippableMagic(magic)) {
        at += skippableFrameBytes(rest);
        continue;
      }
      const decode = decoderOf(magic);
      const frame = decode(rest, { maxBytes: left, limit: maxBytes });
      contents.push(frame.content);
      left -= frame.content.length;
      at += frame.frameBytes;
    } while (at < bytes.length);
    return joinBytes(contents);
  },
};

function decoderOf(magic: number): typeof decodeLz4Frame {
  if (magic === lz4Magic) return decodeLz4Frame;
  if (magic === lz4LegacyMagic) return decodeLz4LegacyFrame;
  throw corrupt(`no LZ4 frame begins with 0x${magic.toString(16).padStart(8, "0")}`);
}

function skippableFrameBytes(bytes: Uint8Array): number {
  if (bytes.length < 8) throw corrupt("the skippable frame is cut");
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getUint32(4, true);
  if (length > bytes.length - 8) throw corrupt("the skippable frame is cut");
  return 8 + length;
}

function frameHeader(): Uint8Array {
  const checksum = (xxhash32(Uint8Array.of(flags, blockDescriptor)) >>> 8) & 0xff;
  return Uint8Array.of(0x04, 0x22, 0x4d, 0x18, flags, blockDescriptor, checksum);
}

function littleEndian32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24);
}
