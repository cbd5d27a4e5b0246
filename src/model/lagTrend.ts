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
  // So soon after the last one it is the better word on that moment: a clock that is stepped brings several at once.
  const isSame = last !== undefined && at - last.at < minSpacingMs;
  if (isSame) group.lagSamples.pop();
  group.lagSamples.push({ at: isSame ? last.at : at, lag: known });
  keepNewest(group.lagSamples, maxSamples);
}

/**
 * Where the lag is going: the way its last three moments went, or, where they went both ways, over the last minute.
 * Undefined with less than three moments to tell from.
 */
export function lagTrendOf(
  samples: readonly { readonly at: number; readonly lag: bigint }[],
): LagTrend | undefined {
  const newest = samples.at(-1);
  if (!newest) return undefined;
  const recent = samples.filter(({ at }) => newest.at - at <= windowMs);
  const oldest = recent[0];
  if (!oldest || recent.length < 3) return undefined;
  const [third = newest, second = newest] = recent.slice(-3);
  const rises = third.lag <= second.lag && second.lag <= newest.lag;
  const falls = third.lag >= second.lag && second.lag >= newest.lag;
  return change(rises || falls ? third.lag : oldest.lag, newest.lag);
}

function change(from: bigint, to: bigint): LagTrend {
  // A hundredth up or down is the unrest of sampling two numbers at two times.
  const unrest = from / 100n;
  if (to - from > unrest) return "rising";
  return to - from < -unrest ? "falling" : "steady";
}
