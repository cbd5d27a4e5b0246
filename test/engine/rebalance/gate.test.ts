import { beforeEach, describe, expect, test } from "vitest";
import type { TopicPartition } from "#base/topicPartition.ts";
import { type BenchSession, EngineBench, ofType } from "../support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };

describe("the rebalance gate of a session", () => {
  let bench: EngineBench;
  let a: BenchSession;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 2 });
    await bench.produce(p0, 20);
    a = bench.session({ blockRebalanceOnPoll: true, rebalanceTimeoutMs: 20_000 });
    a.session.start();
  });

  const state = ({ session }: BenchSession) => session.membership()?.state;
  const both = (b: BenchSession) =>
    bench.until("both have one partition", () =>
      [a, b].every((one) => state(one) === "stable" && one.session.assignment().length === 1),
    );
  const joinSecond = async () => {
    const b = bench.session({ rebalanceTimeoutMs: 20_000 });
    b.session.start();
    await bench.until("A is to rebalance", () => state(a) === "revoking");
    return b;
  };

  test("keeps a rebalance waiting while the records of a poll are processed, and says until when", async () => {
    await a.poll(5, 20_000);
    const b = await joinSecond();
    await bench.clock.advance(8_000);

    const whileHeld = a.session.rebalanceGate();
    const ownedWhileHeld = a.session.assignment().length;
    a.session.allowRebalance();
    await both(b);

    const { waitingSince = 0, announcedAt = 0, ...gate } = whileHeld ?? {};
    expect(gate).toMatchObject({ held: true, records: 5, evictedAt: announcedAt + 20_000 });
    expect(announcedAt).toBeLessThanOrEqual(waitingSince);
    expect(ownedWhileHeld).toBe(2);
    expect(a.session.rebalanceGate()).toMatchObject({ held: false, waitingSince: undefined });
    const shown = ofType(a.seen, "session.gate");
    expect(shown.map(({ held, waitingSince: waiting }) => [held, waiting !== undefined])).toEqual([
      [true, false],
      [true, true],
      [false, false],
    ]);
  });

  test("a member that never allows is put out at the rebalance timeout, hears of it, and joins again", async () => {
    await a.poll(5, 20_000);
    const b = await joinSecond();
    const evictedAt = a.session.rebalanceGate()?.evictedAt ?? 0;

    await bench.until("A is out", () =>
      ofType(a.seen, "group.memberPhase").some(({ lost }) => lost.length > 0),
    );
    const outAt = bench.clock.now();
    await both(b);

    expect(outAt).toBeGreaterThanOrEqual(evictedAt - 1_000);
    expect(outAt).toBeLessThan(evictedAt + 2_000);
    expect(a.session.rebalanceGate()).toMatchObject({ held: true, waitingSince: undefined });
  });

  test("polling again before allowing delivers, and allowing once is enough", async () => {
    await a.poll(5, 20_000);
    const b = await joinSecond();

    const second = await a.poll(5, 1_000);
    const third = await a.poll(5, 1_000);
    a.session.allowRebalance();
    await both(b);

    expect([second.length, third.length]).toEqual([5, 5]);
  });

  test("a poll that returns nothing holds nothing", async () => {
    await a.poll(20, 20_000);
    a.session.allowRebalance();
    await a.poll(20, 100);
    const cancelled = new AbortController();
    const polling = a.session.poll({ maxRecords: 1, timeoutMs: 60_000, signal: cancelled.signal });
    polling.catch(() => {});
    cancelled.abort();

    const b = bench.session();
    b.session.start();
    await both(b);

    expect(a.session.rebalanceGate()?.held).toBe(false);
  });

  test("allowing while a poll is under way takes nothing back from it: its records hold the gate", async () => {
    await a.poll(20, 20_000);
    a.session.allowRebalance();
    const polling = a.session.poll({ maxRecords: 5, timeoutMs: 10_000 });
    a.session.allowRebalance();
    a.session.allowRebalance();
    await bench.produce(p0, 1, 20);

    await bench.run(polling);
    const afterPoll = a.session.rebalanceGate()?.held;
    await joinSecond();
    await bench.clock.advance(3_000);

    expect(afterPoll).toBe(true);
    expect(state(a)).toBe("revoking");
  });

  test("a poll right after allowing waits for the rebalance instead of keeping it waiting", async () => {
    await a.poll(5, 20_000);
    const b = await joinSecond();

    a.session.allowRebalance();
    const polling = a.session.poll({ maxRecords: 1, timeoutMs: 30_000 });
    await both(b);
    await bench.produce(p0, 1, 20);
    await bench.produce({ topic: "orders", partition: 1 }, 1, 0);
    const records = await bench.run(polling);

    expect(records).toHaveLength(1);
  });

  test("a commit while the gate is held is carried out at once", async () => {
    await a.poll(5, 20_000);
    const b = await joinSecond();
    const startedAt = bench.clock.now();

    const result = await bench.run(a.session.commit({ deadlineMs: 5_000 }));
    const tookMs = bench.clock.now() - startedAt;
    a.session.allowRebalance();
    await both(b);

    expect(result.outcome).toBe("committed");
    expect(tookMs).toBeLessThan(500);
  });

  test("a commit that the group refuses while the gate is held waits for the gate, and says so", async () => {
    await a.poll(5, 20_000);
    const b = await joinSecond();
    bench.playground.addFault({
      match: { api: "OffsetCommit", groupId: "billing" },
      action: { kind: "error", code: "REBALANCE_IN_PROGRESS" },
      times: 1,
    });

    const committing = a.session.commit({
      offsets: [{ ...p0, offset: 5n }],
      deadlineMs: 500,
    });
    const refused = await bench.run(committing);

    a.session.allowRebalance();
    await both(b);
    const blocks = ofType(a.seen, "commit.state").flatMap(({ blocked }) => blocked?.by ?? []);
    expect(blocks).toContain("gateHeld");
    expect(["deadlinePassed", "committed"]).toContain(refused.outcome);
  });

  test("closing does not wait for the gate", async () => {
    await a.poll(5, 20_000);
    await joinSecond();

    const { couldNot } = await bench.run(
      a.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "done" }),
    );

    expect(couldNot).toEqual([]);
  });

  describe("with callbacks", () => {
    const partitions = (keys: readonly TopicPartition[]) => keys.map(({ partition }) => partition);
    let told: [string, number[]][];
    let c: BenchSession;

    /** Has one of the two partitions, and its record in hand, when it is to get the other. */
    const getsTheOther = async (assignors: readonly string[]) => {
      await bench.produce({ topic: "orders", partition: 1 }, 20);
      await bench.run(a.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "not of this test" }));
      told = [];
      const tell = (kind: string) => (keys: readonly TopicPartition[]) =>
        void told.push([kind, partitions(keys)]);
      c = bench.session(
        { blockRebalanceOnPoll: true, assignors },
        { assigned: tell("assigned"), revoked: tell("revoked"), lost: tell("lost") },
      );
      const d = bench.session({ assignors });
      c.session.start();
      d.session.start();
      await bench.until("each has one", () =>
        [c, d].every((one) => state(one) === "stable" && one.session.assignment().length === 1),
      );
      const mine = c.session.assignment()[0]?.partition ?? -1;
      await c.poll(1, 20_000);
      await bench.run(d.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "gone" }));
      told.length = 0;
      return { mine, other: 1 - mine };
    };

    test("the assigned callback is not called while the records of a poll are being processed", async () => {
      const { mine, other } = await getsTheOther(["cooperative-sticky"]);
      c.session.allowRebalance();
      await bench.until("it joins again", () => state(c) !== "stable");
      await c.poll(1, 20_000);
      await bench.until("it has both", () => c.session.assignment().length === 2);
      await bench.clock.advance(5_000);
      const records = await c.poll(100, 1_000);

      const whileHeld = { told: [...told], gate: c.session.rebalanceGate(), state: state(c) };
      c.session.allowRebalance();
      const after = await c.poll(100, 5_000);

      expect(whileHeld.told).toEqual([]);
      expect(whileHeld.state).toBe("stable");
      expect(whileHeld.gate).toMatchObject({
        held: true,
        waitingSince: undefined,
        callbackWaits: { callback: "assigned", partitions: [{ topic: "orders", partition: other }] },
      });
      expect(new Set(partitions(records))).toEqual(new Set([mine]));
      expect(told).toEqual([["assigned", [other]]]);
      expect(new Set(partitions(after))).toEqual(new Set([other]));
    });

    test("the lost callback waits for the records in hand, and the member has joined again meanwhile", async () => {
      const { mine } = await getsTheOther(["cooperative-sticky"]);
      bench.playground.addFault({
        match: { api: "Heartbeat", groupId: "billing", clientId: "client-B" },
        action: { kind: "error", code: "UNKNOWN_MEMBER_ID" },
        times: 1,
      });

      await bench.until("it is in again", () => state(c) === "stable" && c.session.assignment().length === 2);
      await bench.clock.advance(1_000);
      const whileHeld = [...told];
      c.session.allowRebalance();
      await bench.clock.advance(100);

      expect(whileHeld).toEqual([]);
      expect(told).toEqual([
        ["lost", [mine]],
        ["assigned", [0, 1]],
      ]);
    });

    test("no poll returns records while a callback runs", async () => {
      await bench.run(a.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "not of this test" }));
      c = bench.session({
        blockRebalanceOnPoll: true,
        callbackDelays: { assignedMs: 2_000, revokedMs: 0, lostMs: 0 },
      });
      c.session.start();
      await bench.until("its callback runs", () => ofType(c.seen, "session.callback").length > 0);

      const during = await c.poll(1, 1_000);
      const after = await c.poll(1, 5_000);

      expect([during.length, after.length]).toEqual([0, 1]);
    });

    test("stopping lets a callback that waits run, and then tells what goes", async () => {
      const { mine, other } = await getsTheOther(["cooperative-sticky"]);
      c.session.allowRebalance();
      await bench.until("it joins again", () => state(c) !== "stable");
      await c.poll(1, 20_000);
      await bench.until("it has both", () => c.session.assignment().length === 2);

      const { couldNot } = await bench.run(
        c.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "done" }),
      );

      expect(couldNot).toEqual([]);
      expect(told).toEqual([
        ["assigned", [other]],
        ["revoked", expect.arrayContaining([mine, other])],
      ]);
    });
  });

  test("without the option polls hold nothing", async () => {
    await bench.run(a.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "done" }));
    a = bench.session({ blockRebalanceOnPoll: false });
    a.session.start();
    await a.poll(5, 20_000);
    const b = bench.session();
    b.session.start();

    await both(b);

    expect(ofType(a.seen, "session.gate")).toEqual([]);
  });
});
