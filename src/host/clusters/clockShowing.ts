import type { Clock } from "#base/clock.ts";

/** Shows one time and waits by another: who observes a playground goes on asking while its clock stands still. */
export function clockShowing(time: Pick<Clock, "now">, waits: Clock): Clock {
  return {
    now: () => time.now(),
    schedule: (delayMs, run) => waits.schedule(delayMs, run),
    yieldTurn: () => waits.yieldTurn(),
  };
}
