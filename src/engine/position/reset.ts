/** Where a reset leads, and how many offsets no longer exist of those that were still to be read. */
export interface ResetTarget {
  readonly to: bigint;
  readonly lostRecords: bigint | undefined;
}

/** Chooses between the ends of a log for a position that is not in it, or that there never was. */
export function chooseReset(
  reset: { readonly policy: "start" | "end" | "nearest"; readonly from: bigint | undefined },
  start: bigint,
  end: bigint,
): ResetTarget {
  const { policy, from } = reset;
  const lostRecords = from !== undefined && from < start ? start - from : undefined;
  if (policy !== "nearest") return { to: policy === "start" ? start : end, lostRecords };
  if (from === undefined || from < start) return { to: start, lostRecords };
  return { to: from > end ? end : from, lostRecords };
}
