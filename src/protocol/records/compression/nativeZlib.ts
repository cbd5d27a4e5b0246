import { CompressionError, expandsPast } from "./compressionError.ts";

type Inflate = (
  bytes: Uint8Array,
  options: { readonly maxOutputLength: number; readonly chunkSize: number },
) => Uint8Array;

/** Runs a decompressor of node:zlib so that it stops at `maxBytes` and fails with our error. */
export function inflateCapped(inflate: Inflate, bytes: Uint8Array, maxBytes: number): Uint8Array {
  let content: Uint8Array;
  try {
    // One chunk for the usual batch; node joins the chunks of bigger ones.
    const chunkSize = Math.min(1024 * 1024, Math.max(16 * 1024, 4 * bytes.length));
    content = inflate(bytes, { maxOutputLength: Math.max(1, maxBytes), chunkSize });
  } catch (failure) {
    if (failure instanceof Error && "code" in failure && failure.code === "ERR_BUFFER_TOO_LARGE") {
      throw expandsPast(maxBytes);
    }
    const why = failure instanceof Error ? failure.message : String(failure);
    throw new CompressionError("corrupt", why, { cause: failure });
  }
  if (content.length > maxBytes) throw expandsPast(maxBytes);
  return content;
}
