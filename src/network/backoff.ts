import type { Random } from "#base/random.ts";

const firstMs = 100;
const mostMs = 5_000;

/**
 * Full jitter alone may draw 0 several times in a row; this keeps the attempts of one waiter below twenty a second
 * whatever is drawn.
 */
const leastMs = 50;

/** How long to wait after the `failures`th failure in a row (1 or more): full jitter up to 100 ms · 2ⁿ, at most 5 s. */
export function backoffMs(random: Random, failures: number): number {
  const ceiling = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return Math.max(leastMs, random.next() * ceiling);
}
