import { beforeEach, describe, expect, test } from "vitest";
import { type BenchSession, EngineBench, ofType } from "./support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };

let bench: EngineBench;

beforeEach(async () => {
  bench = new EngineBench();
  await bench.run(bench.playground.start());
  bench.playground.createTopic("orders", { partitions: 2 });
  await bench.produce(p0, 12);
});

const state = ({ session }: BenchSession) => session.membership()?.state;
const gone = () => ofType(bench.brokerSaw, "group.memberGone").map(({ how }) => how);
const committedAt = () =>
  ofType(bench.brokerSaw, "group.offsets").flatMap(
    ({ offsets }) => offsets.find(({ partition }) => partition === 0)?.committedOffset ?? [],
  );

describe("a commit in a rebalance that does not end", () => {
  test.each(["its deadline", "its signal", "release"])(
    "lets its waiter go by %s, the next one succeeds, and automatic commits go on",
    async (how) => {
      const a = bench.session({
        assignors: ["cooperative-sticky"],
        autoCommit: "onTimer",
        autoCommitIntervalMs: 1_000,
      });
      a.session.start();
      await a.poll(4, 20_000);
      const fault = bench.playground.holdSyncGroup("billing");
      a.session.rejoin();
      await bench.until("SyncGroup is out", () => state(a) === "syncing");
      const abort = new AbortController();
      const startedAt = bench.clock.now();
      bench.clock.schedule(500, () => {
        if (how === "its signal") abort.abort();
        const waiting = ofType(a.seen, "commit.state").find(({ trigger }) => trigger === "user");
        if (how === "release" && waiting) a.session.releaseCommit(waiting.commitId);
      });

      const first = await bench.run(
        a.session.commit({ deadlineMs: how === "its deadline" ? 500 : 60_000, signal: abort.signal }),
      );
      const tookMs = bench.clock.now() - startedAt;
      bench.playground.removeFault(fault);
      bench.playground.releaseHeld(fault);
      const second = await bench.run(a.session.commit({ deadlineMs: 5_000 }));
      await a.poll(4, 1_000);
      await a.poll(4, 1_000);
      await bench.clock.advance(2_500);

      expect(tookMs).toBe(500);
      expect(first.outcome).toBe(
        { "its deadline": "deadlinePassed", "its signal": "cancelled", release: "released" }[how],
      );
      expect(first.message).toContain("SyncGroup is not answered yet");
      expect(second.outcome).toBe("committed");
      expect(committedAt().at(-1)).toBe(8n);
    },
  );

  test("does not keep a gated consumer from allowing the rebalance: it is not put out of the group", async () => {
    const a = bench.session({ blockRebalanceOnPoll: true, rebalanceTimeoutMs: 10_000 });
    a.session.start();
    await a.poll(4, 20_000);
    const b = bench.session({ rebalanceTimeoutMs: 10_000 });
    b.session.start();
    await bench.until("A is to rebalance", () => state(a) === "revoking");
    bench.playground.addFault({ match: { api: "OffsetCommit" }, action: { kind: "delay", delayMs: 3_000 } });

    const { outcome } = await bench.run(a.session.commit({ deadlineMs: 1_000 }));
    a.session.allowRebalance();
    await bench.until("both are in", () => [a, b].every((one) => state(one) === "stable"));

    expect(outcome).toBe("deadlinePassed");
    expect(gone()).toEqual([]);
  });
});

