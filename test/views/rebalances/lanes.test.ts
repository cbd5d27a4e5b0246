import { describe, expect, test } from "vitest";
import type { Model } from "#model/model.ts";
import type { Observation } from "#trace/observation.ts";
import type { RebalancesInput } from "#views/rebalances/input.ts";
import { rebalancesState } from "#views/rebalances/rebalancesState.ts";
import {
  byBroker,
  bySample,
  commit,
  described,
  member,
  modelOf,
  phase,
  position,
  seen,
  started,
  tp,
} from "../../model/observed.ts";
import { liveInput } from "./support/liveInput.ts";

const stateOf = (model: Model, rest: Partial<RebalancesInput> = {}) =>
  rebalancesState(liveInput(model, rest));

/** A scripted member that comes and goes: a session, and a memberId, each time. */
function life(number: number, fromAt: number, toAt: number | undefined, name = "worker-3"): Observation[] {
  const who = { sessionId: `s-${number}`, clientId: `billing-${name}` };
  return [
    seen(fromAt, started({ ...who, name, scripted: true })),
    seen(fromAt, phase({ ...who, memberId: `m-${number}`, phase: "joining" })),
    seen(fromAt + 1_000, phase({ ...who, memberId: `m-${number}`, phase: "stable", generationId: number })),
    ...(toAt === undefined
      ? []
      : [
          seen(toAt, {
            type: "session.ended",
            sessionId: `s-${number}`,
            reason: "stopped",
            couldNot: [],
          } as const),
        ]),
  ];
}

const committed = (number: number, at: number) =>
  seen(
    at,
    commit({
      commitId: `c${number}`,
      sessionId: `s-${number}`,
      memberId: `m-${number}`,
      state: "settled",
      outcome: "committed",
      queuedAt: at,
      stateSince: at,
    }),
  );

describe("a member that comes back", () => {
  test("stays in its lane, with a cut wherever it left, and its commits stay in theirs", () => {
    const model = modelOf(
      ...life(1, 10_000, 20_000),
      committed(1, 15_000),
      ...life(2, 30_000, 40_000),
      committed(2, 35_000),
      ...life(3, 50_000, undefined),
    );

    const { lanes, commitLanes } = stateOf(model);

    expect(lanes).toHaveLength(1);
    expect(lanes[0]).toMatchObject({
      name: "worker-3",
      scripted: true,
      memberId: "m-3",
      ref: { lane: { by: "session", sessionId: "s-1" } },
    });
    expect(lanes[0]?.gone.map(({ atMs }) => atMs)).toEqual([20_000, 40_000]);
    expect(lanes[0]?.phases.map(({ text, fromMs, toMs }) => [text, fromMs, toMs])).toEqual([
      ["join", 10_000, 11_000],
      ["stable", 11_000, 20_000],
      ["join", 30_000, 31_000],
      ["stable", 31_000, 40_000],
      ["join", 50_000, 51_000],
      ["stable", 51_000, undefined],
    ]);
    expect(commitLanes.map(({ name, marks }) => [name, marks.length])).toEqual([["worker-3", 2]]);
    expect(commitLanes[0]?.ref).toEqual(lanes[0]?.ref);
  });

  test("is away between its lives, however short what it did at their ends", () => {
    const who = { sessionId: "s-1", clientId: "billing-worker-3", memberId: "m-1" };
    const back = { sessionId: "s-2", clientId: "billing-worker-3", memberId: "m-2" };
    const model = modelOf(
      ...life(1, 10_000, undefined),
      seen(20_000, phase({ ...who, phase: "leaving" })),
      seen(20_002, { type: "session.ended", sessionId: "s-1", reason: "stopped", couldNot: [] }),
      seen(40_000, started({ ...back, name: "worker-3", scripted: true })),
      seen(40_000, phase({ ...back, phase: "unjoined" })),
      seen(40_002, phase({ ...back, phase: "joining" })),
    );

    expect(stateOf(model).lanes[0]?.phases.map(({ text, fromMs, toMs }) => [text, fromMs, toMs])).toEqual([
      ["join", 10_000, 11_000],
      ["stable", 11_000, 20_000],
      ["leave", 20_000, 20_002],
      ["not in the group", 40_000, 40_002],
      ["join", 40_002, undefined],
    ]);
  });

  test("has the details of the life that is chosen", () => {
    const model = modelOf(...life(1, 10_000, 20_000), ...life(2, 30_000, undefined));

    const stable = { kind: "phase", lane: { by: "session", sessionId: "s-1" }, fromMs: 11_000 } as const;

    expect(stateOf(model, { selected: stable }).detail?.status).toBe("lasted 9.0 s");
  });

  test("is not mixed up with one that is there at the same time", () => {
    const model = modelOf(...life(1, 10_000, 30_000), ...life(2, 20_000, undefined));

    expect(stateOf(model).lanes).toHaveLength(2);
  });

  test("is known by its client id and host where it is none of ours", () => {
    const sample = (at: number, ...members: Parameters<typeof member>[]) =>
      seen(at, described({ requestedAt: at, members: members.map((each) => member(...each)) }), bySample);
    const model = modelOf(
      sample(10_000, ["app-1a", { clientId: "app", host: "/10.0.0.7" }]),
      sample(20_000, ["app-2b", { clientId: "app", host: "/10.0.0.7" }]),
      sample(30_000, ["app-3c", { clientId: "app", host: "/10.0.0.8" }]),
    );

    expect(stateOf(model).lanes.map(({ memberId, gone }) => [memberId, gone.length])).toEqual([
      ["app-2b", 2],
      ["app-3c", 0],
    ]);
  });

  test("has its lane under its one name, whatever it is called each time", () => {
    const broker = (at: number, memberId: string) =>
      seen(at, described({ members: [member(memberId, { clientId: "app", phase: "stable" })] }), byBroker);

    const { lanes } = stateOf(modelOf(broker(10_000, "app-1a"), broker(20_000, "app-2b")));

    expect(lanes.map(({ name }) => name)).toEqual(["app"]);
  });

  test("goes on in its lane when its first lives are no longer kept as sessions", () => {
    const lives = Array.from({ length: 60 }, (_, index) =>
      life(index + 1, index * 1_500, index * 1_500 + 1_200),
    );

    const { lanes } = stateOf(modelOf(...lives.flat(), ...life(99, 95_000, undefined)));

    expect(lanes.map(({ name, ours, scripted }) => [name, ours, scripted])).toEqual([
      ["worker-3", false, true],
    ]);
  });
});

