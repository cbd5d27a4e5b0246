import { beforeEach, describe, expect, test } from "vitest";
import { PlaygroundClock } from "#playground/clock/playgroundClock.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";

const start = 1_000_000;
let behind: VirtualClock;
let clock: PlaygroundClock;
let ran: string[];

beforeEach(() => {
  behind = new VirtualClock({ startMs: start });
  clock = new PlaygroundClock(behind);
  ran = [];
});

function note(name: string, delayMs: number) {
  return clock.schedule(delayMs, () => ran.push(`${name} at ${clock.now() - start}`));
}

describe("a playground's clock", () => {
  test("is the clock behind it as long as nobody touches it", async () => {
    note("a", 100);
    note("b", 50).dispose();

    await behind.advance(200);

    expect(ran).toEqual(["a at 100"]);
    expect([clock.now() - start, clock.aheadMs]).toEqual([200, 0]);
  });

  test("stands still while it is paused, and goes on where it stood", async () => {
    note("a", 100);
    await behind.advance(40);

    clock.pause();
    await behind.advance(10_000);
    const whilePaused = [clock.now() - start, ran.length];
    clock.real();
    await behind.advance(59);
    const before = ran.length;
    await behind.advance(1);

    expect(whilePaused).toEqual([40, 0]);
    expect(before).toBe(0);
    expect(ran).toEqual(["a at 100"]);
    expect(clock.aheadMs).toBe(-10_000);
  });

  test("runs what falls into a step, in order, what that sets off included", async () => {
    clock.pause();
    note("late", 301);
    note("b", 200);
    note("a", 100);
    note("same as b", 200);
    clock.schedule(150, () => note("set off", 10));

    const isDone = await behind.runUntil(clock.step(300));

    expect(isDone).toBe(true);
    expect(ran).toEqual(["a at 100", "set off at 160", "b at 200", "same as b at 200"]);
    expect(clock.now() - start).toBe(300);
    expect(behind.now()).toBe(start);
  });

  test("waits between two timers until what the first one set off has come to rest", async () => {
    clock = new PlaygroundClock(behind, {
      settle: () => new Promise((resolve) => behind.schedule(5, resolve)),
    });
    clock.pause();
    clock.schedule(10, () => {
      behind.schedule(4, () => void note("answer", 1));
    });
    note("after", 100);

    await behind.runUntil(clock.step(100));

    expect(ran).toEqual(["answer at 11", "after at 100"]);
  });

  test("goes from timer to timer when it runs ahead, and waits for one when there is none", async () => {
    let ticks = 0;
    const tick = () => {
      ticks++;
      if (ticks < 100) clock.schedule(3_600_000, tick);
    };
    clock.schedule(3_600_000, tick);

    clock.fast();
    await behind.advance(10);
    const atRest = [ticks, clock.now() - start];
    note("new", 1_000);
    await behind.advance(10);

    expect(atRest).toEqual([100, 360_000_000]);
    expect(ran).toEqual(["new at 360001000"]);
  });

  test("is real again from where it ran to", async () => {
    note("a", 5_000);
    clock.fast();
    await behind.advance(10);

    clock.real();
    note("b", 100);
    await behind.advance(100);

    expect(ran).toEqual(["a at 5000", "b at 5100"]);
    expect(clock.now() - start).toBe(5_100);
  });

  test("runs what it is behind in order when it catches up, and is real then", async () => {
    clock.pause();
    note("b", 200);
    note("a", 100);
    note("later", 10_100);
    await behind.advance(10_000);
    clock.real();

    const isDone = await behind.runUntil(clock.catchUp());
    const caughtUp = [...ran];
    await behind.advance(100);

    expect(isDone).toBe(true);
    expect(caughtUp).toEqual(["a at 100", "b at 200"]);
    expect([clock.mode, clock.aheadMs]).toEqual(["real", 0]);
    expect(ran.at(-1)).toBe("later at 10100");
  });

  test("catches up with what goes by meanwhile, too", async () => {
    clock = new PlaygroundClock(behind, {
      settle: () => new Promise((resolve) => behind.schedule(5, resolve)),
    });
    clock.pause();
    note("a", 100);
    note("meanwhile", 1_004);
    await behind.advance(1_000);

    await behind.runUntil(clock.catchUp());

    expect(ran).toEqual(["a at 100", "meanwhile at 1004"]);
    expect(clock.aheadMs).toBe(0);
  });

  test.each([
    ["pause", "paused"],
    ["real", "real"],
    ["fast", "fast"],
  ] as const)("a catching up ends where it is when the clock is told: %s", async (how, mode) => {
    clock.pause();
    clock.schedule(10, () => clock[how]());
    await behind.advance(1_000);

    const isDone = await behind.runUntil(clock.catchUp());
    await behind.advance(10);

    expect([isDone, clock.mode]).toEqual([false, mode]);
    expect(clock.aheadMs).toBeLessThan(-900);
  });

  test("a catching up that is cancelled leaves the time real, from where it came to", async () => {
    const stop = new AbortController();
    clock.pause();
    clock.schedule(10, () => stop.abort());
    note("after", 20);
    await behind.advance(1_000);

    const isDone = await behind.runUntil(clock.catchUp(stop.signal));

    expect([isDone, clock.mode, clock.now() - start, ran]).toEqual([false, "real", 10, []]);
  });

  test.each(["real", "fast", "pause"] as const)(
    "a step ends where it is when the clock is told: %s",
    async (how) => {
      clock.pause();
      const steps: Promise<boolean>[] = [];
      clock.schedule(10, () => {
        if (how === "pause") steps.push(clock.step(5));
        else clock[how]();
      });
      note("after", 20);

      const isDone = await behind.runUntil(clock.step(100), { limitMs: 50 });

      expect(isDone).toBe(false);
      expect(clock.now() - start).toBeLessThan(100);
    },
  );

  test("a step ends when its signal aborts", async () => {
    const stop = new AbortController();
    clock.pause();
    clock.schedule(10, () => stop.abort());
    note("after", 20);

    const isDone = await behind.runUntil(clock.step(100, stop.signal));

    expect([isDone, ran]).toEqual([false, []]);
    expect(clock.now() - start).toBe(10);
  });

  test("a timer that was disposed of does not run, in whatever mode", async () => {
    const timers = [note("a", 10), note("b", 20)];
    clock.pause();
    timers[0]?.dispose();
    await behind.runUntil(clock.step(15));
    clock.real();
    timers[1]?.dispose();

    await behind.advance(100);

    expect(ran).toEqual([]);
  });

  test("tells every change of its mode, and every step", async () => {
    const changes: string[] = [];
    clock.onChanged((mode) => changes.push(`${mode} ${clock.now() - start}`));

    clock.pause();
    clock.pause();
    await behind.runUntil(clock.step(5));
    clock.fast();
    clock.real();

    expect(changes).toEqual(["paused 0", "paused 5", "fast 5", "real 5"]);
  });
});
