import { Buffer } from "node:buffer";
import { CodecError } from "./codecError.ts";

/** Kafka's "no id": sixteen zero bytes. */
export const zeroUuid = "AAAAAAAAAAAAAAAAAAAAAA";

const uuidBytes = 16;

/** An id in the text form Kafka prints: 22 characters of base64url. */
export function uuidText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

/** The sixteen bytes of an id in Kafka's text form; a CodecError for any other text. */
export function uuidBytesOf(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64url");
  // Node skips characters it does not know, so only the way back proves that nothing was skipped.
  if (bytes.byteLength !== uuidBytes || bytes.toString("base64url") !== text) {
    throw new CodecError(`${JSON.stringify(text)} is not an id of 22 base64url characters`);
  }
  return bytes;
}
