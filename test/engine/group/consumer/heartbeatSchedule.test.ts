import { expect, test } from "vitest";
import { HeartbeatSchedule } from "#engine/group/consumer/heartbeatSchedule.ts";
import { VirtualClock } from "../../../support/virtualClock.ts";

test("news goes out at once, but not as fast as a coordinator answers that always wants something else", async () => {
  const clock = new VirtualClock({ seed: 1 });
  const schedule = new HeartbeatSchedule(clock);
  const stop = new AbortController();
  let sent = 0;
  const sending = (async () => {
    while (!stop.signal.aborted) {
      await schedule.due(stop.signal);
      sent++;
      schedule.succeeded(5_000);
      schedule.hurry();
      await clock.yieldTurn();
    }
  })();

  await clock.advance(0);
  const atOnce = sent;
  await clock.advance(10_000);
  stop.abort();
  await clock.runUntil(sending);

  expect(atOnce).toBeGreaterThanOrEqual(5);
  expect(sent).toBeGreaterThan(40);
  expect(sent).toBeLessThan(80);
});

test("once a heartbeat has waited for the interval, news goes out at once again", async () => {
  const clock = new VirtualClock({ seed: 1 });
  const schedule = new HeartbeatSchedule(clock);
  const { signal } = new AbortController();
  for (let round = 0; round < 30; round++) {
    schedule.succeeded(5_000);
    schedule.hurry();
    await clock.runUntil(schedule.due(signal));
  }
  schedule.succeeded(5_000);
  await clock.runUntil(schedule.due(signal));
  schedule.succeeded(5_000);

  const before = clock.now();
  schedule.hurry();
  await clock.runUntil(schedule.due(signal));

  expect(clock.now()).toBe(before);
});
