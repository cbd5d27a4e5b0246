import zlib from "node:zlib";
import { inflateCapped } from "./nativeZlib.ts";

/** gzip (RFC 1952), several members included; its checksum is verified. */
export const gzip = {
  compress: (bytes: Uint8Array): Uint8Array => zlib.gzipSync(bytes),

  decompress: (bytes: Uint8Array, maxBytes: number): Uint8Array =>
    inflateCapped(zlib.gunzipSync, bytes, maxBytes),
};
