import { beforeEach, describe, expect, test } from "vitest";
import { EngineBench, ofType, values } from "./support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };

describe("fetching", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench({ nodes: 2 });
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 4 });
  });

  test("every record of every partition is delivered once, in the order of its partition", async () => {
    for (let partition = 0; partition < 4; partition++) {
      for (let batch = 0; batch < 5; batch++) {
        await bench.run(bench.produceBatch({ topic: "orders", partition }, 7, batch * 7));
      }
    }
    const { session, poll } = bench.session();
    session.start();
    const byPartition = new Map<number, number[]>();

    for (let got = 0; got < 140; ) {
      const records = await poll(9, 20_000);
      got += records.length;
      for (const record of records) {
        const list = byPartition.get(record.partition) ?? [];
        byPartition.set(record.partition, [...list, ...values([record])]);
      }
    }
    const more = await poll(10, 2_000);

    const expected = Array.from({ length: 35 }, (_, index) => index);
    expect(Array.from(byPartition.keys()).sort()).toEqual([0, 1, 2, 3]);
    for (const list of byPartition.values()) expect(list).toEqual(expected);
    expect(more).toEqual([]);
    expect(session.buffered()).toEqual({ records: 0, bytes: 0, batches: 0 });
  });

  test("the buffer stays within its limits while nobody polls", async () => {
    for (let batch = 0; batch < 60; batch++) {
      await bench.run(bench.produceBatch({ topic: "orders", partition: batch % 4 }, 10));
    }
    const { session, seen } = bench.session({ maxBufferedRecords: 100 });

    session.start();
    await bench.clock.advance(30_000);

    const { records } = session.buffered();
    // One batch of each partition may stand over.
    expect(records).toBeGreaterThanOrEqual(50);
    expect(records).toBeLessThanOrEqual(140);
    expect(ofType(seen, "fetch.completed").length).toBeLessThan(150);
  });

  test("a paused partition with a full buffer does not starve the others", async () => {
    await bench.run(bench.produceBatch(p0, 200));
    const { session, poll } = bench.session({ maxBufferedRecords: 50 });
    session.start();
    await bench.until("full", () => session.buffered(p0).records === 200);
    session.pause(p0);
    await bench.run(bench.produceBatch({ topic: "orders", partition: 1 }, 30));

    const records = await poll(100, 10_000);

    expect(records).toHaveLength(30);
  });

  test("nothing is said about the buffer while nothing changes, and at most ten times a second while it does", async () => {
    const { session, seen } = bench.session();
    session.start();
    await bench.until("stable", () => session.membership()?.state === "stable");
    await bench.clock.advance(5_000);
    const whenIdle = ofType(seen, "buffer.state").length;

    const startedAt = bench.clock.now();
    for (let batch = 0; batch < 100; batch++) {
      await bench.run(bench.produceBatch(p0, 1, batch));
      await session.poll({ maxRecords: 1, timeoutMs: 0 });
      await bench.clock.advance(10);
    }
    const seconds = (bench.clock.now() - startedAt) / 1_000;
    await bench.clock.advance(500);

    const states = ofType(seen, "buffer.state").filter(({ partition }) => partition === 0);
    expect(whenIdle).toBe(0);
    expect(states.length).toBeLessThan(seconds * 11 + 5);
    expect(states.at(-1)?.records).toBe(session.buffered(p0).records);
  });

  test.each([
    "UNKNOWN_SERVER_ERROR",
    "NOT_LEADER_OR_FOLLOWER",
    "UNKNOWN_TOPIC_OR_PARTITION",
    "TOPIC_AUTHORIZATION_FAILED",
    "FETCH_SESSION_ID_NOT_FOUND",
    "OFFSET_OUT_OF_RANGE",
  ] as const)("Fetch answered with %s for ever is asked slower and slower", async (code) => {
    await bench.run(bench.produceBatch(p0, 1));
    bench.playground.addFault({ match: { api: "Fetch" }, action: { kind: "error", code } });
    const { session } = bench.session();

    session.start();
    await bench.clock.advance(60_000);

    const hits = bench.playground.faults()[0]?.hits ?? 0;
    expect(hits).toBeGreaterThan(3);
    expect(hits).toBeLessThan(250);
  });

  test("when the trouble ends, reading goes on, and the error is gone", async () => {
    await bench.run(bench.produceBatch(p0, 3));
    const fault = bench.playground.addFault({
      match: { api: "Fetch" },
      action: { kind: "error", code: "TOPIC_AUTHORIZATION_FAILED" },
    });
    const { session, seen, poll } = bench.session();
    session.start();
    await bench.until("shown", () =>
      ofType(seen, "position.state").some(({ error }) => error?.code === "TOPIC_AUTHORIZATION_FAILED"),
    );

    bench.playground.removeFault(fault);
    const records = await poll(10, 20_000);

    expect(records).toHaveLength(3);
    expect(session.partitions()[0]?.progress.state).toBe("fetching");
  });

  test("connections that end in between lose nothing and deliver nothing twice", async () => {
    for (let batch = 0; batch < 20; batch++) {
      await bench.run(bench.produceBatch({ topic: "orders", partition: batch % 4 }, 5, batch * 5));
    }
    bench.playground.addFault({ match: { api: "Fetch", nth: 2 }, action: { kind: "cutConnection" } });
    bench.playground.addFault({ match: { api: "Fetch", nth: 4 }, action: { kind: "cutConnection" } });
    const { session, poll } = bench.session({
      fetch: { maxWaitMs: 100, minBytes: 1, maxBytes: 600, maxPartitionBytes: 300 },
    });
    session.start();

    const got: number[] = [];
    while (got.length < 100) got.push(...values(await poll(10, 20_000)));
    got.push(...values(await poll(10, 3_000)));

    expect(got.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  test("a poll settles when it is cancelled, and when the session is closed", async () => {
    const { session } = bench.session();
    session.start();
    const abort = new AbortController();
    const cancelled = session.poll({ maxRecords: 1, timeoutMs: 600_000, signal: abort.signal });
    const closed = session.poll({ maxRecords: 1, timeoutMs: 600_000 });
    await bench.clock.advance(1_000);

    abort.abort();
    const closing = session.close({ deadlineMs: 1_000, leaveGroup: true, reason: "test" });

    await expect(bench.run(cancelled)).rejects.toMatchObject({ reason: "aborted" });
    expect(await bench.run(closed)).toEqual([]);
    expect(await bench.run(closing)).toEqual({ couldNot: [] });
  });

  test("a close says what it could not do when nobody answers", async () => {
    const { session, seen } = bench.session();
    session.start();
    await bench.until("stable", () => session.membership()?.state === "stable");
    bench.playground.addFault({ match: { api: "LeaveGroup" }, action: { kind: "hold" } });
    const startedAt = bench.clock.now();

    const { couldNot } = await bench.run(
      session.close({ deadlineMs: 2_000, leaveGroup: true, reason: "test" }),
    );

    expect(bench.clock.now() - startedAt).toBeLessThanOrEqual(2_000);
    expect(couldNot).toHaveLength(1);
    expect(couldNot[0]).toContain("leave the group");
    expect(ofType(seen, "session.ended")).toMatchObject([{ reason: "stopped", couldNot }]);
    expect(session.assignment()).toEqual([]);
    expect(session.buffered().records).toBe(0);
  });

  test("without a group all partitions of a topic are read, or exactly the ones that were named", async () => {
    for (let partition = 0; partition < 4; partition++) {
      await bench.run(bench.produceBatch({ topic: "orders", partition }, 1, partition));
    }
    const all = bench.session({ groupId: undefined, startPosition: { kind: "start" } });
    const one = bench.session({
      groupId: undefined,
      startPosition: { kind: "start" },
      topics: [],
      directPartitions: [{ topic: "orders", partition: 2 }],
    });
    all.session.start();
    one.session.start();

    const fromAll: number[] = [];
    while (fromAll.length < 4) fromAll.push(...values(await all.poll(10, 10_000)));
    const fromOne = values(await one.poll(10, 10_000));

    expect(fromAll.sort()).toEqual([0, 1, 2, 3]);
    expect(fromOne).toEqual([2]);
    expect(ofType(one.seen, "session.state")).toMatchObject([{ membership: "direct" }]);
  });
});
