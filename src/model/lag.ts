/** What is known of a partition's ends. */
export interface PartitionEnds {
  readonly logStartOffset?: bigint | undefined;
  readonly highWatermark?: bigint | undefined;
  readonly lastStableOffset?: bigint | undefined;
}

export type IsolationLevel = "read_uncommitted" | "read_committed";

/**
 * Records a group has yet to consume from a partition: highWatermark (lastStableOffset for our own read_committed
 * sessions) minus the committed offset. Undefined when nothing was committed or the end is not known, as unknown lag
 * is not zero lag; never clamped, as a negative one says that the log was cut or the topic made anew.
 */
export function lagOf(
  committedOffset: bigint | undefined,
  ends: PartitionEnds | undefined,
  isolation: IsolationLevel = "read_uncommitted",
): bigint | undefined {
  const end = endOf(ends, isolation);
  return committedOffset === undefined || end === undefined ? undefined : end - committedOffset;
}

/**
 * The ends of a log as somebody knows them who also knows of a commit: one that was made after the end was asked for
 * says that the log reaches that far by now.
 */
export function endsWithCommit(
  ends: (PartitionEnds & { readonly at: number }) | undefined,
  committed: { readonly committedOffset?: bigint | undefined; readonly sinceAt: number } | undefined,
): PartitionEnds | undefined {
  const offset = committed?.committedOffset;
  if (ends?.highWatermark === undefined || offset === undefined || offset <= ends.highWatermark) return ends;
  return committed && ends.at <= committed.sinceAt ? { ...ends, highWatermark: offset } : ends;
}

/** Where the log ends for a reader of that isolation. */
export function endOf(
  ends: PartitionEnds | undefined,
  isolation: IsolationLevel = "read_uncommitted",
): bigint | undefined {
  return isolation === "read_committed" ? ends?.lastStableOffset : ends?.highWatermark;
}

/** How many offsets of the lag no longer exist, as retention was faster than the group; 0n when none. */
export function goneOf(committedOffset: bigint | undefined, ends: PartitionEnds | undefined): bigint {
  const start = ends?.logStartOffset;
  if (committedOffset === undefined || start === undefined || committedOffset >= start) return 0n;
  return start - committedOffset;
}

/** The sum of what is known, and how many parts were not: a sum with unknown parts is a lower bound. */
export function sumLag(lags: Iterable<bigint | undefined>): {
  readonly known: bigint | undefined;
  readonly unknown: number;
} {
  let known: bigint | undefined;
  let unknown = 0;
  for (const lag of lags) {
    if (lag === undefined) unknown += 1;
    else known = (known ?? 0n) + lag;
  }
  return { known, unknown };
}
