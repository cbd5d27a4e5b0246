import { committedOf, committedPartitions } from "./committedOffsets.ts";
import type { GroupState } from "./groups.ts";
import { endsWithCommit, lagOf, sumLag } from "./lag.ts";
import { keepNewest } from "./seen.ts";
import type { TopicsState } from "./topics.ts";

export type LagTrend = "rising" | "falling" | "steady";

const minSpacingMs = 1_000;
const windowMs = 60_000;
const maxSamples = 30;

/** Remembers the total lag of this moment. */
export function sampleLag(group: GroupState, topics: TopicsState, at: number): void {
  const last = group.lagSamples.at(-1);
  if (last && at - last.at < minSpacingMs) return;
  const lags = committedPartitions(group.committed).map((key) => {
    const committed = committedOf(group.committed, key);
    const ends = topics.ends.get(key);
    return lagOf(
      committed?.committedOffset,
      endsWithCommit(ends && { ...ends, at: ends.requestedAt }, committed),
    );
  });
  const { known } = sumLag(lags);
  if (known === undefined) return;
  group.lagSamples.push({ at, lag: known });
  keepNewest(group.lagSamples, maxSamples);
}

/** Where the lag is going, over the last minute; undefined with less than three moments to tell from. */
export function lagTrendOf(
  samples: readonly { readonly at: number; readonly lag: bigint }[],
): LagTrend | undefined {
  const newest = samples.at(-1);
  if (!newest) return undefined;
  const recent = samples.filter(({ at }) => newest.at - at <= windowMs);
  const oldest = recent[0];
  if (!oldest || recent.length < 3) return undefined;
  const change = newest.lag - oldest.lag;
  // A hundredth up or down is the unrest of sampling two numbers at two times.
  const unrest = oldest.lag / 100n;
  if (change > unrest) return "rising";
  return change < -unrest ? "falling" : "steady";
}
