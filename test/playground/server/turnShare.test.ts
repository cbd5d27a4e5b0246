import { expect, test } from "vitest";
import type { Clock } from "#base/clock.ts";
import { toDisposable } from "#base/lifecycle.ts";
import { TurnShare } from "#playground/server/turnShare.ts";

test("a client that pipelines does not keep everybody else waiting", async () => {
  // Given requests that take a millisecond each, and a clock that counts the turns of the event loop
  let now = 0;
  const turnEnds: number[] = [];
  const clock: Clock = {
    now: () => now,
    schedule: () => toDisposable(() => {}),
    yieldTurn: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      turnEnds.push(now);
    },
  };
  const turns = new TurnShare(clock);

  // When a hundred of them are served without a pause by two connections
  const serve = async () => {
    for (let request = 0; request < 50; request++) {
      now += 1;
      await turns.take();
    }
  };
  await Promise.all([serve(), serve()]);

  // Then no turn lasted much longer than 10 ms
  const lengths = turnEnds.map((end, index) => end - (turnEnds[index - 1] ?? 0));
  expect(turnEnds.length).toBeGreaterThan(7);
  expect(Math.max(...lengths)).toBeLessThan(14);
});
