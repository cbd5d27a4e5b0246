import { beforeEach, describe, expect, test } from "vitest";
import { type BenchSession, EngineBench, ofType, values } from "./support/engineBench.ts";

describe("rebalances", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 6 });
  });

  const owned = ({ session }: BenchSession) =>
    session
      .assignment()
      .map(({ partition }) => partition)
      .sort();

  const settled = (...members: readonly BenchSession[]) =>
    bench.until("the group settles", () => {
      const all = members.flatMap(owned);
      const isWhole = all.length === 6 && new Set(all).size === 6;
      const generations = new Set(
        members.map(({ session }) => {
          const membership = session.membership();
          return membership?.state === "stable" ? membership.generation.generationId : -1;
        }),
      );
      return isWhole && generations.size === 1 && !generations.has(-1);
    });

  /** What the coordinator was told to be owned, at the last JoinGroup of the member. */
  const claimed = (member: BenchSession) => {
    const membership = member.session.membership();
    const memberId = membership && "generation" in membership ? membership.generation?.memberId : undefined;
    const described = ofType(bench.brokerSaw, "group.described").findLast((group) =>
      group.members.some((one) => one.memberId === memberId && one.owned !== undefined),
    );
    return described?.members.find((one) => one.memberId === memberId)?.owned;
  };

  const consumed = async (member: BenchSession, count: number) => {
    const got: number[] = [];
    while (got.length < count) {
      const records = await member.poll(100, 5_000);
      if (records.length === 0) break;
      got.push(...values(records));
    }
    return got.sort((a, b) => a - b);
  };

  test("from range to cooperative-sticky: everything is consumed, and nothing is claimed that was given up", async () => {
    const a = bench.session({ assignors: ["range"] });
    const b = bench.session({ assignors: ["cooperative-sticky", "range"] });
    a.session.start();
    b.session.start();
    await settled(a, b);

    await bench.run(a.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "rolled" }));
    await settled(b);
    for (let partition = 0; partition < 6; partition++) {
      await bench.run(bench.produceBatch({ topic: "orders", partition }, 1, partition));
    }
    const got = await consumed(b, 6);

    const membership = b.session.membership();
    expect(membership).toMatchObject({ state: "stable", generation: { assignor: "cooperative-sticky" } });
    expect(claimed(b)).toEqual([]);
    expect(got).toEqual([0, 1, 2, 3, 4, 5]);
    expect(b.session.partitions().every(({ progress }) => progress.state === "fetching")).toBe(true);
  });

  test("from cooperative-sticky back to range: everything is given up once and consumed again", async () => {
    const b = bench.session({ assignors: ["cooperative-sticky", "range"] });
    b.session.start();
    await settled(b);
    const a = bench.session({ assignors: ["range"] });

    a.session.start();
    await settled(a, b);
    for (let partition = 0; partition < 6; partition++) {
      await bench.run(bench.produceBatch({ topic: "orders", partition }, 1, partition));
    }
    const got = [...(await consumed(a, 3)), ...(await consumed(b, 3))].sort((x, y) => x - y);

    expect(got).toEqual([0, 1, 2, 3, 4, 5]);
    const revoked = ofType(b.seen, "group.memberPhase").flatMap((phase) => phase.revoked);
    expect(revoked).toHaveLength(6);
  });

  test("a cooperative member keeps consuming what it keeps while others join", async () => {
    const a = bench.session({ assignors: ["cooperative-sticky"] });
    a.session.start();
    await settled(a);
    const fault = bench.playground.holdSyncGroup("billing");
    const b = bench.session({ assignors: ["cooperative-sticky"] });
    b.session.start();
    await bench.until("A syncs", () => a.session.membership()?.state === "syncing");

    await bench.run(bench.produceBatch({ topic: "orders", partition: 0 }, 3));
    const during = await consumed(a, 3);
    bench.playground.removeFault(fault);
    bench.playground.releaseHeld(fault);
    await settled(a, b);

    expect(during).toEqual([0, 1, 2]);
    expect(owned(a)).toHaveLength(3);
    expect(owned(b)).toHaveLength(3);
  });

  test("partitions that are added to a topic are assigned by the leader", async () => {
    const a = bench.session();
    a.session.start();
    await settled(a);
    const cluster = bench.session({ groupId: undefined, startPosition: { kind: "start" }, topics: ["late"] });
    cluster.session.start();
    await bench.clock.advance(3_000);
    bench.playground.createTopic("late", { partitions: 2 });

    await bench.until("the late topic is read", () => cluster.session.assignment().length === 2);

    expect(cluster.session.assignment()).toHaveLength(2);
  });

  test("a second consumer with the same instance id fences the first, which ends and does not come back", async () => {
    const a = bench.session({ groupInstanceId: "i1" });
    a.session.start();
    await settled(a);

    const b = bench.session({ groupInstanceId: "i1" });
    b.session.start();
    await bench.until("A ended", () => ofType(a.seen, "session.ended").length === 1);
    await settled(b);
    await bench.clock.advance(30_000);

    expect(a.session.membership()?.state).toBe("fatal");
    expect(ofType(a.seen, "session.ended")).toMatchObject([{ reason: "failed" }]);
    expect(ofType(a.seen, "session.ended")[0]?.message).toContain("FENCED_INSTANCE_ID");
    expect(b.session.membership()?.state).toBe("stable");
    await expect(a.session.poll({ maxRecords: 1, timeoutMs: 0 })).rejects.toMatchObject({ code: "CLOSED" });
  });

  test.each([
    "UNKNOWN_MEMBER_ID",
    "REBALANCE_IN_PROGRESS",
    "NOT_COORDINATOR",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "UNKNOWN_SERVER_ERROR",
    "MEMBER_ID_REQUIRED",
  ] as const)("JoinGroup answered with %s for ever is asked slower and slower", async (code) => {
    bench.playground.addFault({ match: { api: "JoinGroup" }, action: { kind: "error", code } });
    const a = bench.session();

    a.session.start();
    await bench.clock.advance(60_000);

    const hits = bench.playground.faults()[0]?.hits ?? 0;
    expect(hits).toBeGreaterThan(5);
    expect(hits).toBeLessThan(40);
  });

  test.each(["UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION", "REBALANCE_IN_PROGRESS"] as const)(
    "SyncGroup and Heartbeat answered with %s for ever do not make it spin",
    async (code) => {
      bench.playground.addFault({ match: { api: "SyncGroup" }, action: { kind: "error", code } });
      bench.playground.addFault({ match: { api: "Heartbeat" }, action: { kind: "error", code } });
      const a = bench.session();

      a.session.start();
      await bench.clock.advance(60_000);

      const hits = bench.playground.faults().reduce((sum, fault) => sum + fault.hits, 0);
      expect(hits).toBeGreaterThan(5);
      expect(hits).toBeLessThan(80);
    },
  );

  test("a member that the group forgot loses everything, and joins again under a new id", async () => {
    const a = bench.session();
    a.session.start();
    await settled(a);
    bench.playground.addFault({
      match: { api: "Heartbeat" },
      action: { kind: "error", code: "UNKNOWN_MEMBER_ID" },
      times: 1,
    });

    await bench.until("lost", () => ofType(a.seen, "position.removed").length === 6);
    await settled(a);

    expect(ofType(a.seen, "position.removed").every(({ reason }) => reason === "lost")).toBe(true);
    const ids = new Set(ofType(a.seen, "session.state").flatMap(({ memberId }) => memberId ?? []));
    expect(ids.size).toBe(2);
  });

  test("closing leaves the group at once, also while a join is not answered", async () => {
    const a = bench.session();
    a.session.start();
    await settled(a);
    const fault = bench.playground.holdSyncGroup("billing");
    const b = bench.session();
    b.session.start();
    await bench.until("B syncs", () => b.session.membership()?.state === "syncing");

    const { couldNot } = await bench.run(
      b.session.close({ deadlineMs: 2_000, leaveGroup: true, reason: "enough" }),
    );
    bench.playground.removeFault(fault);
    bench.playground.releaseHeld(fault);
    await settled(a);

    expect(couldNot).toEqual([]);
    const gone = ofType(bench.brokerSaw, "group.memberGone");
    expect(gone.some(({ how, reason }) => how === "left" && reason.includes("enough"))).toBe(true);
  });

  test("a heartbeat that is never answered is given up in time for the next one", async () => {
    const a = bench.session({ sessionTimeoutMs: 45_000, heartbeatIntervalMs: 3_000 });
    a.session.start();
    await bench.until("it is in", () => a.session.membership()?.state === "stable");
    const action = { kind: "hold" } as const;
    bench.playground.addFault({ match: { api: "Heartbeat" }, action, times: 1 });

    await bench.clock.advance(90_000);

    expect(ofType(a.seen, "group.memberPhase").flatMap(({ lost }) => lost)).toEqual([]);
    expect(ofType(bench.brokerSaw, "group.memberGone")).toEqual([]);
  });
});
