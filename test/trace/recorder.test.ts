import { describe, expect, test } from "vitest";
import { VirtualClock } from "#test/support/virtualClock.ts";
import type { Observation, ObservationBody } from "#trace/observation.ts";
import { Recorder, type Source } from "#trace/recorder.ts";

const start = 1_000_000;

function setUp(options?: ConstructorParameters<typeof Recorder>[1]) {
  const clock = new VirtualClock({ startMs: start });
  const folded: number[] = [];
  const recorder = new Recorder(
    { fold: ({ seq }) => folded.push(seq), serialise: () => JSON.stringify({ folded: folded.length }) },
    options,
  );
  const recorded: Observation[] = [];
  recorder.onRecorded((observation) => recorded.push(observation));
  const source: Source = { sourceId: "s1", clusterId: "c1", vantage: "member", clock };
  return { clock, recorder, recorded, folded, source };
}

function buffered(records: number, partition = 0): ObservationBody {
  return {
    type: "buffer.state",
    sessionId: "s1",
    topic: "orders",
    partition,
    records,
    bytes: records * 10,
    batches: 1,
    pausedRecords: 0,
    pausedBytes: 0,
  };
}

const removed: ObservationBody = {
  type: "position.removed",
  sessionId: "s1",
  topic: "orders",
  partition: 0,
  reason: "revoked",
};

const gate = { perSecond: 3, flushEveryMs: 50 };

