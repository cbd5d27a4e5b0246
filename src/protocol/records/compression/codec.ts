import { gzip } from "./gzip.ts";
import { lz4 } from "./lz4.ts";
import { snappy } from "./snappy.ts";
import { zstd } from "./zstd.ts";

/** Kafka's compression types, in the order of their ids. */
export type CompressionName = "none" | "gzip" | "snappy" | "lz4" | "zstd";

const mebibyte = 1024 * 1024;

/** Compresses the way the Java client frames it, so every Kafka client can read the result. */
export function compress(name: CompressionName, bytes: Uint8Array): Uint8Array {
  switch (name) {
    case "none":
      return bytes;
    case "gzip":
      return gzip.compress(bytes);
    case "snappy":
      return snappy.compress(bytes);
    case "lz4":
      return lz4.compress(bytes);
    case "zstd":
      return zstd.compress(bytes);
  }
}

/**
 * The content of `bytes`, of which there may be at most `maxBytes`. Throws CompressionError: `corrupt`, or
 * `expandsPastLimit` without ever holding much more than the limit.
 */
export function decompress(
  name: CompressionName,
  bytes: Uint8Array,
  maxBytes = expansionLimit(bytes.length),
): Uint8Array {
  switch (name) {
    case "none":
      return bytes;
    case "gzip":
      return gzip.decompress(bytes, maxBytes);
    case "snappy":
      return snappy.decompress(bytes, maxBytes);
    case "lz4":
      return lz4.decompress(bytes, maxBytes);
    case "zstd":
      return zstd.decompress(bytes, maxBytes);
  }
}

/**
 * How far `compressedBytes` may expand unless told otherwise: a thousandfold, which honest data stays below,
 * but never less than 1 MiB (a batch of zeros is no attack) nor more than 64 MiB.
 */
export function expansionLimit(compressedBytes: number): number {
  return Math.min(64 * mebibyte, Math.max(mebibyte, 1000 * compressedBytes));
}
