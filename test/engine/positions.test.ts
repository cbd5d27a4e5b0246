import { beforeEach, describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import type { ConsumerSession } from "#engine/consumerSession.ts";
import { EngineBench, ofType, values } from "./support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };

describe("positions", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 1 });
    await bench.produce(p0, 6);
  });

  const positionOf = (session: ConsumerSession) => session.partitions()[0]?.position;
  const positioned = (session: ConsumerSession) =>
    bench.until("positioned", () => positionOf(session) !== undefined);

  const starts: readonly [string, ConsumerOptions["startPosition"], bigint][] = [
    ["the start", { kind: "start" }, 0n],
    ["the end", { kind: "end" }, 6n],
    ["an offset", { kind: "offset", offset: 4n }, 4n],
    ["a time before everything", { kind: "timestamp", timestampMs: 0 }, 0n],
    ["a time after everything", { kind: "timestamp", timestampMs: 9_999_999_999_999 }, 6n],
    ["the committed offset, else the end", { kind: "committed", else: "end" }, 6n],
  ];

  test.each(starts)("begins at %s", async (_title, startPosition, expected) => {
    const { session } = bench.session({ startPosition });

    session.start();
    await positioned(session);

    expect(positionOf(session)).toBe(expected);
  });

  test("without a committed offset, and nothing else chosen, the user has to say", async () => {
    const { session, seen } = bench.session({ startPosition: { kind: "committed", else: "none" } });
    session.start();
    await bench.until("errored", () => session.partitions()[0]?.progress.state === "errored");
    const shown = ofType(seen, "position.state").at(-1);

    const moved = await bench.run(session.seek(p0, { kind: "start" }));

    expect(shown?.error?.code).toBe("NO_COMMITTED_OFFSET");
    expect(moved).toEqual({ from: undefined, to: 0n });
    expect(session.partitions()[0]?.progress.state).toBe("fetching");
  });

  test("a start position is for the first time: after a rebalance the session goes on where it was", async () => {
    const a = bench.session({ startPosition: { kind: "start" } });
    a.session.start();
    await a.poll(3, 20_000);
    bench.playground.addFault({
      match: { api: "Heartbeat" },
      action: { kind: "error", code: "REBALANCE_IN_PROGRESS" },
      times: 1,
    });
    await bench.until("revoked", () => ofType(a.seen, "position.removed").length === 1);

    const records = await a.poll(10, 10_000);

    expect(values(records)).toEqual([3, 4, 5]);
  });

  test("seeking drops what was fetched for the old place", async () => {
    const { session, seen, poll } = bench.session();
    session.start();
    await poll(2, 20_000);
    await bench.until("fetched", () => session.buffered().records === 4);

    const moved = await bench.run(session.seek(p0, { kind: "offset", offset: 1n }));
    const bufferedAfter = session.buffered().records;
    const records = await poll(10, 5_000);

    expect(moved).toEqual({ from: 2n, to: 1n });
    expect(bufferedAfter).toBe(0);
    expect(values(records)).toEqual([1, 2, 3, 4, 5]);
    const released = ofType(seen, "buffer.state").find((state) => state.released?.reason === "seeked");
    expect(released?.released).toMatchObject({ records: 4 });
  });

  test.each(["classic", "consumer"] as const)(
    "seeking to what is committed goes to where the group would begin: %s",
    async (groupProtocol) => {
      const { session, poll } = bench.session({ groupProtocol, startPosition: { kind: "start" } });
      session.start();
      await poll(4, 20_000);
      await bench.run(session.commit({ deadlineMs: 5_000 }));
      await bench.run(session.seek(p0, { kind: "start" }));

      const moved = await bench.run(session.seek(p0, { kind: "committed" }));

      expect(moved).toEqual({ from: 0n, to: 4n });
      expect(values(await poll(10, 1_000))).toEqual([4, 5]);
    },
  );

  const uncommitted: readonly [string, Partial<ConsumerOptions>, string][] = [
    [
      "the group committed nothing",
      {},
      "billing has committed nothing of orders-0: commit first, or seek to",
    ],
    [
      "there is no group",
      { groupId: undefined, directPartitions: [p0], topics: [] },
      "this consumer reads orders-0 without a group, so nothing is committed: seek to start",
    ],
  ];

  test.each(uncommitted)("seeking to what is committed when %s says what to do", async (_, options, says) => {
    const { session } = bench.session({ startPosition: { kind: "offset", offset: 2n }, ...options });
    session.start();
    await positioned(session);

    const seeking = bench.run(session.seek(p0, { kind: "committed" }));

    await expect(seeking).rejects.toThrow(says);
    expect(positionOf(session)).toBe(2n);
  });

  test("of two seeks the last one counts, and the first one says so", async () => {
    const { session } = bench.session();
    session.start();
    await positioned(session);

    const first = session.seek(p0, { kind: "end" });
    const second = session.seek(p0, { kind: "offset", offset: 3n });
    const outcomes = await bench.run(Promise.allSettled([first, second]));

    expect(outcomes).toMatchObject([{ reason: { code: "SUPERSEDED" } }, { value: { to: 3n } }]);
    expect(positionOf(session)).toBe(3n);
  });

  test("a negative offset, or a partition of somebody else, is refused before anything moves", async () => {
    const { session } = bench.session();
    session.start();
    await positioned(session);

    const negative = bench.run(session.seek(p0, { kind: "offset", offset: -1n }));
    await expect(negative).rejects.toMatchObject({ code: "INVALID_TARGET" });
    const foreign = bench.run(session.seek({ topic: "other", partition: 0 }, { kind: "end" }));
    await expect(foreign).rejects.toMatchObject({ code: "NOT_ASSIGNED" });

    expect(positionOf(session)).toBe(0n);
  });

  test.each([
    ["start", 0n],
    ["end", 6n],
    ["nearest", 6n],
  ] as const)("out of range with the policy %s goes to %s, and says so", async (resetPolicy, to) => {
    const { session, seen } = bench.session({ resetPolicy });
    session.start();
    await positioned(session);

    await bench.run(session.seek(p0, { kind: "offset", offset: 100n }));
    await bench.until("reset", () =>
      ofType(seen, "fetch.positionReset").some(({ cause }) => cause === "outOfRange"),
    );

    expect(ofType(seen, "fetch.positionReset").at(-1)).toMatchObject({
      cause: "outOfRange",
      policy: resetPolicy,
      fromOffset: 100n,
      toOffset: to,
    });
    expect(positionOf(session)).toBe(to);
  });

  test("out of range with the policy none stops the partition, without asking again", async () => {
    const { session, seen } = bench.session({ resetPolicy: "none" });
    session.start();
    await positioned(session);
    await bench.run(session.seek(p0, { kind: "offset", offset: 100n }));
    await bench.until("errored", () => session.partitions()[0]?.progress.state === "errored");
    const asked = ofType(seen, "fetch.completed").length;

    await bench.clock.advance(60_000);

    expect(ofType(seen, "position.state").at(-1)?.error?.code).toBe("OFFSET_OUT_OF_RANGE");
    expect(ofType(seen, "fetch.completed")).toHaveLength(asked);
    expect(positionOf(session)).toBe(100n);
  });

  test("options that contradict each other are refused before anything is sent", () => {
    const bad: readonly Partial<ConsumerOptions>[] = [
      { topics: [] },
      { groupId: undefined },
      { assignors: ["unknown"] },
      { assignors: ["range", "range"] },
      { topicPattern: "(" },
      { topicPattern: "orders.*", directPartitions: [{ topic: "orders", partition: 0 }] },
      { assignors: [] },
      { heartbeatIntervalMs: 10_000 },
      { startPosition: { kind: "offset", offset: -2n } },
      { startPosition: { kind: "duration", backMs: -1 } },
      { startPosition: { kind: "timestamp", timestampMs: Number.NaN } },
      { startPosition: { kind: "committed", else: { backMs: Number.POSITIVE_INFINITY } } },
      { resetPolicy: { backMs: -1 } },
    ];

    for (const options of bad) {
      expect(() => bench.session(options)).toThrowError(expect.objectContaining({ code: "INVALID_OPTION" }));
    }
  });
});
