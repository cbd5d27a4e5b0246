import { beforeEach, describe, expect, test } from "vitest";
import { EngineBench, ofType, values } from "../support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };

describe("a member that does not poll (max.poll.interval.ms)", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
    await bench.produce(p0, 4);
  });

  test("leaves the group and says why, and at its next poll joins again and goes on from what is committed", async () => {
    const { session, seen, poll } = bench.session({ maxPollIntervalMs: 5_000 });
    session.start();
    await poll(2, 20_000);
    await bench.run(session.commit({ deadlineMs: 1_000 }));
    await poll(1, 1_000);
    const lastPollAt = bench.clock.now();

    await bench.until("it left", () => session.membership()?.state === "unjoined");
    const outAt = bench.clock.now();
    await bench.clock.advance(30_000);
    const whileOut = session.membership();
    const records = await poll(4, 20_000);

    expect(outAt - lastPollAt).toBeGreaterThanOrEqual(5_000);
    expect(outAt - lastPollAt).toBeLessThan(5_100);
    expect(whileOut).toMatchObject({ state: "unjoined" });
    expect(whileOut && "reason" in whileOut && whileOut.reason).toContain(
      "consumer poll timeout has expired",
    );
    const gone = ofType(bench.brokerSaw, "group.memberGone");
    expect(gone.map(({ how, reason }) => [how, reason.includes("poll timeout has expired")])).toEqual([
      ["left", true],
    ]);
    expect(values(records)).toEqual([2, 3]);
    expect(ofType(seen, "session.ended")).toEqual([]);
  });

  test("commits nothing of what it lost, and a commit meanwhile says what it waits for, or fails", async () => {
    const { session, seen, poll } = bench.session({ maxPollIntervalMs: 5_000, commitOnRevoke: true });
    session.start();
    await poll(2, 20_000);
    await bench.until("it left", () => session.membership()?.state === "unjoined");

    const result = await bench.run(session.commit({ offsets: [{ ...p0, offset: 2n }], deadlineMs: 1_000 }));

    expect(result).toMatchObject({ outcome: "failed", error: "NOT_ASSIGNED" });
    expect(ofType(seen, "commit.state").every(({ trigger }) => trigger === "user")).toBe(true);
  });

  test("a poll that waits for records counts as polling", async () => {
    const { session, poll } = bench.session({ maxPollIntervalMs: 2_000 });
    session.start();
    await poll(4, 20_000);

    await poll(1, 10_000);

    expect(session.membership()?.state).toBe("stable");
  });

  test("a static member does not leave, so that its partitions wait for it until its session ends", async () => {
    const { session, poll } = bench.session({ maxPollIntervalMs: 5_000, groupInstanceId: "one" });
    session.start();
    await poll(2, 20_000);
    await bench.until("it stepped out", () => session.membership()?.state === "unjoined");
    await bench.clock.advance(2_000);

    const records = await poll(4, 20_000);

    expect(ofType(bench.brokerSaw, "group.memberGone")).toEqual([]);
    expect(records.length).toBeGreaterThan(0);
  });
});
