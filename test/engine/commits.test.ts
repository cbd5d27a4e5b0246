import { beforeEach, describe, expect, test } from "vitest";
import { EngineBench, ofType, values } from "./support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };

describe("commits of a session", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 2 });
  });

  test.each(["range", "cooperative-sticky"])(
    "with %s a commit during a held SyncGroup returns at its deadline, and a second one succeeds",
    async (assignor) => {
      await bench.produce(p0, 4);
      const a = bench.session({ assignors: [assignor] });
      a.session.start();
      const polled = await a.poll(4, 20_000);
      const fault = bench.playground.holdSyncGroup("billing");
      const b = bench.session({ assignors: [assignor] });
      b.session.start();
      await bench.until("A syncs", () => a.session.membership()?.state === "syncing");
      const startedAt = bench.clock.now();
      const offsets = [{ ...p0, offset: 4n }];

      const first = await bench.run(a.session.commit({ offsets, deadlineMs: 500 }));
      const firstAt = bench.clock.now();
      const second = a.session.commit({ offsets, deadlineMs: 20_000 });
      bench.playground.removeFault(fault);
      bench.playground.releaseHeld(fault);
      const result = await bench.run(second);

      expect(polled).toHaveLength(4);
      expect(first).toMatchObject({ outcome: "deadlinePassed" });
      expect(first.message).toContain("SyncGroup is not answered yet");
      expect(firstAt).toBe(startedAt + 500);
      expect(result.outcome).toBe("committed");
      const blocked = ofType(a.seen, "commit.state").filter(({ state }) => state === "blocked");
      expect(new Set(blocked.map((commit) => commit.blocked?.by))).toEqual(new Set(["syncInFlight"]));
    },
  );

  test("what was committed across a rebalance is where the next generation goes on", async () => {
    await bench.produce(p0, 4);
    const a = bench.session();
    a.session.start();
    await a.poll(3, 20_000);
    const fault = bench.playground.holdSyncGroup("billing");
    const b = bench.session();
    b.session.start();
    await bench.until("A syncs", () => a.session.membership()?.state === "syncing");

    const committing = a.session.commit({ deadlineMs: 20_000 });
    bench.playground.removeFault(fault);
    bench.playground.releaseHeld(fault);
    const result = await bench.run(committing);
    await bench.until("both stable", () =>
      [a, b].every(({ session }) => session.membership()?.state === "stable"),
    );
    const holder = [a, b].find(({ session }) =>
      session.assignment().some(({ partition }) => partition === 0),
    );
    const records = (await holder?.poll(10, 5_000)) ?? [];

    // Range gives partition 0 to the member whose id sorts first: when that is B, A must not commit there.
    const own = result.offsets.find(({ partition }) => partition === 0);
    expect(own?.error).toBe(holder === a ? undefined : "NOT_ASSIGNED");
    // The other partition, which A had and read nothing of, is the one that went, or stayed.
    expect(result.outcome).toBe("failed");
    expect(values(records)).toEqual(holder === a ? [3] : [0, 1, 2, 3]);
  });

  test("what waits while its topic is created anew is not committed to the new one, and says so", async () => {
    await bench.produce(p0, 4);
    const a = bench.session();
    a.session.start();
    await a.poll(3, 20_000);
    const fault = bench.playground.holdSyncGroup("billing");
    a.session.rejoin();
    await bench.until("it syncs", () => a.session.membership()?.state === "syncing");
    const offsets = [{ ...p0, offset: 3n }];

    const committing = a.session.commit({ offsets, deadlineMs: 20_000 });
    bench.playground.recreateTopic("orders");
    bench.playground.removeFault(fault);
    bench.playground.releaseHeld(fault);
    const result = await bench.run(committing);

    expect(result).toMatchObject({
      outcome: "failed",
      error: "TOPIC_RECREATED",
      message: expect.stringContaining("the topic of orders-0 was deleted and created anew"),
    });
    expect(ofType(bench.brokerSaw, "group.offsets").at(-1)?.offsets ?? []).toEqual([]);
  });

  test("a commit that the broker delays lets its waiter go and is recorded when it is answered", async () => {
    await bench.produce(p0, 2);
    const { session, seen, poll } = bench.session();
    session.start();
    await poll(2, 20_000);
    bench.playground.delayCommits("billing", 3_000);

    const first = await bench.run(session.commit({ deadlineMs: 1_000 }));
    const second = await bench.run(session.commit({ deadlineMs: 10_000 }));

    expect(first.outcome).toBe("deadlinePassed");
    expect(second.outcome).toBe("committed");
    const ofFirst = ofType(seen, "commit.state").filter(({ commitId }) => commitId === first.commitId);
    expect(ofFirst.at(-1)).toMatchObject({ outcome: "deadlinePassed", lateAnswer: { error: undefined } });
    const blocks = ofType(seen, "commit.state").filter(({ commitId }) => commitId === second.commitId);
    expect(blocks.some(({ blocked }) => blocked?.by === "earlierCommit")).toBe(true);
  });

  test("auto-commit commits what earlier polls returned, not what the last one did", async () => {
    await bench.produce(p0, 4);
    const { session, poll } = bench.session({ autoCommit: "onPoll", autoCommitIntervalMs: 1_000 });
    session.start();
    await poll(2, 20_000);
    await bench.clock.advance(1_500);
    await poll(2, 1_000);
    await bench.clock.advance(500);
    const afterSecondPoll = session.partitions().find(({ partition }) => partition === 0)?.committedOffset;

    const { couldNot } = await bench.run(
      session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "done" }),
    );
    const next = bench.session();
    next.session.start();
    await bench.until("positioned", () =>
      next.session.partitions().some(({ partition, position }) => partition === 0 && position === 4n),
    );

    expect(afterSecondPoll).toBe(2n);
    expect(couldNot).toEqual([]);
  });

  test("a partition that is not ours is refused, with the reason", async () => {
    const { session } = bench.session();
    session.start();
    await bench.until("stable", () => session.membership()?.state === "stable");

    const result = await bench.run(
      session.commit({ offsets: [{ topic: "other", partition: 0, offset: 1n }], deadlineMs: 1_000 }),
    );

    expect(result).toMatchObject({ outcome: "failed", error: "NOT_ASSIGNED" });
  });

  test("without a group there is nothing to commit to", async () => {
    const { session } = bench.session({ groupId: undefined, startPosition: { kind: "start" } });
    session.start();

    const result = await bench.run(session.commit({ deadlineMs: 1_000 }));

    expect(result).toMatchObject({ outcome: "failed", error: "NO_GROUP" });
  });
});