describe("slow processing", () => {
  test("a consumer that polls too seldom loses its partitions, and is told that its commit comes too late", async () => {
    const a = bench.session({ maxPollIntervalMs: 5_000 });
    a.session.start();
    await a.poll(4, 20_000);

    await bench.clock.advance(12_000);
    const late = await bench.run(a.session.commit({ offsets: [{ ...p0, offset: 4n }], deadlineMs: 1_000 }));

    expect(gone()).toEqual(["left"]);
    expect(late).toMatchObject({ outcome: "failed", error: "NOT_ASSIGNED" });
    expect(committedAt()).toEqual([]);
  });

  test("pausing and polling meanwhile keeps the partitions", async () => {
    const a = bench.session({ maxPollIntervalMs: 5_000 });
    a.session.start();
    await a.poll(4, 20_000);

    a.session.pause({ all: true });
    for (let turn = 0; turn < 6; turn++) {
      await a.poll(4, 0);
      await bench.clock.advance(2_000);
    }
    const result = await bench.run(a.session.commit({ deadlineMs: 1_000 }));

    expect(result.outcome).toBe("committed");
    expect(gone()).toEqual([]);
  });
});

describe("commits around the loss of partitions", () => {
  const unheard = () =>
    bench.playground.addFault({
      match: { api: "Heartbeat", clientId: "client-A" },
      action: { kind: "error", code: "UNKNOWN_MEMBER_ID" },
      times: 1,
    });

  test("in the revoked callback one is carried out; in the lost callback it fails at once and says why", async () => {
    const outcomes: string[] = [];
    const commit = async (kind: string) => {
      const { outcome, error } = await a.session.commit({
        offsets: [{ ...p0, offset: kind === "revoked" ? 4n : 2n }],
        deadlineMs: 1_000,
      });
      outcomes.push(`${kind}: ${error ?? outcome}`);
    };
    const a: BenchSession = bench.session(
      { sessionTimeoutMs: 6_000 },
      { revoked: () => commit("revoked"), lost: () => commit("lost") },
    );
    a.session.start();
    await a.poll(4, 20_000);
    a.session.rejoin();
    await bench.until("rejoined", () => outcomes.length === 1 && state(a) === "stable");

    unheard();
    await bench.until("lost", () => outcomes.length === 2);

    expect(outcomes).toEqual(["revoked: committed", "lost: NOT_ASSIGNED"]);
    expect(committedAt()).toEqual([4n]);
  });

  test("commit on revoke commits nothing of what was lost", async () => {
    const a = bench.session({ commitOnRevoke: true, autoCommit: "onPoll" });
    a.session.start();
    await a.poll(4, 20_000);

    unheard();
    await bench.until("back", () => gone().length > 0 || ofType(a.seen, "position.removed").length > 0);
    await bench.clock.advance(1_000);

    expect(ofType(a.seen, "commit.state")).toEqual([]);
  });
});

describe("a commit that would set the group back", () => {
  test("of a zombie, which the group went on without, is refused, and the new owner's stays", async () => {
    const a = bench.session({ sessionTimeoutMs: 6_000 });
    a.session.start();
    await a.poll(4, 20_000);
    // The group no longer hears of A, and A does not know yet.
    bench.playground.addFault({
      match: { api: "Heartbeat", clientId: "client-A" },
      action: { kind: "hold" },
    });
    const b = bench.session();
    await bench.until("A is out", () => gone().includes("evicted"));
    b.session.start();
    await bench.until("B has it", () => b.session.assignment().length === 2);
    await b.poll(8, 20_000);
    await bench.run(b.session.commit({ deadlineMs: 1_000 }));

    const zombie = await bench.run(a.session.commit({ offsets: [{ ...p0, offset: 2n }], deadlineMs: 5_000 }));

    expect(zombie.outcome).not.toBe("committed");
    expect(committedAt()).toEqual([8n]);
  });

  test("from outside of a group with members is refused, and says so", async () => {
    const a = bench.session();
    a.session.start();
    await a.poll(4, 20_000);
    await bench.run(a.session.commit({ deadlineMs: 1_000 }));
    const outsider = bench.session({ directPartitions: [p0] });
    outsider.session.start();
    await outsider.poll(2, 20_000);

    const result = await bench.run(
      outsider.session.commit({ offsets: [{ ...p0, offset: 1n }], deadlineMs: 5_000 }),
    );

    expect(result.outcome).toBe("failed");
    expect(result.message).toContain("a commit from outside of it is refused");
    expect(committedAt().at(-1)).toBe(4n);
  });
});