describe("the recorder", () => {
  test("does not hold values back for a clock that stands still, where the pace is another one's", async () => {
    const { clock, recorder, recorded, source } = setUp({ gate });
    const stopped = { ...source, clock: new VirtualClock({ startMs: start }), pace: clock };
    const { observe } = recorder.register(stopped);
    for (let records = 1; records <= 5; records++) observe(buffered(records));

    await clock.advance(1_000);

    expect(recorded.filter(({ type }) => type === "buffer.state").at(-1)).toMatchObject({
      at: start,
      records: 5,
    });
  });

  test("adds the envelope and counts without gaps over all sources", async () => {
    const { clock, recorder, recorded, source } = setUp();
    const first = recorder.register(source);
    const second = recorder.register({ ...source, sourceId: "p", clusterId: "c2", vantage: "broker" });

    first.observe(buffered(1));
    await clock.advance(5);
    second.observe({ type: "group.deleted", groupId: "billing" });

    expect(recorded).toEqual([
      { seq: 0, at: start, sourceId: "s1", clusterId: "c1", vantage: "member", ...buffered(1) },
      {
        seq: 1,
        at: start + 5,
        sourceId: "p",
        clusterId: "c2",
        vantage: "broker",
        type: "group.deleted",
        groupId: "billing",
      },
    ]);
  });

  test("folds before it tells, so that a subscriber sees a model that includes what it is told", () => {
    const { recorder, folded, source } = setUp();
    const seenAtTelling: number[] = [];
    recorder.onRecorded(() => seenAtTelling.push(folded.length));

    recorder.register(source).observe(buffered(1));

    expect(seenAtTelling).toEqual([1]);
  });

  test("replaces values of a source that sends too many, keeps the newest, and says how many it merged", async () => {
    const { clock, recorder, recorded, source } = setUp({ gate });
    const { observe } = recorder.register(source);

    for (let records = 1; records <= 10; records += 1) observe(buffered(records));
    await clock.advance(2_000);

    expect(recorded.map((each) => (each.type === "buffer.state" ? each.records : each.type))).toEqual([
      1,
      2,
      3,
      10,
      "recorder.merged",
    ]);
    expect(recorded.at(-1)).toMatchObject({
      sourceId: "recorder",
      clusterId: "c1",
      mergedSourceId: "s1",
      count: 6,
      sinceAt: start,
    });
  });

  test("values of different partitions do not replace each other", async () => {
    const { clock, recorder, recorded, source } = setUp({ gate });
    const { observe } = recorder.register(source);

    for (let partition = 0; partition < 8; partition += 1) observe(buffered(1, partition));
    await clock.advance(5_000);

    expect(recorded.filter(({ type }) => type === "buffer.state")).toHaveLength(8);
    expect(recorded.some(({ type }) => type === "recorder.merged")).toBe(false);
  });

  test("an event is never held back, and never overtakes the values before it", () => {
    const { recorder, recorded, source } = setUp({ gate });
    const { observe } = recorder.register(source);

    for (let records = 1; records <= 6; records += 1) observe(buffered(records));
    observe(removed);

    expect(
      recorded.map((each) => (each.type === "buffer.state" ? each.records : each.type)).slice(0, 4),
    ).toEqual([1, 2, 3, 6]);
    expect(recorded.filter(({ type }) => type !== "recorder.merged").at(-1)?.type).toBe("position.removed");
  });

  test("samples of ten thousand groups wait their turn, and an offset listing does not hurry them", async () => {
    const { clock, recorder, recorded, source } = setUp({ gate });
    const { observe } = recorder.register({ ...source, vantage: "sampled" });
    const sample = (groupId: string): ObservationBody => ({
      type: "group.described",
      groupId,
      groupType: "classic",
      state: "Stable",
      members: [],
      requestedAt: start,
    });

    for (let group = 0; group < 10; group += 1) observe(sample(`g${group}`));
    observe({ type: "cluster.offsets", requestedAt: start, offsets: [] });
    const atOnce = recorded.length;
    await clock.advance(10_000);

    expect(atOnce).toBe(4);
    expect(recorded.filter(({ type }) => type === "group.described")).toHaveLength(10);
  });

  test("a source that keeps to its rate is not merged", async () => {
    const { clock, recorder, recorded, source } = setUp({ gate: { perSecond: 100, flushEveryMs: 50 } });
    const { observe } = recorder.register(source);

    for (let records = 0; records < 500; records += 1) {
      observe(buffered(records));
      await clock.advance(10);
    }

    expect(recorded).toHaveLength(500);
  });

  test("ending a source lets through what waits and reports what was merged; afterwards it is silent", () => {
    const { recorder, recorded, source } = setUp({ gate });
    const registered = recorder.register(source);
    for (let records = 1; records <= 6; records += 1) registered.observe(buffered(records));

    registered.dispose();
    registered.observe(buffered(99));

    expect(recorded.some((each) => each.type === "buffer.state" && each.records === 6)).toBe(true);
    expect(recorded.some((each) => each.type === "recorder.merged" && each.count === 2)).toBe(true);
    expect(recorded.some((each) => each.type === "buffer.state" && each.records === 99)).toBe(false);
  });

  test("everything kept begins with a keyframe, and the oldest goes first, by whole segments", () => {
    const { recorder, source } = setUp({
      ring: { maxObservations: 40, maxBytes: 1_000_000, keyframeEvery: 10 },
    });
    const { observe } = recorder.register(source);

    for (let records = 0; records < 95; records += 1) observe(buffered(records));
    const replay = recorder.replay();

    expect(replay?.keyframe).toEqual({ seq: 60, at: start, model: '{"folded":60}' });
    expect(replay?.observations.map(({ seq }) => seq)).toEqual(
      Array.from({ length: 35 }, (_, index) => 60 + index),
    );
    expect(recorder.dropped).toBe(60);
  });

  test("stays within its bytes", () => {
    const { recorder, source } = setUp({
      ring: { maxObservations: 1_000_000, maxBytes: 50_000, keyframeEvery: 10_000 },
    });
    const { observe } = recorder.register(source);

    for (let index = 0; index < 900; index += 1) observe(buffered(index, index));

    expect(recorder.bytes).toBeLessThanOrEqual(50_000);
    expect(recorder.replay()?.observations.at(-1)?.seq).toBe(899);
  });

  test("a moment is folded from the last keyframe before it", async () => {
    const { clock, recorder, source } = setUp({
      ring: { maxObservations: 100, maxBytes: 1_000_000, keyframeEvery: 5 },
    });
    const { observe } = recorder.register(source);
    for (let index = 0; index < 20; index += 1) {
      observe(buffered(index));
      await clock.advance(10);
    }

    const replay = recorder.replayUntil({ clusterId: source.clusterId, at: start + 125 });

    expect(replay?.keyframe.seq).toBe(10);
    expect(replay?.observations.map(({ seq }) => seq)).toEqual([10, 11, 12]);
    expect(recorder.extentOf(source.clusterId)).toEqual({ fromAt: start, toAt: start + 190 });
  });

  test("a cluster whose clock is ahead of the others' is folded from before its moment", async () => {
    const { clock, recorder, source } = setUp({
      ring: { maxObservations: 100, maxBytes: 1_000_000, keyframeEvery: 4 },
    });
    const real = recorder.register(source);
    const ahead = recorder.register({
      ...source,
      sourceId: "ahead",
      clusterId: "ahead",
      clock: {
        now: () => clock.now() + 1_000,
        schedule: clock.schedule.bind(clock),
        yieldTurn: clock.yieldTurn.bind(clock),
      },
    });
    for (let index = 0; index < 12; index += 1) {
      (index % 4 === 0 ? real : ahead).observe(buffered(index));
      await clock.advance(10);
    }

    const replay = recorder.replayUntil({ clusterId: "ahead", at: start + 1_025 });

    expect(replay?.keyframe.seq).toBe(0);
    expect(replay?.observations.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(recorder.extentOf("ahead")).toEqual({ fromAt: start + 1_010, toAt: start + 1_110 });
    expect(recorder.extentOf("other")).toBeUndefined();
  });
});
