import type { ResetPolicy } from "../consumerOptions.ts";
import { type Ends, within } from "./places.ts";
import type { OffsetRange, ResetSource } from "./positionSource.ts";

/** Where a reset leads, and what is not read because of it. */
export type ResetTarget =
  /** The log has the position after all: there is nothing to reset. */
  | { readonly kind: "inRange" }
  /** The user has to say: the policy is `none`. */
  | { readonly kind: "none"; readonly lost: OffsetRange | undefined }
  | {
      readonly kind: "move";
      readonly to: bigint;
      /** Offsets that were to be read, or were read, and no longer exist. */
      readonly lost: OffsetRange | undefined;
      /** Offsets that exist, were to be read, and are left out because the policy says so. */
      readonly skipped: bigint | undefined;
    };

/** Chooses a place for a position that is not in the log, or that there never was. */
export function chooseReset(
  { policy, cause, from, lost: lostBefore }: ResetSource,
  log: Ends & {
    /** The first record of the policy's duration; undefined when all records are older. */
    readonly byTime: bigint | undefined;
  },
  options: { readonly mayBeInRange: boolean } = { mayBeInRange: true },
): ResetTarget {
  // A position in a topic that was deleted means nothing in the one that has its name now.
  const position = cause === "outOfRange" ? from : undefined;
  if (options.mayBeInRange && position !== undefined && position >= log.start && position <= log.end) {
    return { kind: "inRange" };
  }
  const lost = lostBefore ?? lostBy(position, log);
  if (policy === "none") return { kind: "none", lost };
  const to = target(policy, position, log);
  const first = position === undefined ? undefined : within(position, log);
  return { kind: "move", to, lost, skipped: first !== undefined && to > first ? to - first : undefined };
}

function target(
  policy: Exclude<ResetPolicy, "none">,
  position: bigint | undefined,
  log: Ends & { readonly byTime: bigint | undefined },
): bigint {
  if (policy === "start") return log.start;
  if (policy === "end") return log.end;
  if (policy === "nearest") return position === undefined ? log.start : within(position, log);
  const byTime = log.byTime ?? log.end;
  // A time that lies behind the position must not leave out what the log still has of it.
  return within(position !== undefined && position < byTime ? position : byTime, log);
}

/** Before its start a log has lost what retention took; behind its end, what a truncation did. */
function lostBy(position: bigint | undefined, { start, end }: Ends): OffsetRange | undefined {
  if (position === undefined) return undefined;
  if (position < start) return { from: position, to: start };
  return position > end ? { from: end, to: position } : undefined;
}

/** The policy in the user's words. */
export function resetPolicyText(policy: ResetPolicy): string {
  return typeof policy === "string" ? policy : `the last ${policy.backMs / 1_000} s`;
}
