import { crc32c } from "#protocol/records/crc32c.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";

/** Ids that Kafka keeps for itself: no client has one of them. */
export function isReservedUuid(id: string): boolean {
  return id === zeroUuid || id === "AAAAAAAAAAAAAAAAAAAAAQ";
}

/**
 * The number of a client's subscription to nothing, as Kafka works it out: the CRC32C of the metrics and their interval,
 * mixed with the id's hash code in Java (KIP-714).
 */
export function subscriptionIdOf(clientInstanceId: string, pushIntervalMs: number): number {
  const metrics = new TextEncoder().encode(`[]${pushIntervalMs}`);
  return crc32c(metrics) ^ hashCode(clientInstanceId);
}

function hashCode(id: string): number {
  const bytes = Buffer.from(id, "base64url");
  const words = [0, 4, 8, 12].map((at) => bytes.readInt32BE(at));
  return words.reduce((hash, word) => hash ^ word, 0);
}
