import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";

/** The code of an error, where clients of older versions know INVALID_PRODUCER_EPOCH only (KIP-588). */
export function codeForProducer(error: KnownErrorName, knowsFenced: boolean): number {
  return errorCode(error === "PRODUCER_FENCED" && !knowsFenced ? "INVALID_PRODUCER_EPOCH" : error);
}
