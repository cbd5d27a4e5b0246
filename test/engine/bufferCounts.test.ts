import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PartitionScope, SeekTarget } from "#engine/consumerOptions.ts";
import type { BufferCounts } from "#engine/fetch/batchQueue.ts";
import { type BenchSession, EngineBench, ofType, values } from "./support/engineBench.ts";

const partitions = [0, 1, 2].map((partition) => ({ topic: "orders", partition }));
const nothing: BufferCounts = { records: 0, bytes: 0, batches: 0 };

const scope: fc.Arbitrary<PartitionScope> = fc.oneof(
  fc.constant<PartitionScope>({ all: true }),
  fc.constant<PartitionScope>({ topic: "orders" }),
  fc.nat(2).map((partition): PartitionScope => ({ topic: "orders", partition })),
);
const target: fc.Arbitrary<SeekTarget> = fc.oneof(
  fc.constantFrom<SeekTarget>({ kind: "start" }, { kind: "end" }),
  fc.nat(30).map((offset): SeekTarget => ({ kind: "offset", offset: BigInt(offset) })),
);
const operation = fc.oneof(
  fc.record({ op: fc.constant("pause" as const), scope }),
  fc.record({ op: fc.constant("resume" as const), scope }),
  fc.record({ op: fc.constant("poll" as const), max: fc.integer({ min: 1, max: 7 }) }),
  fc.record({
    op: fc.constant("produce" as const),
    partition: fc.nat(2),
    count: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ op: fc.constant("seek" as const), partition: fc.nat(2), target }),
  fc.record({
    op: fc.constant("skip" as const),
    partition: fc.nat(2),
    how: fc.constantFrom("move" as const, "discard" as const),
  }),
  fc.record({ op: fc.constant("revoke" as const) }),
  fc.record({ op: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 900 }) }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

async function perform(bench: EngineBench, { session, poll }: BenchSession, step: Operation): Promise<void> {
  switch (step.op) {
    case "pause":
      return session.pause(step.scope);
    case "resume":
      return session.resume(step.scope);
    case "poll":
      await poll(step.max, 300);
      return;
    case "produce":
      return bench.run(bench.produceBatch({ topic: "orders", partition: step.partition }, step.count));
    case "seek":
    case "skip": {
      const key = { topic: "orders", partition: step.partition };
      // What another member has cannot be moved; everything else is no excuse.
      if (!session.assignment().some(({ partition }) => partition === step.partition)) return;
      await bench.run(
        step.op === "seek"
          ? session.seek(key, step.target)
          : session.skip(key, { kind: "end" }, { how: step.how }),
      );
      return;
    }
    case "revoke": {
      const other = bench.session();
      other.session.start();
      await bench.until("shared", () => session.assignment().length < 3);
      await bench.run(other.session.close({ deadlineMs: 2_000, leaveGroup: true, reason: "done" }));
      await bench.until("back", () => session.assignment().length === 3);
      return;
    }
    case "wait":
      return bench.clock.advance(step.ms);
  }
}

/** Everything paused or not is polled until nothing has come for a while. */
async function drain({ session, poll }: BenchSession): Promise<void> {
  session.resume({ all: true });
  for (let idle = 0; idle < 3; ) idle = (await poll(100, 1_000)).length === 0 ? idle + 1 : 0;
}

/** What a session said last of every partition: that it holds nothing. */
function expectNothingSaid({ seen }: BenchSession): void {
  for (const { partition } of partitions) {
    const last = ofType(seen, "buffer.state").findLast((state) => state.partition === partition);
    expect(last ?? nothing).toMatchObject(nothing);
  }
}

/** Every count is a sum over the partitions, and what the session last said of each agrees. */
function check({ session, seen }: BenchSession, now: number): void {
  const each = partitions.map((key) => session.buffered(key));
  const sum = (what: keyof BufferCounts) => each.reduce((total, counts) => total + counts[what], 0);
  expect(session.buffered()).toEqual({
    records: sum("records"),
    bytes: sum("bytes"),
    batches: sum("batches"),
  });
  for (const partition of session.partitions()) {
    const isOfIt = (state: { readonly partition: number }) => state.partition === partition.partition;
    const said = ofType(seen, "buffer.state").findLast(isOfIt);
    const movedAt = ofType(seen, "position.state").findLast(isOfIt)?.at ?? 0;
    const { records } = session.buffered(partition);
    // Ten times a second at most: what was heard of that lately may hold the next back.
    if (said && Math.max(said.at, movedAt) < now - 100) {
      expect(said.records).toBe(records);
      expect(said.pausedRecords).toBe(partition.paused ? records : 0);
    }
  }
}

describe.each(["retain", "discard"] as const)(
  "the buffer of a session that is to %s what is paused",
  (pausedBuffer) => {
    test("counts end at 0 after any order of pause, resume, poll, revoke, seek, skip and close", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 25 }), fc.nat(), async (operations, seed) => {
          const bench = new EngineBench({ seed: seed + 1 });
          await bench.run(bench.playground.start());
          bench.playground.createTopic("orders", { partitions: 3 });
          for (const key of partitions) await bench.run(bench.produceBatch(key, 9));
          const member = bench.session({ pausedBuffer, maxBufferedRecords: 20 });
          const { session } = member;
          session.start();
          await bench.until("assigned", () => session.assignment().length === 3);

          for (const step of operations) {
            await perform(bench, member, step);
            // What a step began is said when it is done.
            await bench.clock.advance(0);
            check(member, bench.clock.now());
          }
          await drain(member);
          const drained = session.buffered();
          await bench.run(session.close({ deadlineMs: 2_000, leaveGroup: true, reason: "done" }));

          expect(drained).toEqual(nothing);
          expect(session.buffered()).toEqual(nothing);
          expectNothingSaid(member);
        }),
        { numRuns: 40 },
      );
    });

    test("counts end at 0 when it is closed with everything still there, paused or not", async () => {
      const bench = new EngineBench();
      await bench.run(bench.playground.start());
      bench.playground.createTopic("orders", { partitions: 3 });
      for (const key of partitions) await bench.run(bench.produceBatch(key, 9));
      const member = bench.session({ pausedBuffer });
      const { session } = member;
      session.start();
      await bench.until("fetched", () => session.buffered().records === 27);
      session.pause({ topic: "orders", partition: 1 });

      await bench.run(session.close({ deadlineMs: 2_000, leaveGroup: true, reason: "done" }));

      expect(session.buffered()).toEqual(nothing);
      expectNothingSaid(member);
    });
  },
);

