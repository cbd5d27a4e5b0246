import { isInstant } from "#base/instant.ts";
import { greatestOffset } from "#protocol/records/recordBatch.ts";

const greatestInt32 = 2 ** 31 - 1;

/** Why it is no offset that a log can have, in words. */
export function offsetProblem(offset: bigint): string | undefined {
  if (offset < 0n) return `offset ${offset} is negative`;
  return offset > greatestOffset
    ? `offset ${offset} is past the greatest there is, ${greatestOffset}`
    : undefined;
}

/** Why it cannot be sent as a whole number of 32 bits from `least` on, in words. */
export function int32Problem(what: string, value: number, least: number): string | undefined {
  if (Number.isInteger(value) && value >= least && value <= greatestInt32) return undefined;
  return `${what} is a whole number from ${least} to ${greatestInt32}, and not ${value}`;
}

/** Why it is no instant, in words. */
export function instantProblem(what: string, ms: number): string | undefined {
  return isInstant(ms) ? undefined : `${what} is no time`;
}
