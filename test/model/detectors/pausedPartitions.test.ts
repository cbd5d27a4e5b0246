import { expect, test } from "vitest";
import { findPausedPartitions } from "#model/detectors/pausedPartitions.ts";
import type { ObservationBody } from "#trace/observation.ts";
import type { SessionStarted } from "#trace/observations/session.ts";
import { clusterOf, modelOf, position, seen, started, tp } from "../observed.ts";

const toleranceMs = 5_000;

/** Paused at 120 with the log up to `from`, which has grown to `to` since. */
const paused = (partition: number, from: bigint, to: bigint): ObservationBody =>
  position(partition, { paused: true, position: 120n, highWatermarkAtPause: from, highWatermark: to });

const buffer = (partition: number, records: number, pausedRecords = records): ObservationBody => ({
  type: "buffer.state",
  sessionId: "s1",
  topic: "orders",
  partition,
  records,
  bytes: records * 100,
  batches: 1,
  pausedRecords,
  pausedBytes: pausedRecords * 100,
});

const after = (observations: readonly ObservationBody[], options: Partial<SessionStarted> = {}) =>
  clusterOf(modelOf(seen(500, started(options)), ...observations.map((each) => seen(1_000, each))));

test("records that arrive in a paused partition are explained: how many, since when, and what comes first", () => {
  const cluster = after([paused(3, 120n, 1_164n)]);

  expect(findPausedPartitions(cluster, 5_999, toleranceMs)).toEqual([]);
  const [finding, ...others] = findPausedPartitions(cluster, 6_000, toleranceMs);

  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    kind: "pausedPartitions",
    severity: "info",
    title: "A: orders-3 is paused",
    lastedMs: 5_000,
    detail: "1,044 records arrived meanwhile; the position stays at 120",
    since: 1_000,
    subjects: [
      { kind: "sessionPartition", sessionId: "s1", topic: "orders", partition: 3 },
      { kind: "session", sessionId: "s1" },
    ],
  });
  expect(finding?.cause).toContain("resuming delivers everything from offset 120 on, oldest first");
  expect(finding?.evidence[0]).toEqual({
    label: "orders-3",
    at: 1_000,
    value: "paused; position 120, end 1,164, 1,044 arrived since; resuming delivers 120 first",
  });
});

test("resume and each way to skip is offered for exactly the partitions that grew", () => {
  const cluster = after([paused(3, 120n, 130n), paused(4, 120n, 120n), paused(5, 125n, 126n)]);

  const [finding] = findPausedPartitions(cluster, 60_000, toleranceMs);

  const partitions = tp("orders", 3, 5);
  expect(finding?.remedies.map(({ action }) => action)).toEqual(
    ["resume", "skipToEnd", "skipByDiscarding", "skipToTime"].map((kind) => ({
      kind,
      clusterId: "c1",
      sessionId: "s1",
      partitions,
    })),
  );
});

test("many paused partitions of a consumer are one finding, with the sum", () => {
  const cluster = after([paused(3, 120n, 130n), paused(4, 120n, 121n)]);

  const findings = findPausedPartitions(cluster, 60_000, toleranceMs);

  expect(findings).toMatchObject([
    { title: "A: 2 partitions are paused", detail: "11 records arrived meanwhile; the positions stay" },
  ]);
});

test("the two numbers of the buffer are explained: how much of it is paused, and that it is kept", () => {
  const cluster = after([paused(3, 120n, 130n), buffer(3, 120), position(4), buffer(4, 380, 0)], {
    pausedBuffer: "retain",
  });

  const [finding] = findPausedPartitions(cluster, 60_000, toleranceMs);

  expect(finding?.cause).toContain(
    "Of its 500 buffered records, 120 are of paused partitions: fetched already and kept",
  );
  expect(finding?.evidence.at(-1)).toEqual({ label: "buffered", value: "500, of which paused 120" });
});

test("a consumer that drops what it fetched of paused partitions says that it is fetched again", () => {
  const cluster = after([paused(3, 120n, 130n)], { pausedBuffer: "discard" });

  const [finding] = findPausedPartitions(cluster, 60_000, toleranceMs);

  expect(finding?.cause).toContain("was dropped when it was paused");
  expect(finding?.cause).toContain("fetched again after resuming");
});

test("positions that are observed while it is paused do not begin the pause anew", () => {
  const cluster = clusterOf(
    modelOf(
      seen(500, started()),
      seen(1_000, paused(3, 120n, 120n)),
      seen(4_000, paused(3, 120n, 121n)),
      seen(9_000, paused(3, 120n, 122n)),
    ),
  );

  expect(findPausedPartitions(cluster, 9_000, toleranceMs)).toMatchObject([
    { since: 1_000, lastedMs: 8_000 },
  ]);
});

test.each<[string, readonly ObservationBody[]]>([
  ["nothing arrived", [paused(3, 120n, 120n)]],
  ["it was resumed", [paused(3, 120n, 130n), position(3, { position: 120n, highWatermark: 130n })]],
  [
    "what arrived was skipped",
    [paused(3, 120n, 130n), { ...paused(3, 120n, 130n), position: 130n } as ObservationBody],
  ],
  [
    "the consumer ended",
    [paused(3, 120n, 130n), { type: "session.ended", sessionId: "s1", reason: "stopped", couldNot: [] }],
  ],
])("nothing is said when %s", (_when, observations) => {
  expect(findPausedPartitions(after(observations), 60_000, toleranceMs)).toEqual([]);
});