test("what is buffered and where a partition stands never contradict each other", async () => {
  const key = { topic: "orders", partition: 0 };
  const bench = new EngineBench();
  await bench.run(bench.playground.start());
  bench.playground.createTopic("orders", { partitions: 1 });
  const { session, seen } = bench.session();
  session.start();
  await bench.until("positioned", () => session.partitions()[0]?.position !== undefined);

  const contradictions: string[] = [];
  for (let step = 0; step < 300; step++) {
    if (step % 7 === 0) await bench.run(bench.produceBatch(key, 1));
    if (step % 11 === 0) await bench.run(session.poll({ maxRecords: 1, timeoutMs: 0 }));
    if (step % 83 === 0) await bench.run(session.skip(key, { kind: "end" }, { how: "move" }));
    await bench.clock.advance(3);
    const { position = 0n, fetchPosition = 0n } = ofType(seen, "position.state").at(-1) ?? {};
    const records = ofType(seen, "buffer.state").at(-1)?.records ?? 0;
    if (fetchPosition - position !== BigInt(records)) {
      contradictions.push(`buffered ${records} · position ${position} · fetched to ${fetchPosition}`);
    }
  }

  expect(contradictions).toEqual([]);
});

describe("a session that discards what is paused", () => {
  const p0 = { topic: "orders", partition: 0 };

  async function paused() {
    const bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
    await bench.run(bench.produceBatch(p0, 10));
    const member = bench.session({ pausedBuffer: "discard" });
    member.session.start();
    const before = values(await member.poll(4, 20_000));
    await bench.until("the rest is here", () => member.session.buffered().records === 6);
    member.session.pause(p0);
    return { bench, before, ...member };
  }

  test("holds nothing while paused, says why, and delivers the rest once after resume", async () => {
    const { bench, session, seen, poll, before } = await paused();
    const held = session.buffered();
    await bench.clock.advance(2_000);
    const released = ofType(seen, "buffer.state").flatMap((state) => state.released ?? []);

    session.resume(p0);
    const after = values(await poll(100, 5_000));
    const more = await poll(100, 2_000);

    expect(held).toEqual(nothing);
    expect(released.at(-1)).toMatchObject({ reason: "discarded", records: 6 });
    expect([...before, ...after]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(more).toEqual([]);
  });

  test("keeps nothing of an answer that was under way when it was paused", async () => {
    const { bench, session, poll } = await paused();
    session.resume(p0);
    await poll(100, 5_000);
    // The broker holds the next request back until these come.
    session.pause(p0);
    await bench.run(bench.produceBatch(p0, 5, 10));

    await bench.clock.advance(2_000);
    const held = session.buffered();
    session.resume(p0);
    const after = values(await poll(100, 5_000));

    expect(held).toEqual(nothing);
    expect(after).toEqual([10, 11, 12, 13, 14]);
  });

  test("fetches again what it discarded before a damaged batch, and halts there again", async () => {
    const bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
    await bench.run(bench.produceBatch(p0, 3));
    bench.playground.corruptNextBatch(p0, "crc");
    await bench.run(bench.produceBatch(p0, 3, 3));
    const { session, seen, poll } = bench.session({ pausedBuffer: "discard" });
    session.start();
    await bench.until("halted", () => ofType(seen, "fetch.batchRejected").length === 1);

    session.pause(p0);
    session.resume(p0);
    const records = values(await poll(100, 5_000));

    expect(records).toEqual([0, 1, 2]);
    expect(session.partitions()[0]?.halted).toMatchObject({ baseOffset: 3n });
  });
});

test("memory stays flat whatever the topic holds: bytes and records stay within their limits while it is read", async () => {
  const bench = new EngineBench();
  await bench.run(bench.playground.start());
  bench.playground.createTopic("orders", { partitions: 3 });
  for (let batch = 0; batch < 300; batch++) {
    await bench.run(bench.produceBatch({ topic: "orders", partition: batch % 3 }, 20));
  }
  const limits = { maxBufferedRecords: 200, maxBufferedBytes: 20_000 };
  const { session, poll } = bench.session({ ...limits, startPosition: { kind: "start" } });
  session.start();
  let [got, mostRecords, mostBytes] = [0, 0, 0];
  const batchBytes = 400;

  while (got < 6_000) {
    got += (await poll(15, 5_000)).length;
    await bench.clock.advance(5);
    const { records, bytes } = session.buffered();
    mostRecords = Math.max(mostRecords, records);
    mostBytes = Math.max(mostBytes, bytes);
  }

  // A partition without anything may always take one batch in.
  expect(mostRecords).toBeLessThanOrEqual(limits.maxBufferedRecords + 3 * 20);
  expect(mostRecords).toBeGreaterThan(50);
  expect(mostBytes).toBeLessThanOrEqual(limits.maxBufferedBytes + 3 * batchBytes);
  expect(got).toBe(6_000);
});
