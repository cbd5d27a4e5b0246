import { beforeEach, describe, expect, test } from "vitest";
import { CancelledError } from "#base/clock.ts";
import { PollDriver } from "#host/sessions/pollDriver.ts";
import { type BenchSession, EngineBench, values } from "../../engine/support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };

describe("the poll mode of a debug consumer", () => {
  let bench: EngineBench;
  let consumer: BenchSession;
  let driver: PollDriver;
  let delivered: number[];
  let failures: unknown[];

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
    consumer = bench.session();
    delivered = [];
    failures = [];
    driver = new PollDriver({
      session: consumer.session,
      clock: bench.clock,
      deliver: (records) => delivered.push(...values(records)),
      onFailure: (error) => failures.push(error),
    });
    consumer.session.start();
    await bench.until("it reads", () => consumer.session.partitions()[0]?.position === 0n);
  });

  test("a step that still waits delivers nothing after hold was ordered", async () => {
    driver.setMode({ mode: "hold" });
    const step = driver.poll(10, 30_000);
    await bench.clock.advance(1_000);

    driver.setMode({ mode: "hold" });
    await bench.produce(p0, 3);
    await bench.clock.advance(5_000);

    expect(delivered).toEqual([]);
    expect(await bench.run(step)).toBe(0);
    expect(consumer.session.buffered().records).toBe(3);
  });

  test("flowing ends with the order to hold, with records on their way", async () => {
    driver.setMode({ mode: "flow" });
    await bench.produce(p0, 3);
    await bench.until("they flow", () => delivered.length === 3);
    const producing = bench.produce(p0, 3, 3);

    driver.setMode({ mode: "hold" });
    await producing;
    await bench.clock.advance(5_000);

    expect(delivered).toEqual([0, 1, 2]);
    expect(failures).toEqual([]);
  });

  test("a step that its own caller gives up is told so, and what comes then is kept", async () => {
    driver.setMode({ mode: "hold" });
    const givenUp = new AbortController();
    const step = driver.poll(10, 30_000, givenUp.signal).catch((error: unknown) => error);
    await bench.clock.advance(1_000);

    givenUp.abort();
    await bench.produce(p0, 1);
    await bench.clock.advance(1_000);

    expect(CancelledError.is(await bench.run(step), "aborted")).toBe(true);
    expect(delivered).toEqual([]);
  });

  test("a step after another one takes what the first one waited for, too", async () => {
    driver.setMode({ mode: "hold" });
    const first = driver.poll(1, 30_000);
    const second = driver.poll(1, 30_000);

    await bench.produce(p0, 2);

    expect(await bench.run(Promise.all([first, second]))).toEqual([1, 1]);
    expect(delivered).toEqual([0, 1]);
  });
});
