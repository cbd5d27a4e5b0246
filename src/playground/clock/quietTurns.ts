import type { Clock } from "#base/clock.ts";

/** So many turns without a request, and what was set off has come to rest: each turn takes in what has arrived. */
const enoughTurns = 10;
/** Who asks without end would never come to rest. */
const mostTurns = 2_000;

/** Settles when no request has come for some turns of the real world. */
export async function quietTurns(clock: Clock, requests: () => number): Promise<void> {
  let seen = requests();
  let quiet = 0;
  for (let turn = 0; turn < mostTurns && quiet < enoughTurns; turn++) {
    await clock.yieldTurn();
    quiet++;
    const now = requests();
    if (now === seen) continue;
    seen = now;
    quiet = 0;
  }
}
