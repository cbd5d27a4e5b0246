import { expect, test } from "vitest";
import type { Clock } from "#base/clock.ts";
import { toDisposable } from "#base/lifecycle.ts";
import { mapInTurns } from "#playground/handlers/inTurns.ts";

test("a request with many slow parts does not keep everybody else waiting", async () => {
  let now = 0;
  let turns = 0;
  const clock: Clock = {
    now: () => now,
    schedule: () => toDisposable(() => {}),
    yieldTurn: async () => {
      turns++;
    },
  };

  const doubled = await mapInTurns(clock, [1, 2, 3, 4, 5, 6], (part) => {
    now += 4;
    return part * 2;
  });

  expect({ doubled, turns }).toEqual({ doubled: [2, 4, 6, 8, 10, 12], turns: 2 });
});
