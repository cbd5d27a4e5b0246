import { beforeEach, describe, expect, test } from "vitest";
import { EngineBench, ofType, values } from "./support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };
const p1 = { topic: "orders", partition: 1 };

describe.each(["crc", "codec", "recordLayout"] as const)("a batch with damaged %s", (how) => {
  let bench: EngineBench;

  /** Two good records, a bad batch of three at 2 to 4, one good record; and a good one in the other partition. */
  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 2 });
    await bench.produce(p0, 2);
    bench.playground.corruptNextBatch(p0, how);
    await bench.run(bench.produceBatch(p0, 3, 2));
    await bench.produce(p0, 1, 5);
    await bench.produce(p1, 1, 100);
  });

  test("halts its partition once, with its bounds, and the others go on", async () => {
    const { session, seen, poll } = bench.session();
    session.start();
    const records = [...(await poll(2, 20_000)), ...(await poll(10, 3_000)), ...(await poll(10, 3_000))];
    const asked = ofType(seen, "fetch.completed").length;

    await bench.clock.advance(60_000);

    expect(values(records).sort((a, b) => a - b)).toEqual([0, 1, 100]);
    expect(ofType(seen, "fetch.batchRejected")).toMatchObject([
      { ...p0, baseOffset: 2n, lastOffset: 4n, nextSafeOffset: 5n, action: "halted", boundsTrusted: true },
    ]);
    expect(ofType(seen, "fetch.batchRejected")[0]?.bytesId).toMatch(/^bytes-\d+$/);
    const [partition] = session.partitions();
    expect(partition).toMatchObject({ position: 2n, progress: { state: "errored" } });
    // The other partition is long-polled: twice a second, and never more for the one that halted.
    expect(ofType(seen, "fetch.completed").length - asked).toBeLessThan(130);
    const lastAsked = ofType(seen, "fetch.completed").slice(asked + 1);
    expect(lastAsked.every(({ partitionsAsked, bytes }) => partitionsAsked === 1 && bytes === 0)).toBe(true);
  });

  test("a retry finds the same and halts again, with one more finding", async () => {
    const { session, seen, poll } = bench.session();
    session.start();
    await bench.until("halted", () => ofType(seen, "fetch.batchRejected").length === 1);

    session.retryBatch(p0);
    await bench.until("halted again", () => ofType(seen, "fetch.batchRejected").length === 2);
    const records = await poll(10, 3_000);

    expect(values(records)).not.toContain(5);
    expect(session.partitions()[0]?.progress).toMatchObject({ state: "errored" });
  });

  test("skipping goes on behind it and records the gap", async () => {
    const { session, seen, poll } = bench.session();
    session.start();
    await bench.until("halted", () => ofType(seen, "fetch.batchRejected").length === 1);

    const moved = session.skipBatch(p0);
    const records = [...(await poll(10, 3_000)), ...(await poll(10, 3_000)), ...(await poll(10, 3_000))];

    expect(moved).toEqual({ from: 2n, to: 5n });
    expect(values(records).sort((a, b) => a - b)).toEqual([0, 1, 5, 100]);
    expect(ofType(seen, "fetch.gap")).toMatchObject([
      { reason: "corruptBatch", fromOffset: 2n, toOffset: 5n },
    ]);
    expect(ofType(seen, "fetch.batchResolved")).toMatchObject([{ baseOffset: 2n, how: "skipped" }]);
    expect(session.partitions()[0]).toMatchObject({ position: 6n, progress: { state: "fetching" } });
  });

  test("with the policy skip nothing halts, and the gap is recorded", async () => {
    const { session, seen, poll } = bench.session({ corruptBatchPolicy: "skip" });
    session.start();

    const records = [...(await poll(10, 20_000)), ...(await poll(10, 3_000)), ...(await poll(10, 3_000))];

    expect(values(records).sort((a, b) => a - b)).toEqual([0, 1, 5, 100]);
    expect(ofType(seen, "fetch.batchRejected")).toMatchObject([{ action: "skipped" }]);
    expect(ofType(seen, "fetch.gap")).toMatchObject([{ fromOffset: 2n, toOffset: 5n }]);
  });

  test("seeking behind it is a way out too", async () => {
    const { session, seen, poll } = bench.session();
    session.start();
    await bench.until("halted", () => ofType(seen, "fetch.batchRejected").length === 1);

    await bench.run(session.seek(p0, { kind: "offset", offset: 5n }));
    const records = [...(await poll(10, 3_000)), ...(await poll(10, 3_000))];

    expect(values(records)).toContain(5);
    expect(ofType(seen, "fetch.batchResolved")).toMatchObject([{ baseOffset: 2n, how: "seeked" }]);
  });
});
