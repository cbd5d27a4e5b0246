import zlib from "node:zlib";
import { corrupt, expandsPast } from "./compressionError.ts";
import { joinBytes } from "./joinBytes.ts";
import { inflateCapped } from "./nativeZlib.ts";
import { decodeZstdFrame } from "./zstdDecoder.ts";
import { zstdFrames } from "./zstdFrames.ts";
import { storeAsZstd } from "./zstdStore.ts";

/** The two functions of node:zlib that Node has since 22.15, and hosts before VS Code 1.101 lack. */
export interface NativeZstd {
  readonly zstdCompressSync?: ((bytes: Uint8Array) => Uint8Array) | undefined;
  readonly zstdDecompressSync?:
    | ((
        bytes: Uint8Array,
        options: { readonly maxOutputLength: number; readonly chunkSize: number },
      ) => Uint8Array)
    | undefined;
}

/**
 * A frame of up to this size is decoded by our own code in any case: for each one node:zlib sets up a context, of so much
 * memory that garbage is collected more often, and that takes longer than such a frame does. A frame with a checksum, as
 * clients in Go write them and those of Java and C do not, is left to node:zlib: our own code does not test it.
 */
const smallFrameBytes = 2_048;

/** What a codec is made of. */
export interface ZstdParts {
  readonly native: NativeZstd;
  /** Frames of up to so many bytes are decoded by our own code although `native` could. */
  readonly ownUpToBytes?: number | undefined;
}

/** Zstandard with what `native` has at the time of a call; our own code does what it lacks. */
export function createZstd({ native, ownUpToBytes = smallFrameBytes }: ZstdParts) {
  return {
    compress(bytes: Uint8Array): Uint8Array {
      return native.zstdCompressSync ? native.zstdCompressSync(bytes) : storeAsZstd(bytes);
    },

    decompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
      const inflate = native.zstdDecompressSync;
      const contents: Uint8Array[] = [];
      let left = maxBytes;
      for (const frame of zstdFrames(bytes)) {
        if (frame.contentBytes !== undefined && frame.contentBytes > left) throw expandsPast(maxBytes);
        const content =
          inflate && (frame.hasChecksum || frame.bytes.length > ownUpToBytes)
            ? inflateCapped(inflate, frame.bytes, left)
            : decodeZstdFrame(frame, { maxBytes: left, limit: maxBytes });
        if (frame.contentBytes !== undefined && BigInt(content.length) !== frame.contentBytes) {
          throw corrupt(
            `the Zstandard frame holds ${content.length} bytes, not the ${frame.contentBytes} it claims`,
          );
        }
        contents.push(content);
        left -= content.length;
      }
      return joinBytes(contents);
    },
  };
}

/** Zstandard frames, one after another; skippable frames are passed over. */
export const zstd = createZstd({ native: zlib });
