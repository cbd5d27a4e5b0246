import { type CompressionName, compress, decompress } from "#protocol/records/compression/codec.ts";

/** The part of the kafkajs module that codecs are registered with. */
export interface CodecRegistry {
  readonly CompressionTypes: {
    readonly GZIP: number;
    readonly Snappy: number;
    readonly LZ4: number;
    readonly ZSTD: number;
  };
  readonly CompressionCodecs: Record<number, unknown>;
}

/** A batch that claims to expand past this is refused. */
const MAX_DECOMPRESSED_BYTES = 64 * 1024 * 1024;

/** Gives kafkajs our codecs for all four compressions; by itself it has gzip only. */
export function registerCodecs({ CompressionTypes, CompressionCodecs }: CodecRegistry): void {
  const codecs: readonly (readonly [number, CompressionName])[] = [
    [CompressionTypes.GZIP, "gzip"],
    [CompressionTypes.Snappy, "snappy"],
    [CompressionTypes.LZ4, "lz4"],
    [CompressionTypes.ZSTD, "zstd"],
  ];
  for (const [type, name] of codecs) {
    CompressionCodecs[type] = () => ({
      compress: async (encoder: { readonly buffer: Uint8Array }) => asBuffer(compress(name, encoder.buffer)),
      decompress: async (bytes: Uint8Array) => asBuffer(decompress(name, bytes, MAX_DECOMPRESSED_BYTES)),
    });
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
