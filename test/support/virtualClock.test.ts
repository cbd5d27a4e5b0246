import { describe, expect, test } from "vitest";
import { sleep } from "#base/clock.ts";
import { SimulationError, VirtualClock } from "./virtualClock.ts";

describe("VirtualClock", () => {
  test("time moves to the next event and nowhere else", async () => {
    const clock = new VirtualClock({ startMs: 1_000 });
    const seen: number[] = [];
    clock.schedule(500, () => seen.push(clock.now()));
    clock.schedule(20, () => seen.push(clock.now()));

    await clock.advance(600);

    expect(seen).toEqual([1_020, 1_500]);
    expect(clock.now()).toBe(1_600);
  });

  test("promise chains of any depth are drained between two events", async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    const deep = async () => {
      for (let depth = 0; depth < 1_000; depth++) await Promise.resolve();
      order.push("chain");
    };
    clock.schedule(1, () => void deep());
    clock.schedule(2, () => order.push("timer"));

    await clock.advance(2);

    expect(order).toEqual(["chain", "timer"]);
  });

  test("they are also where many events share a round of the event loop", async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    const deep = async (name: string) => {
      for (let depth = 0; depth < 100; depth++) await Promise.resolve();
      order.push(name);
    };
    const names = Array.from({ length: 60 }, (_, index) => `event ${index}`);
    for (const [index, name] of names.entries()) {
      clock.schedule(index, () => {
        order.push(name);
        void deep(`chain of ${name}`);
      });
    }

    await clock.advance(60);

    expect(order).toEqual(names.flatMap((name) => [name, `chain of ${name}`]));
  });

  test.each([1, 2, 20, 60])(
    "what is rejected without a handler ends event %i, and no later one",
    async (which) => {
      const clock = new VirtualClock();
      let ran = 0;
      for (let event = 1; event <= 60; event++) {
        clock.schedule(event, () => {
          ran = event;
          if (event === which) void Promise.reject(new Error("nobody listens"));
        });
      }

      const advanced = clock.advance(100);

      await expect(advanced).rejects.toThrow(`in event ${which}: nobody listens`);
      expect(ran).toBe(which);
    },
  );

  test("a timer disposed of never runs, also when thousands were", async () => {
    const clock = new VirtualClock();
    let ran = 0;
    for (let index = 0; index < 5_000; index++) {
      const timer = clock.schedule(10 + (index % 7), () => ran++);
      if (index % 5 !== 0) timer.dispose();
    }

    const waiting = clock.pending;
    await clock.advance(100);

    expect([waiting, ran, clock.pending]).toEqual([1_000, 1_000, 0]);
  });

  test("a seed decides the order of events of one instant, the same way each time", async () => {
    const orderOf = async (seed: number) => {
      const clock = new VirtualClock({ seed });
      const order: number[] = [];
      for (let index = 0; index < 20; index++) clock.schedule(5, () => order.push(index));
      await clock.advance(5);
      return order.join();
    };

    const orders = [await orderOf(1), await orderOf(1), await orderOf(2)];

    expect(orders[0]).toBe(orders[1]);
    expect(orders[0]).not.toBe(orders[2]);
  });

  test("work that nothing can finish is a deadlock, and the error names what waits", async () => {
    const clock = new VirtualClock();
    clock.explainWith(() => ["member A for SyncGroup"]);
    const never = new Promise<void>(() => {});

    const outcome = clock.runUntil(never, { what: "the rebalance" });

    await expect(outcome).rejects.toThrow(
      /DEADLOCK: the rebalance has not settled.*\n.*member A for SyncGroup/,
    );
  });

  test("work that goes on for ever ends at its limits", async () => {
    const clock = new VirtualClock();
    const spin = async (): Promise<void> => {
      for (;;) await sleep(clock, 10);
    };

    const byTime = await clock.runUntil(spin(), { limitMs: 1_000 }).catch((error: unknown) => error);
    const bySteps = await clock.runUntil(spin(), { maxSteps: 50 }).catch((error: unknown) => error);

    expect(SimulationError.is(byTime, "TIME_LIMIT")).toBe(true);
    expect(SimulationError.is(bySteps, "STEP_LIMIT")).toBe(true);
  });

  test("the outcome of the work is handed on", async () => {
    const clock = new VirtualClock();

    const value = await clock.runUntil(sleep(clock, 60_000).then(() => 7));
    const failure = await clock
      .runUntil(Promise.reject(new Error("no")))
      .catch((error: Error) => error.message);

    expect([value, failure]).toEqual([7, "no"]);
  });

  test("yieldTurn lets what is due at this instant happen", async () => {
    const clock = new VirtualClock();
    let turns = 0;
    const work = async () => {
      for (; turns < 3; turns++) await clock.yieldTurn();
    };

    const before = clock.now();
    await clock.runUntil(work());

    expect([turns, clock.now()]).toEqual([3, before]);
  });
});
