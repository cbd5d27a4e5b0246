import { beforeEach, describe, expect, test } from "vitest";
import type { SkipProgress } from "#engine/position/discarder.ts";
import type { SkipOrder } from "#engine/position/skipper.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { watchRequests } from "./support/betweenCluster.ts";
import { type BenchSession, EngineBench, ofType, values } from "./support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };
const toEnd = { kind: "end" } as const;

describe("skipping what arrived while paused", () => {
  let bench: EngineBench;
  let member: BenchSession;

  /** Two records delivered, paused, five more: a minute later. */
  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
    await bench.produce(p0, 2);
    member = bench.session({ resetPolicy: "start" });
    member.session.start();
    await member.poll(2, 20_000);
    member.session.pause(p0);
    await bench.clock.advance(60_000);
    await bench.produce(p0, 5, 2);
  });

  const skip = (order: SkipOrder) => bench.run(member.session.skip(p0, toEnd, order));
  const fetches = () => ofType(member.seen, "fetch.completed").length;
  const gaps = () => ofType(member.seen, "fetch.gap");

  test("nothing is skipped by itself: pausing keeps the position, and all of it is delivered", async () => {
    member.session.resume(p0);

    const records = await member.poll(10, 5_000);

    expect(values(records)).toEqual([2, 3, 4, 5, 6]);
  });

  test("the preview says from where to where, and changes nothing", async () => {
    const before = fetches();

    const preview = await bench.run(member.session.previewSkip(p0, toEnd));
    await bench.clock.advance(5_000);

    expect(preview).toEqual({
      from: 2n,
      to: 7n,
      offsets: 5n,
      bufferedRecords: 0,
      bufferedBytes: 0,
      bytes: undefined,
    });
    expect(member.session.partitions()[0]).toMatchObject({ paused: true, position: 2n });
    expect(fetches()).toBe(before);
  });

  test("the preview counts what is here already, up to the place and not beyond", async () => {
    member.session.resume(p0);
    await bench.until("fetched", () => member.session.buffered().records === 5);
    member.session.pause(p0);
    await bench.clock.advance(60_000);
    await bench.produce(p0, 2, 7);
    const timestampMs = bench.clock.now() - 30_000;

    const all = await bench.run(member.session.previewSkip(p0, toEnd));
    const recent = await bench.run(member.session.previewSkip(p0, { kind: "timestamp", timestampMs }));

    expect(all).toMatchObject({ to: 9n, bufferedRecords: 5, bytes: undefined });
    expect(recent).toMatchObject({ to: 7n, bufferedRecords: 5, bytes: member.session.buffered().bytes });
  });

  const ways = ["move", "discard", "rejoin"] as const;

  test.each(ways)("%s: only what comes after it is delivered, after any number of skips", async (how) => {
    const skipped = await skip({ how, commit: true });
    const again = await skip({ how, commit: true });
    await bench.until("positioned", () => member.session.partitions()[0]?.position === 7n);
    const stillPaused = member.session.partitions()[0]?.paused;
    await bench.produce(p0, 2, 7);
    member.session.resume(p0);
    await bench.until("fetched", () => member.session.buffered().records === 2);
    const records = await member.poll(10, 5_000);

    expect(skipped).toMatchObject({ from: 2n, to: 7n, commit: { outcome: "committed" } });
    expect(again).toMatchObject({ from: 7n, to: 7n });
    expect(stillPaused).toBe(true);
    expect(values(records)).toEqual([7, 8]);
    expect(gaps()).toMatchObject([{ reason: "userSkip", fromOffset: 2n, toOffset: 7n }]);
  });

  test.each(ways)("%s: what was committed with it is where another member goes on", async (how) => {
    await skip({ how, commit: true });
    await bench.run(member.session.close({ deadlineMs: 5_000, leaveGroup: true, reason: "done" }));
    const other = bench.session();

    other.session.start();
    await bench.until("positioned", () => other.session.partitions()[0]?.position !== undefined);

    expect(other.session.partitions()[0]?.position).toBe(7n);
  });

  test.each(["move", "discard"] as const)("%s: without a commit, the group is where it was", async (how) => {
    const skipped = await skip({ how });
    await bench.run(member.session.close({ deadlineMs: 5_000, leaveGroup: true, reason: "done" }));
    const other = bench.session();
    other.session.start();

    const records = await other.poll(10, 20_000);

    expect(skipped.commit).toBeUndefined();
    expect(values(records)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("moving fetches nothing", async () => {
    const before = fetches();

    await skip({ how: "move" });
    await bench.clock.advance(2_000);

    expect(fetches()).toBe(before);
  });

  test("consuming and dropping counts exactly what was dropped, up to the end as it was when asked", async () => {
    const progress: SkipProgress[] = [];
    const skipping = member.session.skip(p0, toEnd, {
      how: "discard",
      onProgress: (each) => {
        if (progress.length === 0) void bench.produceBatch(p0, 3, 7);
        progress.push(each);
      },
    });

    const skipped = await bench.run(skipping);
    member.session.resume(p0);
    const records = await member.poll(10, 5_000);

    expect(skipped).toEqual({ from: 2n, to: 7n, records: 5 });
    expect(progress.at(-1)).toEqual({ from: 2n, position: 7n, to: 7n, records: 5 });
    expect(values(records)).toEqual([7, 8, 9]);
    expect(member.session.buffered().records).toBe(0);
  });

  test("consuming and dropping can be cancelled: what was dropped until then stays dropped, and is said", async () => {
    await bench.run(member.session.close({ deadlineMs: 5_000, leaveGroup: true, reason: "another one" }));
    member = bench.session({ maxBufferedRecords: 1, groupId: "slow" });
    member.session.start();
    await bench.until("positioned", () => member.session.partitions()[0]?.position !== undefined);
    member.session.pause(p0);
    const cancel = new AbortController();
    const skipping = skip({
      how: "discard",
      signal: cancel.signal,
      onProgress: ({ records }) => {
        if (records >= 3) cancel.abort();
      },
    });

    await expect(skipping).rejects.toMatchObject({ reason: "aborted" });
    const position = member.session.partitions()[0]?.position ?? 0n;
    await bench.clock.advance(5_000);
    member.session.resume(p0);
    const records = await member.poll(1, 5_000);

    expect(position).toBeGreaterThanOrEqual(3n);
    expect(gaps()).toMatchObject([{ fromOffset: 0n, toOffset: position }]);
    expect(values(records)).toEqual([Number(position)]);
  });

  test("consuming and dropping ends before a batch that cannot be read, and says why", async () => {
    bench.playground.corruptNextBatch(p0, "crc");
    await bench.produce(p0, 1, 7);

    const skipping = skip({ how: "discard" });

    await expect(skipping).rejects.toMatchObject({
      code: "STALLED",
      message: expect.stringContaining(
        "orders-0 was skipped up to 7 only: the batch at offset 7 cannot be read",
      ),
    });
    expect(gaps()).toMatchObject([{ fromOffset: 2n, toOffset: 7n }]);
  });

  test("a seek during it wins, and the skip says so", async () => {
    bench.playground.addFault({ match: { api: "Fetch" }, action: { kind: "delay", delayMs: 3_000 } });
    const skipping = member.session.skip(p0, toEnd, { how: "discard" });
    await bench.clock.advance(1_000);

    const seeking = member.session.seek(p0, { kind: "offset", offset: 1n });
    const outcomes = await bench.run(Promise.allSettled([skipping, seeking]));

    expect(outcomes).toMatchObject([{ reason: { code: "SUPERSEDED" } }, { value: { to: 1n } }]);
    expect(member.session.partitions()[0]?.discardUntil).toBeUndefined();
  });

  test("asked for twice, the second goes on where the first was, and gets there", async () => {
    const action = { kind: "error", code: "KAFKA_STORAGE_ERROR" } as const;
    const fault = bench.playground.addFault({ match: { api: "Fetch" }, action });
    const first = Promise.allSettled([member.session.skip(p0, toEnd, { how: "discard" })]);
    await bench.clock.advance(1_000);

    const second = Promise.allSettled([member.session.skip(p0, toEnd, { how: "discard" })]);
    await bench.clock.advance(1_000);
    bench.playground.removeFault(fault);
    const outcomes = (await bench.run(Promise.all([first, second]))).flat();

    expect(outcomes).toMatchObject([{ reason: { code: "SUPERSEDED" } }, { value: { to: 7n, records: 5 } }]);
  });

  test("joining again begins at what was committed, in a new generation, and keeps the pause", async () => {
    const before = ofType(member.seen, "position.removed").length;

    const skipped = await skip({ how: "rejoin" });
    await bench.until("positioned", () => member.session.partitions()[0]?.position !== undefined);

    expect(skipped.commit?.outcome).toBe("committed");
    expect(ofType(member.seen, "position.removed")).toHaveLength(before + 1);
    expect(member.session.membership()?.state).toBe("stable");
    expect(member.session.partitions()[0]).toMatchObject({ paused: true, position: 7n, committedOffset: 7n });
  });

  test.each(["move", "discard"] as const)(
    "%s: also without a group, where nothing can be committed",
    async (how) => {
      const reader = bench.session({
        groupId: undefined,
        startPosition: { kind: "start" },
        resetPolicy: "start",
      });
      reader.session.pause({ all: true });
      reader.session.start();
      await bench.until("positioned", () => reader.session.partitions()[0]?.position !== undefined);

      const skipped = await bench.run(reader.session.skip(p0, toEnd, { how, commit: true }));
      await bench.produce(p0, 1, 7);
      reader.session.resume({ all: true });
      const records = await reader.poll(10, 5_000);

      expect(skipped).toMatchObject({ from: 0n, to: 7n, commit: { error: "NO_GROUP" } });
      expect(values(records)).toEqual([7]);
    },
  );

  test("only real offsets are ever fetched, wherever the position was sent", async () => {
    const fetched: bigint[] = [];
    const watched = bench.session({ groupId: "watched" }, (cluster) =>
      watchRequests(cluster, fetch, ({ topics = [] }) => {
        for (const { partitions } of topics)
          fetched.push(...partitions.map(({ fetchOffset }) => fetchOffset));
      }),
    );
    watched.session.start();
    await watched.poll(1, 20_000);
    const targets = [
      { kind: "start" },
      { kind: "end" },
      { kind: "timestamp", timestampMs: -1 },
      { kind: "timestamp", timestampMs: -2 },
      { kind: "relative", to: "start", by: -5n },
      { kind: "step", by: -50n },
    ] as const;

    for (const target of targets) {
      await bench.run(watched.session.seek(p0, target));
      await watched.poll(1, 1_000);
    }

    expect(fetched.length).toBeGreaterThan(targets.length);
    expect(fetched.filter((offset) => offset < 0n || offset > 7n)).toEqual([]);
  });

  test("without a group there is nothing to join again", async () => {
    const reader = bench.session({ groupId: undefined, startPosition: { kind: "start" } });
    reader.session.start();
    await bench.until("assigned", () => reader.session.assignment().length === 1);

    const skipping = bench.run(reader.session.skip(p0, toEnd, { how: "rejoin" }));

    await expect(skipping).rejects.toMatchObject({ code: "NO_GROUP" });
  });

  test("a time skips what is older, and never goes back", async () => {
    const minuteAgo = { kind: "timestamp", timestampMs: bench.clock.now() - 30_000 } as const;
    const longAgo = { kind: "timestamp", timestampMs: 0 } as const;

    await bench.run(member.session.seek(p0, { kind: "start" }));
    const skipped = await bench.run(member.session.skip(p0, minuteAgo, { how: "move" }));
    const back = await bench.run(member.session.skip(p0, longAgo, { how: "move" }));

    expect(skipped).toEqual({ from: 0n, to: 2n });
    expect(back).toEqual({ from: 2n, to: 2n });
  });

  test("the end is the one of when it was asked, however long the position takes to be known", async () => {
    const held = bench.playground.addFault({ match: { api: "OffsetFetch" }, action: { kind: "hold" } });
    const late = bench.session({ groupId: "late" });
    late.session.start();
    await bench.until("assigned", () => late.session.assignment().length === 1);

    const skipping = bench.run(late.session.skip(p0, toEnd, { how: "move" }));
    await bench.clock.advance(1_000);
    await bench.produce(p0, 3, 7);
    const skipped = await skipping;
    bench.playground.removeFault(held);

    expect(skipped).toEqual({ from: undefined, to: 7n });
    expect(ofType(late.seen, "fetch.gap")).toMatchObject([{ reason: "userSkip", toOffset: 7n }]);
    expect(values(await late.poll(10, 5_000))).toEqual([7, 8, 9]);
  });

  const seeks = [
    ["one step on", { kind: "step", by: 1n }, 3n],
    ["further on than there is", { kind: "step", by: 100n }, 7n],
    ["one step back", { kind: "step", by: -1n }, 1n],
    ["further back than there is", { kind: "step", by: -100n }, 0n],
    ["before the end", { kind: "relative", to: "end", by: -2n }, 5n],
    ["the last half minute", { kind: "duration", backMs: 30_000 }, 2n],
  ] as const;

  test.each(seeks)("seeking while paused: %s", async (_title, target, to) => {
    const moved = await bench.run(member.session.seek(p0, target));
    member.session.resume(p0);
    const records = await member.poll(10, 3_000);

    expect(moved).toEqual({ from: 2n, to });
    expect(values(records)).toEqual([0, 1, 2, 3, 4, 5, 6].slice(Number(to)));
  });
});
