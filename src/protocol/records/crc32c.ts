import { crc32cFallback } from "./crc32cFallback.ts";
import { instantiateCrc32c } from "./crc32cWasm.ts";

/**
 * CRC-32C (Castagnoli) of `bytes`, unsigned: the checksum of a record batch. `previous` continues an earlier one.
 * node:zlib's crc32 is another polynomial.
 */
export const crc32c: (bytes: Uint8Array, previous?: number) => number = instantiateCrc32c() ?? crc32cFallback;
