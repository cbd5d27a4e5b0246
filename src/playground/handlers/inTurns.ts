import type { Clock } from "#base/clock.ts";

/** How long a handler works before it lets the event loop turn (ARCHITECTURE.md, I3). */
const turnMs = 10;

/**
 * Maps one thing after the other, with turns of the event loop in between when that takes long: one request may bring
 * a batch for each of thousands of partitions, each of them slow to check.
 */
export async function mapInTurns<T, R>(
  clock: Clock,
  things: readonly T[],
  map: (thing: T) => R,
): Promise<R[]> {
  const mapped: R[] = [];
  let beganAt = clock.now();
  for (const thing of things) {
    mapped.push(map(thing));
    if (clock.now() - beganAt < turnMs) continue;
    await clock.yieldTurn();
    beganAt = clock.now();
  }
  return mapped;
}
