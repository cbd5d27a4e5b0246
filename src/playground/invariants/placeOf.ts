import type { PartitionLog } from "../log/partitionLog.ts";

/** Where the first batch that reaches an offset stands among those of a log; behind them all when none does. */
export function placeOf(log: PartitionLog, offset: bigint): number {
  let low = 0;
  let high = log.batchCount;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((log.batchAt(middle)?.lastOffset ?? 0n) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
