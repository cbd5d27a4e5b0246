import { describe, expect, test } from "vitest";
import { bufferTotals } from "#model/sessions.ts";
import { sessionPartition, sessionPartitions } from "#model/sessionView.ts";
import { clusterOf, modelOf, offsets, position, rejected, seen, started } from "./observed.ts";

const sessionOf = (model: ReturnType<typeof modelOf>) => {
  const session = clusterOf(model).sessions.get("s1");
  if (!session) throw new Error("no session");
  return session;
};

const buffer = (partition: number, records: number, pausedRecords = 0) =>
  ({
    type: "buffer.state",
    sessionId: "s1",
    topic: "orders",
    partition,
    records,
    bytes: records * 100,
    batches: 1,
    pausedRecords,
    pausedBytes: pausedRecords * 100,
  }) as const;

const batch = rejected({ boundsReason: "the next batch begins there" });

const partition0 = { topic: "orders", partition: 0 };

describe("a debug consumer", () => {
  test("its totals are the sums over its partitions", () => {
    const model = modelOf(seen(1, started()), seen(2, buffer(0, 120, 120)), seen(3, buffer(1, 380)));

    expect(bufferTotals(sessionOf(model))).toEqual({
      records: 500,
      bytes: 50_000,
      pausedRecords: 120,
      pausedBytes: 12_000,
    });
  });

  test("a partition that was taken away holds nothing, also when its empty buffer is told later", () => {
    const model = modelOf(
      seen(2, position(0)),
      seen(2, buffer(0, 120)),
      seen(3, { type: "position.removed", sessionId: "s1", ...partition0, reason: "revoked" }),
      seen(4, buffer(0, 0)),
    );

    expect(sessionPartitions(clusterOf(model), sessionOf(model))).toEqual([]);
  });

  test.each([
    ["loading", position(0, { state: "loading" }), "loading"],
    ["fetching", position(0, { position: 5n, highWatermark: 9n }), "fetching"],
    ["at the end", position(0, { position: 9n, highWatermark: 9n }), "atEnd"],
    ["errored", position(0, { state: "errored", error: { code: "X", message: "no" } }), "errored"],
  ])("a partition is %s", (_what, observed, expected) => {
    const model = modelOf(seen(1, started()), seen(2, observed));

    expect(sessionPartition(clusterOf(model), sessionOf(model), partition0).state).toBe(expected);
  });

  test("the end of a read_committed reader is the last stable offset", () => {
    const model = modelOf(
      seen(1, started({ isolation: "read_committed" })),
      seen(2, position(0, { position: 7n, committedOffset: 5n, highWatermark: 9n, lastStableOffset: 7n })),
    );

    expect(sessionPartition(clusterOf(model), sessionOf(model), partition0)).toMatchObject({
      state: "atEnd",
      lag: 2n,
    });
  });

  test("without a group, lag counts from the position; with one, from what was committed", () => {
    const at = position(0, { position: 22n, highWatermark: 402n });

    const direct = modelOf(seen(1, started({ groupId: undefined })), seen(2, at));
    const grouped = modelOf(seen(1, started()), seen(2, at), seen(3, offsets(3, 2n), { vantage: "sampled" }));

    expect(sessionPartition(clusterOf(direct), sessionOf(direct), partition0).lag).toBe(380n);
    expect(sessionPartition(clusterOf(grouped), sessionOf(grouped), partition0).lag).toBe(400n);
  });

  test("of what arrived since a pause, what was skipped meanwhile is not to come", () => {
    const paused = { paused: true, highWatermark: 1_284n, highWatermarkAtPause: 240n };
    const arrivedAt = (offset: bigint) => {
      const model = modelOf(seen(1, started()), seen(2, position(0, { ...paused, position: offset })));
      return sessionPartition(clusterOf(model), sessionOf(model), partition0).arrivedSincePause;
    };

    expect(arrivedAt(120n)).toBe(1_044n);
    expect(arrivedAt(1_214n)).toBe(70n);
    expect(arrivedAt(1_284n)).toBe(0n);
  });

  test("knows what arrived since a partition was paused", () => {
    const model = modelOf(
      seen(1, started()),
      seen(2, position(0, { paused: true, highWatermark: 1_284n, highWatermarkAtPause: 240n })),
    );

    expect(sessionPartition(clusterOf(model), sessionOf(model), partition0).arrivedSincePause).toBe(1_044n);
  });

  test.each([
    [
      "it was skipped",
      {
        type: "fetch.batchResolved",
        sessionId: "s1",
        topic: "orders",
        partition: 4,
        baseOffset: 2_000n,
        how: "skipped",
      } as const,
      0,
    ],
    [
      "another batch was resolved",
      {
        type: "fetch.batchResolved",
        sessionId: "s1",
        topic: "orders",
        partition: 4,
        baseOffset: 7n,
        how: "skipped",
      } as const,
      1,
    ],
    [
      "its partition was taken away",
      {
        type: "position.removed",
        sessionId: "s1",
        topic: "orders",
        partition: 4,
        reason: "revoked",
      } as const,
      0,
    ],
    [
      "the session ended",
      { type: "session.ended", sessionId: "s1", reason: "stopped", couldNot: [] } as const,
      0,
    ],
  ])("a corrupt batch is in the way until %s", (_what, then, left) => {
    const model = modelOf(seen(1, started()), seen(2, position(4)), seen(3, batch), seen(4, then));

    expect(sessionOf(model).corrupt.size).toBe(left);
  });

  test("a batch that the policy skipped is not in the way", () => {
    const model = modelOf(seen(3, { ...batch, action: "skipped" }));

    expect(sessionOf(model).corrupt.size).toBe(0);
  });

  test("the last value of a quick series is kept in the buffer's history, and pauses are noted", () => {
    const model = modelOf(
      seen(1_000, buffer(0, 1)),
      seen(1_001, buffer(0, 2)),
      seen(1_002, buffer(0, 300)),
      seen(61_000, buffer(0, 0)),
      seen(61_001, position(0, { paused: true })),
    );

    const { points, notes } = sessionOf(model).bufferHistory;
    expect(points.map(({ at, records }) => [at, records])).toEqual([
      [1_000, 1],
      [1_002, 300],
    ]);
    expect(notes).toEqual([{ topic: "orders", partition: 0, at: 61_001, what: "pause" }]);
  });

  test("the buffer's history stays bounded and keeps its peaks", () => {
    const model = modelOf(
      ...Array.from({ length: 5_000 }, (_, index) =>
        seen(index * 200, buffer(0, index === 100 ? 9_999 : index % 50)),
      ),
    );

    const { points } = sessionOf(model).bufferHistory;
    expect(points.length).toBeLessThanOrEqual(2_000);
    expect(Math.max(...points.map(({ records }) => records))).toBe(9_999);
  });

  test("ended sessions are let go from the fiftieth on", () => {
    const model = modelOf(
      ...Array.from({ length: 60 }, (_, index) =>
        seen(index, { type: "session.ended", sessionId: `s${index}`, reason: "stopped", couldNot: [] }),
      ),
    );

    expect(clusterOf(model).sessions.size).toBe(50);
  });
});
