import { beforeEach, describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import type { FaultAction, FaultRule } from "#playground/faults/faultRule.ts";
import { type BenchSession, EngineBench, ofType, values } from "./support/engineBench.ts";

const heartbeats = { api: "ConsumerGroupHeartbeat", groupId: "billing" };

describe("sessions in consumer groups (KIP-848)", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 6 });
  });

  const start = (options: Partial<ConsumerOptions> = {}) => {
    const member = bench.session({ groupProtocol: "consumer", ...options });
    member.session.start();
    return member;
  };
  const owned = ({ session }: BenchSession) =>
    session
      .assignment()
      .map(({ partition }) => partition)
      .sort();
  const settled = (...members: readonly BenchSession[]) =>
    bench.until("the group settles", () => {
      const all = members.flatMap(owned);
      const isStable = members.every(({ session }) => session.membership()?.state === "stable");
      const isShared = members.every((member) => owned(member).length > 0);
      return isStable && isShared && all.length === 6 && new Set(all).size === 6;
    });
  const produceEverywhere = async (from: number) => {
    for (let partition = 0; partition < 6; partition++) {
      await bench.run(bench.produceBatch({ topic: "orders", partition }, 1, from + partition));
    }
  };
  const drain = async (member: BenchSession) => {
    const got: number[] = [];
    for (;;) {
      const records = await member.poll(100, 2_000);
      if (records.length === 0) return got;
      got.push(...values(records));
    }
  };
  const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index);
  const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

  test("members come and go, and every record is delivered once", async () => {
    const options = { autoCommit: "onPoll", commitOnRevoke: true } as const;
    const a = start(options);
    await settled(a);
    await produceEverywhere(0);
    const first = await drain(a);
    const b = start(options);
    const pollingA = { done: false };
    const alsoA: number[] = [];
    const flow = (async () => {
      while (!pollingA.done) alsoA.push(...values(await a.session.poll({ maxRecords: 10, timeoutMs: 100 })));
    })();
    await settled(a, b);
    await produceEverywhere(6);
    const second = await drain(b);
    await bench.run(b.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "done" }));
    await settled(a);
    await produceEverywhere(12);
    await bench.clock.advance(3_000);
    pollingA.done = true;
    await bench.run(flow);

    expect(first.length).toBe(6);
    expect(sorted([...first, ...second, ...alsoA])).toEqual(range(0, 18));
    expect(ofType(a.seen, "session.state").at(-1)).toMatchObject({
      groupProtocol: "consumer",
      memberEpoch: expect.any(Number),
    });
    expect(ofType(a.seen, "session.state").every(({ generationId }) => generationId === undefined)).toBe(
      true,
    );
  });

  test("what was read and not committed goes on where it was read when the partition stayed", async () => {
    const a = start();
    await settled(a);
    await produceEverywhere(0);
    const before = await drain(a);

    const b = start();
    await settled(a, b);
    const kept = owned(a);
    const again = await drain(a);

    expect(before).toHaveLength(6);
    expect(kept).toHaveLength(3);
    expect(again).toEqual([]);
  });

  test("a commit that meets a stale epoch goes out again in the new one", async () => {
    const a = start();
    await settled(a);
    await produceEverywhere(0);
    await drain(a);
    const b = start();
    // The epoch moves on at the broker when B joined; A hears of it with its next heartbeat.
    await bench.until("B is in", () => b.session.membership()?.state === "stable");

    const result = await bench.run(a.session.commit({ deadlineMs: 20_000 }));
    await settled(a, b);

    const committed = result.offsets.filter(({ error }) => error === undefined);
    expect(committed.length).toBeGreaterThan(0);
    expect(["committed", "failed"]).toContain(result.outcome);
    expect(result.offsets.every(({ error }) => error === undefined || error === "NOT_ASSIGNED")).toBe(true);
  });

  test.each(["UNKNOWN_MEMBER_ID", "FENCED_MEMBER_EPOCH"] as const)(
    "a member that is told %s loses everything and is back at the committed offsets",
    async (code) => {
      const a = start();
      await settled(a);
      await produceEverywhere(0);
      await drain(a);
      await bench.run(a.session.commit({ deadlineMs: 5_000 }));
      await produceEverywhere(6);
      await drain(a);
      bench.playground.addFault({ match: heartbeats, action: { kind: "error", code }, times: 1 });

      await bench.until("it lost everything", () =>
        ofType(a.seen, "group.memberPhase").some(({ lost }) => lost.length === 6),
      );
      await settled(a);
      const again = await drain(a);

      expect(sorted(again)).toEqual(range(6, 6));
      expect(ofType(a.seen, "session.state").some(({ reason }) => reason?.includes(code))).toBe(true);
    },
  );

  test.each(["STALE_MEMBER_EPOCH", "UNSTABLE_OFFSET_COMMIT", "COORDINATOR_LOAD_IN_PROGRESS"] as const)(
    "committed offsets that cannot be had (%s) are asked for again: the position is never made up",
    async (code) => {
      const before = start();
      await settled(before);
      await produceEverywhere(0);
      await drain(before);
      await bench.run(before.session.commit({ deadlineMs: 5_000 }));
      await bench.run(before.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "done" }));
      const match = { api: "OffsetFetch", groupId: "billing" };
      bench.playground.addFault({ match, action: { kind: "error", code }, times: 4 });

      const a = start({ startPosition: { kind: "committed", else: "end" } });
      await settled(a);
      await produceEverywhere(6);
      const got = await drain(a);

      expect(sorted(got)).toEqual(range(6, 6));
      expect(ofType(a.seen, "fetch.positionReset")).toEqual([]);
    },
  );

  test.each<[string, FaultAction, FaultRule["at"]]>([
    ["answered never", { kind: "drop" }, "response"],
    ["lost on their way", { kind: "drop" }, "request"],
    ["cut off when they were carried out", { kind: "cutConnection" }, "response"],
    ["answered late", { kind: "delay", delayMs: 4_000 }, "response"],
  ])("heartbeats that are %s cost nothing but time", async (_, action, at) => {
    const a = start({ autoCommit: "onPoll" });
    await settled(a);
    // Behind a request that is dropped its connection is silent, until it is given up after half a minute.
    const times = action.kind === "drop" ? 1 : 3;
    bench.playground.addFault({ match: heartbeats, action, at, times });

    const b = start();
    await settled(a, b);
    await produceEverywhere(0);
    const got = [...(await drain(a)), ...(await drain(b))];

    expect(sorted(got)).toEqual(range(0, 6));
    expect(ofType(a.seen, "session.ended")).toEqual([]);
  });

  test.each(["UNSUPPORTED_VERSION", "GROUP_ID_NOT_FOUND"] as const)(
    "a coordinator that answers %s is joined with the classic protocol, and the session says why",
    async (code) => {
      bench.playground.addFault({ match: heartbeats, action: { kind: "error", code } });

      const a = start();
      await settled(a);
      await produceEverywhere(0);
      const got = await drain(a);

      expect(sorted(got)).toEqual(range(0, 6));
      const shown = ofType(a.seen, "session.state").at(-1);
      expect(shown).toMatchObject({
        groupProtocol: "classic",
        fallbackReason: expect.stringContaining(code),
      });
      expect(shown?.generationId).toBeGreaterThan(0);
      expect(shown?.memberEpoch).toBeUndefined();
    },
  );

  test("after falling back, a commit that waits for a rebalance goes out where the partitions came back", async () => {
    bench.playground.addFault({ match: heartbeats, action: { kind: "error", code: "UNSUPPORTED_VERSION" } });
    const a = start();
    await settled(a);
    await produceEverywhere(0);
    await drain(a);
    const fault = bench.playground.holdSyncGroup("billing");
    a.session.rejoin();
    await bench.until("it syncs", () => a.session.membership()?.state === "syncing");

    const committing = a.session.commit({ deadlineMs: 20_000 });
    bench.playground.removeFault(fault);
    bench.playground.releaseHeld(fault);
    const result = await bench.run(committing);

    expect(result).toMatchObject({ outcome: "committed", error: undefined });
  });

  test("a topic that is created anew is read from its beginning, under its new id", async () => {
    const a = start();
    await settled(a);
    await produceEverywhere(0);
    await drain(a);

    bench.playground.recreateTopic("orders");
    await produceEverywhere(6);
    await bench.until(
      "the new topic is read",
      () => {
        const removed = ofType(a.seen, "position.removed").length;
        return removed === 6 && owned(a).length === 6;
      },
      120_000,
    );
    const got = await drain(a);

    expect(sorted(got)).toEqual(range(6, 6));
  });

  test("topics that match the pattern are read as they appear", async () => {
    const a = start({ topics: [], topicPattern: "logs-.*" });
    await bench.until("it is in", () => a.session.membership()?.state === "stable");

    bench.playground.createTopic("logs-1", { partitions: 2 });
    bench.playground.createTopic("other", { partitions: 2 });
    await bench.until("the topic is read", () => a.session.assignment().length === 2, 700_000);

    expect(a.session.assignment().map(({ topic }) => topic)).toEqual(["logs-1", "logs-1"]);
  });

  test("a slow callback holds up the handover and nothing else", async () => {
    const a = start({ callbackDelays: { assignedMs: 0, revokedMs: 8_000, lostMs: 0 } });
    await settled(a);

    const b = start();
    await bench.until("A gives up", () => a.session.membership()?.state === "revoking");
    await bench.clock.advance(5_000);
    const during = [owned(a).length, owned(b).length];
    await settled(a, b);

    expect(during).toEqual([6, 0]);
    expect(ofType(a.seen, "group.memberPhase").every(({ lost }) => lost.length === 0)).toBe(true);
  });

  test("closing leaves the group within the deadline, also when the coordinator does not answer", async () => {
    const a = start();
    await settled(a);
    bench.playground.addFault({ match: heartbeats, action: { kind: "hold" } });
    const startedAt = bench.clock.now();

    await bench.run(a.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "done" }));

    expect(bench.clock.now() - startedAt).toBeLessThanOrEqual(3_100);
  });
});
