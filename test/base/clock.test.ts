import { describe, expect, test } from "vitest";
import { CancelledError, sleep, withDeadline } from "#base/clock.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";

const never = new Promise<never>(() => {});

/** How a promise ended, as text. */
function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    (value) => `value ${String(value)}`,
    (error: unknown) =>
      CancelledError.is(error) ? `cancelled by ${error.reason}` : `error ${String(error)}`,
  );
}

describe("sleep", () => {
  test("ends when its time has come, and not before", async () => {
    const clock = new VirtualClock({ seed: 1 });
    const startedAt = clock.now();

    await clock.runUntil(sleep(clock, 250));

    expect(clock.now() - startedAt).toBe(250);
  });

  test.each([0, 100])("aborted after %d ms it rejects, and leaves no timer", async (afterMs) => {
    const clock = new VirtualClock({ seed: 1 });
    const abort = new AbortController();
    if (afterMs === 0) abort.abort();
    else clock.schedule(afterMs, () => abort.abort());

    const ended = await clock.runUntil(outcome(sleep(clock, 60_000, abort.signal)));

    expect(ended).toBe("cancelled by aborted");
    expect(clock.pending).toBe(0);
  });
});

describe("withDeadline", () => {
  test.each([
    ["work that is done in time", { doneAfterMs: 10 }, "value done"],
    ["work that takes longer than its deadline", { doneAfterMs: 500 }, "cancelled by deadline"],
    ["work that is aborted meanwhile", { doneAfterMs: 500, abortAfterMs: 20 }, "cancelled by aborted"],
  ])(
    "%s",
    async (_name, {
      doneAfterMs,
      abortAfterMs,
    }: { doneAfterMs: number; abortAfterMs?: number }, expected) => {
      const clock = new VirtualClock({ seed: 1 });
      const abort = new AbortController();
      const work = sleep(clock, doneAfterMs).then(() => "done");
      if (abortAfterMs !== undefined) clock.schedule(abortAfterMs, () => abort.abort());
      const limit = { what: "work", deadlineAt: clock.now() + 100, signal: abort.signal };

      const ended = await clock.runUntil(outcome(withDeadline(clock, work, limit)));

      expect(ended).toBe(expected);
    },
  );

  test("a deadline that has passed already still lets finished work through", async () => {
    const clock = new VirtualClock({ seed: 1 });
    const limit = { what: "work", deadlineAt: clock.now() - 1 };

    const finished = await clock.runUntil(outcome(withDeadline(clock, Promise.resolve(1), limit)));
    const unfinished = await clock.runUntil(outcome(withDeadline(clock, never, limit)));

    expect([finished, unfinished]).toEqual(["value 1", "cancelled by deadline"]);
  });

  test("work that fails after its waiter was released is no unhandled rejection", async () => {
    const clock = new VirtualClock({ seed: 1 });
    const work = sleep(clock, 500).then(() => Promise.reject(new Error("late")));

    const ended = await clock.runUntil(outcome(withDeadline(clock, work, { what: "work", deadlineAt: 0 })));
    await clock.advance(1_000);

    expect(ended).toBe("cancelled by deadline");
  });
});
