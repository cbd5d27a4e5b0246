import { beforeEach, describe, expect, test } from "vitest";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { type BenchSession, EngineBench, ofType } from "./support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };

describe("a commit and what may keep it from being carried out", () => {
  let bench: EngineBench;
  let a: BenchSession;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
    await bench.produce(p0, 6);
  });

  const start = async (options: Parameters<EngineBench["session"]>[0] = {}, records = 4) => {
    a = bench.session(options);
    a.session.start();
    return await a.poll(records, 20_000);
  };
  const refuse = (code: KnownErrorName, times = 1) =>
    bench.playground.addFault({ match: { api: "OffsetCommit" }, action: { kind: "error", code }, times });
  const sent = () => ofType(a.seen, "commit.state").filter(({ state }) => state === "inFlight").length;
  const atBroker = () => ofType(bench.brokerSaw, "group.offsets").at(-1)?.offsets[0];
  const blocks = () =>
    Array.from(new Set(ofType(a.seen, "commit.state").flatMap(({ blocked }) => blocked?.by ?? [])));

  test.each<[KnownErrorName, string]>([
    ["OFFSET_METADATA_TOO_LARGE", "offset.metadata.max.bytes"],
    ["INVALID_COMMIT_OFFSET_SIZE", "commit fewer partitions at once"],
    ["UNKNOWN_TOPIC_OR_PARTITION", "was the topic deleted?"],
    ["GROUP_AUTHORIZATION_FAILED", "Read on the group"],
    ["TOPIC_AUTHORIZATION_FAILED", "Read on the topic"],
    ["INVALID_REQUEST", "refused the commit of orders-0 with INVALID_REQUEST"],
  ])("%s fails at once, for each partition, and says what to do", async (code, advice) => {
    await start();
    refuse(code);

    const result = await bench.run(a.session.commit({ deadlineMs: 5_000 }));

    expect(result).toMatchObject({ outcome: "failed", error: code, offsets: [{ ...p0, error: code }] });
    expect(result.message).toContain(advice);
    expect(sent()).toBe(1);
  });

  test("what cannot be sent fails at once, and nobody is asked for anything else", async () => {
    await start();
    const match = { api: "FindCoordinator" };
    bench.playground.addFault({ match, action: { kind: "delay", delayMs: 1 } });

    const offsets = [{ ...p0, offset: 1n, leaderEpoch: 2 ** 40 }];
    const result = await bench.run(a.session.commit({ deadlineMs: 5_000, offsets }));

    expect(result).toMatchObject({ outcome: "failed", error: "INVALID_REQUEST" });
    expect(result.message).toMatch(/^the commit cannot be sent: .*does not fit int32/);
    expect(bench.playground.faults().map(({ hits }) => hits)).toEqual([0]);
  });

  test("one whose connection is cut each time says so at its deadline", async () => {
    await start();
    bench.playground.addFault({ match: { api: "OffsetCommit" }, action: { kind: "cutConnection" } });

    const result = await bench.run(a.session.commit({ deadlineMs: 2_000 }));

    expect(result.outcome).toBe("deadlinePassed");
    expect(result.message).toMatch(/; its last try failed: .*(closed|ended)/);
  });

  test.each<[KnownErrorName, string]>([
    ["COORDINATOR_LOAD_IN_PROGRESS", "coordinatorLoading"],
    ["NOT_COORDINATOR", "coordinatorUnknown"],
    ["COORDINATOR_NOT_AVAILABLE", "coordinatorUnknown"],
    ["REQUEST_TIMED_OUT", "coordinatorUnknown"],
    ["REBALANCE_IN_PROGRESS", "joinInFlight"],
  ])("%s is tried again until it is committed, and says what it waits for", async (code, block) => {
    await start();
    refuse(code, 2);

    const result = await bench.run(a.session.commit({ deadlineMs: 20_000 }));

    expect(result.outcome).toBe("committed");
    expect(sent()).toBe(3);
    expect(blocks()).toContain(block);
    expect(atBroker()?.committedOffset).toBe(4n);
  });

  test.each<[KnownErrorName, string]>([
    ["UNKNOWN_MEMBER_ID", "no heartbeat came within the session timeout"],
    ["ILLEGAL_GENERATION", "went on to a newer generation without this consumer"],
  ])("%s fails with the reason, and the member joins again", async (code, reason) => {
    await start();
    refuse(code);

    const result = await bench.run(a.session.commit({ deadlineMs: 5_000 }));
    await bench.until("back", () => a.session.membership()?.state === "stable");

    expect(result).toMatchObject({ outcome: "failed", error: code });
    expect(result.message).toContain(reason);
    expect(result.message).toContain("nothing was committed");
    expect(ofType(a.seen, "group.memberPhase").flatMap(({ lost }) => lost)).toEqual([p0]);
  });

  test("a fenced static member's commit fails with the reason, and the member ends", async () => {
    await start({ groupInstanceId: "one" });
    refuse("FENCED_INSTANCE_ID");

    const result = await bench.run(a.session.commit({ deadlineMs: 5_000 }));
    await bench.clock.advance(100);

    expect(result).toMatchObject({ outcome: "failed", error: "FENCED_INSTANCE_ID" });
    expect(result.message).toContain("every member needs an instance id of its own");
    expect(ofType(a.seen, "session.ended").map(({ reason }) => reason)).toEqual(["failed"]);
  });

  test("metadata and leader epoch are stored with the offset", async () => {
    await start();

    const result = await bench.run(
      a.session.commit({
        offsets: [{ ...p0, offset: 3n, metadata: "by hand", leaderEpoch: 0 }],
        deadlineMs: 5_000,
      }),
    );

    expect(result.outcome).toBe("committed");
    expect(atBroker()).toMatchObject({ committedOffset: 3n, metadata: "by hand", leaderEpoch: 0 });
  });

  test("nothing owned and nothing to come back: it fails at once instead of waiting for a generation", async () => {
    a = bench.session();
    bench.playground.addFault({ match: { api: "JoinGroup" }, action: { kind: "hold" } });
    a.session.start();
    await bench.clock.advance(1_000);
    const startedAt = bench.clock.now();

    const result = await bench.run(
      a.session.commit({ offsets: [{ ...p0, offset: 3n }], deadlineMs: 60_000 }),
    );

    expect(result).toMatchObject({ outcome: "failed", error: "NOT_ASSIGNED" });
    expect(bench.clock.now()).toBe(startedAt);
  });

  describe("settles by its deadline, whatever holds it", () => {
    const hold = (api: string) => bench.playground.addFault({ match: { api }, action: { kind: "hold" } });
    const rebalance = async (_held: string) => {
      a.session.rejoin();
      await bench.clock.advance(50);
    };

    test.each<[string, string | undefined, () => Promise<unknown>]>([
      ["a JoinGroup in flight", "joinInFlight", () => rebalance(hold("JoinGroup"))],
      ["a SyncGroup in flight", "syncInFlight", () => rebalance(hold("SyncGroup"))],
      ["an OffsetCommit in flight", undefined, async () => hold("OffsetCommit")],
      [
        "an earlier commit",
        "earlierCommit",
        async () => {
          hold("OffsetCommit");
          void a.session.commit({ deadlineMs: 60_000 });
          await bench.clock.advance(50);
        },
      ],
      [
        "an unknown coordinator",
        "coordinatorUnknown",
        async () => {
          refuse("NOT_COORDINATOR", 1);
          hold("FindCoordinator");
        },
      ],
      ["a loading coordinator", "coordinatorLoading", async () => refuse("COORDINATOR_LOAD_IN_PROGRESS", 99)],
    ])("%s", async (_, block, prepare) => {
      await start();
      await prepare();
      const startedAt = bench.clock.now();

      const result = await bench.run(a.session.commit({ deadlineMs: 700 }));

      expect(result.outcome).toBe("deadlinePassed");
      expect(bench.clock.now()).toBe(startedAt + 700);
      const own = ofType(a.seen, "commit.state").filter(({ commitId }) => commitId === result.commitId);
      expect(own.findLast(({ state }) => state !== "settled")?.blocked?.by).toBe(block);
    });
  });
});

