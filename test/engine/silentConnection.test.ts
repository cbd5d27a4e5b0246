import { beforeEach, describe, expect, test } from "vitest";
import { heartbeatPatienceMs } from "#engine/group/heartbeats.ts";
import { type BenchSession, EngineBench, ofType } from "./support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };

describe("a coordinator's connection on which nothing comes any more", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
    await bench.produce(p0, 6);
  });

  const started = async (options: Parameters<EngineBench["session"]>[0] = {}) => {
    const member = bench.session(options);
    member.session.start();
    await bench.until("stable", () => member.session.membership()?.state === "stable");
    await bench.clock.advance(5_000);
    return member;
  };
  /** What is open now goes silent, as when a router forgets it; what is opened afterwards works. */
  const forget = () => {
    for (const connection of bench.network.connections) connection.stall();
  };
  const gone = () => ofType(bench.brokerSaw, "group.memberGone").map(({ reason }) => reason);
  const generations = ({ seen }: BenchSession) =>
    ofType(seen, "group.memberPhase").filter(({ phase }) => phase === "stable").length;

  test.each([
    { sessionTimeoutMs: 45_000, heartbeatIntervalMs: 3_000 },
    { sessionTimeoutMs: 15_000, heartbeatIntervalMs: 2_000 },
    { sessionTimeoutMs: 10_000, heartbeatIntervalMs: 3_000 },
    { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 2_000 },
  ])("is replaced before a session of $sessionTimeoutMs ms ends", async (timeouts) => {
    const member = await started(timeouts);
    const attempts = bench.network.attempts;

    forget();
    await bench.clock.advance(3 * timeouts.sessionTimeoutMs);

    expect(gone()).toEqual([]);
    expect(generations(member)).toBe(1);
    expect(member.session.membership()?.state).toBe("stable");
    // Each of the silent ones is opened anew, and by and by all of them.
    expect(bench.network.attempts - attempts).toBeLessThanOrEqual(10);
  });

  test("is replaced in time when a commit was the first to be lost on it", async () => {
    const member = await started({ sessionTimeoutMs: 15_000, heartbeatIntervalMs: 2_000 });
    await member.poll(4, 5_000);

    forget();
    const lost = member.session.commit({ deadlineMs: 60_000 });
    const result = await bench.run(lost);
    await bench.clock.advance(30_000);

    // It may still be carried out: that is said, and it is not sent twice.
    expect(result).toMatchObject({ outcome: "failed", error: "TIMEOUT" });
    expect(gone()).toEqual([]);
    expect(generations(member)).toBe(1);
  });

  test("is kept while the coordinator gathers the group for longer than a session", async () => {
    const timeouts = { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 1_000 };
    const slow = bench.session({
      ...timeouts,
      callbackDelays: { assignedMs: 0, revokedMs: 15_000, lostMs: 0 },
    });
    slow.session.start();
    await bench.until("the only member", () => slow.session.membership()?.state === "stable");
    const member = bench.session(timeouts);
    member.session.start();
    await bench.until("a join", () => member.session.membership()?.state === "joining");
    await bench.clock.advance(500);
    const attempts = bench.network.attempts;

    await bench.clock.advance(10_000);
    const waited = member.session.membership()?.state;
    await bench.until("both are in", () => member.session.membership()?.state === "stable");

    expect(waited).toBe("joining");
    expect(bench.network.attempts).toBe(attempts);
    expect(gone()).toEqual([]);
  });

  test("is not what a coordinator is taken for that is slow with heartbeats", async () => {
    const member = await started({ sessionTimeoutMs: 10_000, heartbeatIntervalMs: 3_000 });
    bench.playground.addFault({ match: { api: "Heartbeat" }, action: { kind: "delay", delayMs: 5_000 } });
    const attempts = bench.network.attempts;

    await bench.clock.advance(60_000);

    expect(gone()).toEqual([]);
    expect(generations(member)).toBe(1);
    // The first one that is given up takes connections along; those after it are waited for.
    expect(bench.network.attempts - attempts).toBeLessThanOrEqual(3);
  });

  test("of a coordinator that is slow with heartbeats loses no commits on the way", async () => {
    const member = await started({ sessionTimeoutMs: 6_000, heartbeatIntervalMs: 2_000 });
    bench.playground.addFault({ match: { api: "Heartbeat" }, action: { kind: "delay", delayMs: 2_500 } });
    // The first heartbeat shows that it is slow.
    await bench.clock.advance(10_000);

    const commits: ReturnType<typeof member.session.commit>[] = [];
    for (let count = 0; count < 6; count++) {
      await member.poll(1, 500);
      commits.push(member.session.commit({ deadlineMs: 60_000 }));
      await bench.clock.advance(1_500);
    }
    const outcomes = (await bench.run(Promise.all(commits))).map(({ outcome }) => outcome);

    expect(outcomes).toEqual(commits.map(() => "committed"));
  });
});

describe("the wait for a heartbeat", () => {
  test.each([
    { sessionTimeoutMs: 45_000, intervalMs: 3_000, waits: 27_000 },
    { sessionTimeoutMs: 9_000, intervalMs: 3_000, waits: 3_000 },
    { sessionTimeoutMs: 9_000, intervalMs: 8_000, waits: 3_000 },
  ])(
    "leaves time in a session of $sessionTimeoutMs ms, beaten every $intervalMs",
    ({ waits, ...timeouts }) => {
      const most = (timeouts.sessionTimeoutMs * 2) / 3;

      expect(heartbeatPatienceMs({ ...timeouts, unanswered: 0, lastTookMs: 20 })).toBeCloseTo(waits);
      expect(heartbeatPatienceMs({ ...timeouts, unanswered: 1, lastTookMs: 20 })).toBeCloseTo(most);
      expect(heartbeatPatienceMs({ ...timeouts, unanswered: 0, lastTookMs: most })).toBeCloseTo(most);
    },
  );
});
