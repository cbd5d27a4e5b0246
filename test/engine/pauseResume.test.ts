import { beforeEach, describe, expect, test } from "vitest";
import { EngineBench, ofType, values } from "./support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };

describe("pause and resume", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
  });

  test("counts are exact: polled, paused, resumed, and 0 in the end", async () => {
    await bench.produce(p0, 10);
    const { session, seen, poll } = bench.session();
    session.start();
    const first = await poll(5, 20_000);
    await bench.until("ten fetched", () => session.buffered().records === 5);

    session.pause({ all: true });
    const pausedPoll = await poll(5, 700);
    const whilePaused = session.buffered().records;
    session.resume({ all: true });
    const rest = await poll(10);
    await bench.clock.advance(1_000);

    expect(values(first)).toEqual([0, 1, 2, 3, 4]);
    expect(pausedPoll).toEqual([]);
    expect(whilePaused).toBe(5);
    expect(values(rest)).toEqual([5, 6, 7, 8, 9]);
    expect(session.buffered()).toEqual({ records: 0, bytes: 0, batches: 0 });
    const shown = ofType(seen, "buffer.state");
    expect(shown.some(({ pausedRecords }) => pausedRecords === 5)).toBe(true);
    expect(shown.at(-1)).toMatchObject({ records: 0, bytes: 0, pausedRecords: 0 });
  });

  test("a poll with everything paused waits for its time, and does not fetch or spin", async () => {
    await bench.produce(p0, 3);
    const { session, seen, poll } = bench.session();
    session.start();
    session.pause({ all: true });
    await bench.until("positioned", () => session.partitions()[0]?.position !== undefined);
    const startedAt = bench.clock.now();
    const stepsBefore = bench.clock.steps;

    const records = await poll(10, 5_000);

    expect(records).toEqual([]);
    expect(bench.clock.now() - startedAt).toBe(5_000);
    expect(bench.clock.steps - stepsBefore).toBeLessThan(300);
    expect(ofType(seen, "fetch.completed")).toEqual([]);
  });

  test("resuming wakes a poll that waits", async () => {
    await bench.produce(p0, 3);
    const { session } = bench.session();
    session.start();
    await bench.until("fetched", () => session.buffered().records === 3);
    session.pause({ all: true });
    const polled = session.poll({ maxRecords: 10, timeoutMs: 60_000 });
    await bench.clock.advance(1_000);
    const resumedAt = bench.clock.now();

    session.resume({ all: true });
    const records = await bench.run(polled);

    expect(values(records)).toEqual([0, 1, 2]);
    expect(bench.clock.now()).toBe(resumedAt);
  });

  test("pause keeps the position; skipping to the end while paused is right, and doing it twice changes nothing", async () => {
    await bench.produce(p0, 2);
    const { session, seen, poll } = bench.session();
    session.start();
    await poll(2, 20_000);
    session.pause(p0);
    await bench.produce(p0, 5, 2);

    const preview = await bench.run(session.previewSkip(p0, { kind: "end" }));
    const skipped = await bench.run(session.skip(p0, { kind: "end" }, { how: "move", commit: true }));
    const again = await bench.run(session.skip(p0, { kind: "end" }, { how: "move" }));
    session.resume(p0);
    await bench.produce(p0, 1, 7);
    const records = await poll(10, 5_000);

    expect(preview).toMatchObject({ from: 2n, to: 7n, offsets: 5n });
    expect(skipped).toMatchObject({ from: 2n, to: 7n, commit: { outcome: "committed" } });
    expect(again).toEqual({ from: 7n, to: 7n });
    expect(values(records)).toEqual([7]);
    expect(ofType(seen, "fetch.gap")).toMatchObject([{ reason: "userSkip", fromOffset: 2n, toOffset: 7n }]);
  });

  test("what arrives while paused is seen, though nothing is fetched", async () => {
    await bench.produce(p0, 2);
    const { session, seen, poll } = bench.session();
    session.start();
    await poll(2, 20_000);
    session.pause(p0);
    await bench.clock.advance(3_000);
    const asked = ofType(seen, "fetch.completed").length;
    await bench.produce(p0, 3, 2);

    await bench.clock.advance(3_000);

    expect(ofType(seen, "position.state").at(-1)).toMatchObject({
      paused: true,
      position: 2n,
      highWatermark: 5n,
      highWatermarkAtPause: 2n,
    });
    expect(ofType(seen, "fetch.completed")).toHaveLength(asked);
  });

  test("what a log loses while paused is seen, though nothing is fetched", async () => {
    await bench.produce(p0, 6);
    const { session, seen, poll } = bench.session();
    session.start();
    await poll(2, 20_000);
    session.pause(p0);
    await bench.clock.advance(3_000);
    bench.playground.truncateLog(p0, 4n);

    await bench.clock.advance(3_000);

    expect(ofType(seen, "position.state").at(-1)).toMatchObject({ paused: true, highWatermark: 4n });
  });

  test("what arrives while paused is delivered after resume, from the same position", async () => {
    await bench.produce(p0, 2);
    const { session, poll } = bench.session();
    session.start();
    await poll(2, 20_000);
    session.pause({ topic: "orders" });
    await bench.produce(p0, 3, 2);
    const nothing = await poll(10, 2_000);

    session.resume({ topic: "orders" });
    const records = await poll(10, 5_000);

    expect(nothing).toEqual([]);
    expect(values(records)).toEqual([2, 3, 4]);
  });
});