describe("the buffer", () => {
  const buffered = (sessionId: string, at: number, records: number) =>
    seen(at, {
      type: "buffer.state",
      sessionId,
      topic: "orders",
      partition: 0,
      records,
      bytes: records * 10,
      batches: 1,
      pausedRecords: 0,
      pausedBytes: 0,
    });

  test("of a consumer that ended before the window has no lane", () => {
    const model = modelOf(
      seen(1_000, started()),
      seen(1_000, phase()),
      buffered("s1", 2_000, 10),
      seen(20_000, { type: "session.ended", sessionId: "s1", reason: "stopped", couldNot: [] }),
    );

    const before = stateOf(model, { now: 30_000, viewport: { fromMs: 0, toMs: 30_000, widthPx: 500 } });
    const after = stateOf(model, { viewport: { fromMs: 60_000, toMs: 100_000, widthPx: 500 } });

    expect(before.bufferLanes.map(({ endedMs }) => endedMs)).toEqual([20_000]);
    expect(after.bufferLanes).toEqual([]);
  });

  test("says once what one order did to many partitions", () => {
    const pauses = Array.from({ length: 9 }, (_, partition) =>
      seen(50_000 + partition, position(partition, { paused: true })),
    );
    const model = modelOf(
      seen(1_000, started()),
      seen(1_000, phase()),
      ...Array.from({ length: 9 }, (_, partition) => seen(2_000, position(partition))),
      buffered("s1", 2_000, 10),
      ...pauses,
      seen(60_000, position(4)),
    );

    expect(stateOf(model).bufferLanes[0]?.notes).toEqual([
      { atMs: 50_000, text: "pause 9 partitions" },
      { atMs: 60_000, text: "resume orders-4" },
    ]);
  });
});

describe("a generation by another assignor", () => {
  const generation = (at: number, generationId: number, assignor: string) =>
    seen(
      at,
      described({
        generationId,
        assignor,
        members: [member("w-1a", { phase: "stable", assigned: tp("orders", 0) })],
      }),
      byBroker,
    );
  const model = modelOf(
    generation(10_000, 16, "range"),
    generation(20_000, 17, "cooperative-sticky"),
    generation(30_000, 18, "cooperative-sticky"),
  );

  test("says what it was before, where it changed", () => {
    expect(stateOf(model).generations.map(({ label }) => label)).toEqual([
      "16 (range)",
      "17 (range → cooperative-sticky)",
      "18 (cooperative-sticky)",
    ]);
  });

  test("explains in its details who switched it: nobody", () => {
    const { detail } = stateOf(model, { selected: { kind: "generation", fromMs: 20_000 } });

    expect(detail?.explanation[0]).toMatch(
      /^The group divides by cooperative-sticky instead of range: of the assignors that all members support/,
    );
  });
});

describe("a playground that stands still", () => {
  const playground = seen(1, {
    type: "cluster.profile",
    kind: "playground",
    name: "playground",
    bootstrapServers: [],
  });
  const runs = seen(2, { type: "broker.started", nodes: [], kafkaClusterId: "k" }, byBroker);
  const there = [playground, runs, seen(10_000, described({ members: [member("w-1a")] }), byBroker)];

  test("is live as long as time passes", () => {
    expect(stateOf(modelOf(...there)).standstill).toBeNull();
  });

  test("says that its clock is paused", () => {
    const paused = seen(20_000, { type: "broker.clock", mode: "paused", now: 20_000, aheadMs: 0 });

    expect(stateOf(modelOf(...there, paused)).standstill).toEqual({ text: "clock paused", remedies: [] });
  });

  test("says that it was stopped, not that its groups were deleted, and offers to start it", () => {
    const { standstill, subtitle } = stateOf(
      modelOf(
        ...there,
        seen(20_000, { type: "broker.stopped", reason: "stopped" }, byBroker),
        seen(20_000, { type: "group.deleted", groupId: "billing" }),
      ),
    );

    expect(standstill).toMatchObject({ text: "stopped", remedies: [{ title: "Start Playground" }] });
    expect(subtitle).toBe("the playground is stopped; what was seen of it before stays here");
  });
});
