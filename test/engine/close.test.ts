import { beforeEach, describe, expect, test } from "vitest";
import { EngineBench, ofType } from "./support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };

describe("closing a session", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
    await bench.produce(p0, 4);
  });

  const gone = () => ofType(bench.brokerSaw, "group.memberGone");
  const committed = () =>
    ofType(bench.brokerSaw, "group.offsets")
      .at(-1)
      ?.offsets.map(({ committedOffset }) => committedOffset);

  test.each([
    ["commits what poll returned when it is asked to", {}, true, [3n]],
    ["commits nothing unasked", {}, undefined, undefined],
    ["commits what poll returned with auto-commit", { autoCommit: "onTimer" } as const, undefined, [3n]],
    ["commits what poll returned with commit on revoke", { commitOnRevoke: true }, undefined, [3n]],
  ])("%s", async (_, options, commit, expected) => {
    const { session, poll } = bench.session(options);
    session.start();
    await poll(3, 20_000);

    const { couldNot } = await bench.run(
      session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "done", commit }),
    );

    expect(couldNot).toEqual([]);
    expect(committed()).toEqual(expected);
    expect(gone().map(({ how }) => how)).toEqual(["left"]);
  });

  test.each([
    ["a member leaves", "classic", undefined, "unlessStatic", ["left"]],
    ["a static member stays", "classic", "one", "unlessStatic", []],
    ["a static member that is asked to leave leaves", "classic", "one", true, ["left"]],
    ["a member that ends without a word stays", "classic", undefined, false, []],
    ["a member of a consumer group leaves", "consumer", undefined, "unlessStatic", ["left"]],
    ["a static member of a consumer group stays", "consumer", "one", "unlessStatic", []],
    ["a static member of a consumer group that is asked to leave leaves", "consumer", "one", true, ["left"]],
    ["a member of a consumer group that ends without a word stays", "consumer", undefined, false, []],
  ] as const)("%s", async (_, groupProtocol, groupInstanceId, leaveGroup, expected) => {
    const { session, poll } = bench.session({ groupProtocol, groupInstanceId });
    session.start();
    await poll(3, 20_000);

    await bench.run(session.close({ deadlineMs: 3_000, leaveGroup, reason: "done" }));

    expect(gone().map(({ how }) => how)).toEqual(expected);
  });

  test.each([
    ["classic", "unlessStatic"],
    ["classic", true],
    ["consumer", "unlessStatic"],
    ["consumer", true],
  ] as const)(
    "the id of a static member is free at once: %s, leaving: %s",
    async (groupProtocol, leaveGroup) => {
      const options = { groupProtocol, groupInstanceId: "one" } as const;
      const { session, poll } = bench.session(options);
      session.start();
      await poll(3, 20_000);
      await bench.run(session.close({ deadlineMs: 3_000, leaveGroup, reason: "done" }));

      const next = bench.session(options);
      next.session.start();

      await bench.until(
        "the next one has the partition",
        () => next.session.assignment().length === 1,
        5_000,
      );
      expect(ofType(next.seen, "session.state").flatMap(({ reason }) => reason ?? [])).toEqual([]);
    },
  );

  test("in the middle of a rebalance, what is committed already is not waited for", async () => {
    const { session, poll } = bench.session({ commitOnRevoke: true });
    session.start();
    await poll(3, 20_000);
    bench.playground.addFault({ match: { api: "JoinGroup" }, action: { kind: "hold" } });
    session.rejoin();
    await bench.until("it joins again", () => session.membership()?.state === "joining");
    const startedAt = bench.clock.now();

    const { couldNot } = await bench.run(
      session.close({ deadlineMs: 6_000, leaveGroup: true, reason: "done", commit: true }),
    );

    expect(committed()).toEqual([3n]);
    expect(couldNot).toEqual([]);
    expect(bench.clock.now() - startedAt).toBeLessThan(1_000);
  });

  test("what the broker does not answer in time is told, and the end comes by the deadline", async () => {
    const { session, poll } = bench.session();
    session.start();
    await poll(3, 20_000);
    for (const api of ["OffsetCommit", "LeaveGroup"]) {
      bench.playground.addFault({ match: { api }, action: { kind: "hold" } });
    }
    const startedAt = bench.clock.now();

    const { couldNot } = await bench.run(
      session.close({ deadlineMs: 4_000, leaveGroup: true, reason: "done", commit: true }),
    );

    expect(bench.clock.now() - startedAt).toBeLessThanOrEqual(4_000);
    expect(couldNot).toHaveLength(2);
    expect(couldNot[0]).toContain("waited 2.0 s for the coordinator to answer OffsetCommit");
    expect(couldNot[1]).toContain("it will notice when the session timeout passes");
  });
});
