import { type Random, randomInt } from "#base/random.ts";
import type { KeySpread } from "./workloadOptions.ts";

/** Draws the numbers of keys, from 1, as they are spread; undefined where records have none. */
export function keySource(keys: KeySpread, random: Random): () => number | undefined {
  switch (keys.spread) {
    case "none":
      return () => undefined;
    case "even":
      return () => 1 + randomInt(random, keys.count);
    case "roundRobin": {
      let last = 0;
      return () => (last = (last % keys.count) + 1);
    }
    case "hot": {
      const { count, hotShare } = keys;
      return () => (count === 1 || random.next() < hotShare ? 1 : 2 + randomInt(random, count - 1));
    }
    case "zipf":
      return zipf(keys, random);
  }
}

function zipf({ count, exponent }: { readonly count: number; readonly exponent: number }, random: Random) {
  const upTo = new Float64Array(count);
  let total = 0;
  for (let key = 0; key < count; key++) {
    total += (key + 1) ** -exponent;
    upTo[key] = total;
  }
  return () => 1 + firstAbove(upTo, random.next() * total);
}

function firstAbove(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