describe("what is committed without being asked for", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
    await bench.produce(p0, 6);
  });

  const history = () =>
    ofType(bench.brokerSaw, "group.offsets").flatMap(({ offsets }) => offsets[0]?.committedOffset ?? []);

  test("onTimer: what polls before the last one returned, without another poll", async () => {
    const { session, poll } = bench.session({ autoCommit: "onTimer", autoCommitIntervalMs: 1_000 });
    session.start();
    await poll(2, 20_000);
    await bench.clock.advance(1_500);
    const afterFirst = history();
    await poll(2, 1_000);

    await bench.clock.advance(10_000);

    // The position it began at: nothing was processed before it.
    expect(afterFirst).toEqual([0n]);
    expect(history().at(-1)).toBe(2n);
  });

  test("onPoll: nothing without another poll, whatever time passes", async () => {
    const { session, poll } = bench.session({ autoCommit: "onPoll", autoCommitIntervalMs: 1_000 });
    session.start();
    await poll(2, 20_000);
    await poll(2, 100);

    await bench.clock.advance(10_000);
    const before = history();
    await poll(1, 100);
    await bench.clock.advance(100);

    expect(before).toEqual([]);
    expect(history().at(-1)).toBe(4n);
  });

  test("never goes back behind what was committed by hand meanwhile", async () => {
    const { session, seen, poll } = bench.session({ autoCommit: "onTimer", autoCommitIntervalMs: 1_000 });
    session.start();
    await poll(2, 20_000);
    await poll(2, 100);
    bench.playground.delayCommits("billing", 3_000);

    const byHand = await bench.run(session.commit({ deadlineMs: 10_000 }));
    await bench.clock.advance(10_000);

    expect(byHand.outcome).toBe("committed");
    expect(history().every((offset, index, all) => index === 0 || offset >= (all[index - 1] ?? 0n))).toBe(
      true,
    );
    expect(history().at(-1)).toBe(4n);
    const automatic = ofType(seen, "commit.state").filter(({ trigger }) => trigger === "auto");
    expect(automatic.length).toBeGreaterThan(0);
  });

  test("never goes back behind what was committed by hand before a rebalance that it waited for", async () => {
    const { session, poll } = bench.session({
      assignors: ["range"],
      autoCommit: "onTimer",
      autoCommitIntervalMs: 400,
      rebalanceTimeoutMs: 3_000,
    });
    session.start();
    await bench.until("buffered", () => session.buffered().records > 0);
    await poll(2, 20_000);
    await poll(2, 100);
    const action = { kind: "delay", delayMs: 1_500 } as const;
    bench.playground.addFault({ match: { api: "OffsetCommit" }, action, times: 1 });

    const byHand = bench.run(session.commit({ deadlineMs: 5_000 }));
    await bench.clock.advance(450);
    session.rejoin();
    await byHand;
    await bench.clock.advance(6_000);

    expect(history()).toEqual([4n]);
  });

  test("never goes back behind what a revoke committed, from cooperative to eager", async () => {
    const { session, poll } = bench.session({
      assignors: ["cooperative-sticky", "range"],
      autoCommit: "onTimer",
      autoCommitIntervalMs: 200,
      commitOnRevoke: true,
    });
    session.start();
    await bench.until("buffered", () => session.buffered().records > 0);
    await poll(4, 20_000);
    const match = { api: "JoinGroup", clientId: "client-A" };
    bench.playground.addFault({ match, action: { kind: "delay", delayMs: 600 } });

    bench.session({ assignors: ["range"] }).session.start();
    await bench.clock.advance(10_000);

    const committed = history();
    expect(committed).toEqual(committed.toSorted((a, b) => Number(a - b)));
    expect(committed.at(-1)).toBe(4n);
  });

  test("goes back when the position was moved back on purpose", async () => {
    const { session, poll } = bench.session({ autoCommit: "onPoll", autoCommitIntervalMs: 100 });
    session.start();
    await poll(4, 20_000);
    await bench.run(session.commit({ deadlineMs: 1_000 }));

    await bench.run(session.seek(p0, { kind: "offset", offset: 1n }));
    await bench.clock.advance(200);
    await poll(1, 100);
    await bench.clock.advance(100);

    expect(history().at(-1)).toBe(1n);
  });

  test.each([
    ["commit on revoke commits what poll returned last", { commitOnRevoke: true }, 2n],
    ["auto-commit commits what was processed", { autoCommit: "onTimer" } as const, 0n],
    ["without either nothing is committed", {}, undefined],
  ])("%s, before the partitions go", async (_, options, expected) => {
    const a = bench.session({ autoCommitIntervalMs: 60_000, ...options });
    a.session.start();
    await a.poll(2, 20_000);

    a.session.rejoin();
    await bench.until("revoked", () => ofType(a.seen, "position.removed").length > 0);

    expect(history().at(-1)).toBe(expected);
  });

  test("a commit on revoke that is not answered holds the rebalance up for a bounded time only", async () => {
    const a = bench.session({ commitOnRevoke: true, rebalanceTimeoutMs: 6_000 });
    a.session.start();
    await a.poll(2, 20_000);
    bench.playground.addFault({ match: { api: "OffsetCommit" }, action: { kind: "hold" } });
    const startedAt = bench.clock.now();

    a.session.rejoin();
    await bench.until("revoked", () => ofType(a.seen, "position.removed").length > 0);

    expect(bench.clock.now() - startedAt).toBeLessThan(2_100);
  });
});
