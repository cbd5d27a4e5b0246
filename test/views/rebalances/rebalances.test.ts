import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import { createModel, fold, type Model } from "#model/model.ts";
import type { RemedyAction } from "#model/remedy.ts";
import type { BatchRejected } from "#trace/observations/fetch.ts";
import type { RebalancesInput } from "#views/rebalances/input.ts";
import { rebalancesState, rebalancesText } from "#views/rebalances/rebalancesState.ts";
import type {
  RemedyAction as DrawnRemedyAction,
  MarkRef,
  RebalancesState,
} from "#webview/rebalances/contract.ts";
import {
  byBroker,
  bySample,
  commit,
  described,
  member,
  modelOf,
  offsets,
  phase,
  position,
  seen,
  started,
  topics,
  tp,
} from "../../model/observed.ts";
import { anyObservation } from "../../trace/anyObservation.ts";
import { liveInput } from "./support/liveInput.ts";

const stateOf = (model: Model, rest?: Partial<RebalancesInput>) => rebalancesState(liveInput(model, rest));
const detailOf = (model: Model, selected: MarkRef, rest?: Partial<RebalancesInput>) =>
  stateOf(model, { ...rest, selected }).detail;

/** Every mark of the state that has an identity of its own. */
function marksIn(state: RebalancesState): number {
  const sizes = [
    ...state.lanes.map((lane) => 1 + lane.phases.length),
    ...state.generations.map((band) => 1 + (band.assignment?.length ?? 0)),
    ...state.holdLanes.map((lane) => lane.marks.length),
    ...state.commitLanes.map((lane) => lane.marks.length),
    ...state.bufferLanes.map((lane) => lane.points.length),
    ...state.faultLanes.map((lane) => lane.segments.length),
    state.findings.length,
  ];
  return sizes.reduce((sum, size) => sum + size, 0);
}

const broker = (at: number, rest: Parameters<typeof described>[0]) => seen(at, described(rest), byBroker);

/** Generation 5 by range with A and two workers; worker-2 does not rejoin and is evicted; generation 6 leaves orders-5 to nobody. */
const story = [
  seen(1, topics(6)),
  seen(2, started()),
  seen(10_000, phase({ phase: "stable", generationId: 5, assignor: "range", assigned: tp("orders", 0, 1) })),
  broker(10_000, {
    generationId: 5,
    assignor: "range",
    stateSince: 10_000,
    members: [
      member("groupscope-A-1", { clientId: "groupscope-A", phase: "stable", assigned: tp("orders", 0, 1) }),
      member("worker-1-aa", { phase: "stable", assigned: tp("orders", 2, 3) }),
      member("worker-2-bb", { phase: "stable", assigned: tp("orders", 4, 5) }),
    ],
  }),
  seen(40_000, phase({ phase: "joining", generationId: 5 })),
  broker(40_000, {
    state: "PreparingRebalance",
    generationId: 5,
    stateSince: 40_000,
    rebalanceReason: "worker-1 rejoins",
    members: [
      member("groupscope-A-1", { phase: "joined" }),
      member("worker-1-aa", { phase: "joined" }),
      member("worker-2-bb", {
        phase: "notRejoined",
        lastHeartbeatAt: 38_000,
        evictedAt: 83_000,
        sessionTimeoutMs: 45_000,
      }),
    ],
  }),
];
const rest = [
  seen(
    83_000,
    {
      type: "group.memberGone",
      groupId: "billing",
      memberId: "worker-2-bb",
      how: "evicted",
      reason: "session timeout",
    } as const,
    byBroker,
  ),
  seen(83_010, phase({ phase: "syncing", generationId: 6, assignor: "cooperative-sticky" })),
  broker(83_010, {
    state: "CompletingRebalance",
    generationId: 6,
    assignor: "cooperative-sticky",
    members: [
      member("groupscope-A-1", { phase: "awaitingSync" }),
      member("worker-1-aa", { phase: "awaitingSync" }),
    ],
  }),
  seen(84_000, phase({ phase: "stable", generationId: 6, assigned: tp("orders", 0, 1, 4) })),
  broker(84_000, {
    generationId: 6,
    assignor: "cooperative-sticky",
    stateSince: 84_000,
    members: [
      member("groupscope-A-1", { phase: "stable", assigned: tp("orders", 0, 1, 4) }),
      member("worker-1-aa", { phase: "stable", assigned: tp("orders", 2, 3) }),
    ],
  }),
];

describe("the lanes", () => {
  test("ours comes first with its own phases, foreign ones as the broker told, and an eviction is a cut", () => {
    const { lanes } = stateOf(modelOf(...story, ...rest));

    expect(
      lanes.map(({ name, ours, phases, gone }) => [
        name,
        ours,
        phases.map(({ text, fromMs, toMs }) => [text, fromMs, toMs]),
        gone.map(({ text }) => text),
      ]),
    ).toEqual([
      [
        "A",
        true,
        [
          ["stable", 10_000, 40_000],
          ["join", 40_000, 83_010],
          ["sync", 83_010, 84_000],
          ["stable", 84_000, undefined],
        ],
        [],
      ],
      [
        "worker-1",
        false,
        [
          ["stable", 10_000, 40_000],
          ["rejoined", 40_000, 83_010],
          ["sync", 83_010, 84_000],
          ["stable", 84_000, undefined],
        ],
        [],
      ],
      [
        "worker-2",
        false,
        [
          ["stable", 10_000, 40_000],
          ["did not rejoin", 40_000, 83_000],
        ],
        ["evicted: session timeout"],
      ],
    ]);
  });

  test("what lies outside of the window is not drawn", () => {
    const { lanes, generations } = stateOf(modelOf(...story, ...rest), {
      following: false,
      viewport: { fromMs: 90_000, toMs: 95_000, widthPx: 500 },
    });

    expect(lanes.map(({ name, phases }) => [name, phases.length])).toEqual([
      ["A", 1],
      ["worker-1", 1],
    ]);
    expect(generations.map(({ generationId }) => generationId)).toEqual([6]);
  });

  test("phases too short to be seen are drawn as one that says how many", () => {
    const flapping = Array.from({ length: 50 }, (_, index) =>
      seen(50_000 + index * 2, phase({ phase: index % 2 === 0 ? "joining" : "syncing", generationId: 5 })),
    );
    const { lanes } = stateOf(modelOf(...story.slice(0, 3), ...flapping));

    expect(lanes[0]?.phases.length).toBeLessThan(5);
    expect(lanes[0]?.phases.some(({ merged }) => (merged ?? 0) > 40)).toBe(true);
  });
});

describe("the generations", () => {
  test("say what moved, what stayed, and what nobody has", () => {
    const { generations, generationWord } = stateOf(modelOf(...story, ...rest));

    expect(generationWord).toBe("generation");
    expect(
      generations.map(({ label, fromMs, toMs, assignmentText }) => [label, fromMs, toMs, assignmentText]),
    ).toEqual([
      ["5 (range)", 10_000, 83_010, "6 assigned"],
      ["6 (range → cooperative-sticky)", 83_010, undefined, "4 kept · orders-4 → A · orders-5 nobody"],
    ]);
    expect(generations[1]?.rebalance).toEqual({ fromMs: 40_000, toMs: 84_000, reason: "worker-1 rejoins" });
    expect(
      generations[1]?.assignment
        ?.filter(({ change }) => change !== "kept")
        .map(({ partition, change, owner, previousOwner }) => [
          partition,
          change,
          owner?.name,
          previousOwner?.name,
        ]),
    ).toEqual([
      [4, "moved", "A", "worker-2"],
      [5, "nobody", undefined, "worker-2"],
    ]);
  });

  test("of a real cluster have no number, and it is said why", () => {
    const sample = (at: number, partitions: readonly number[]) =>
      seen(
        at,
        described({
          requestedAt: at,
          assignor: "range",
          members: [member("w1", { assigned: tp("orders", ...partitions) })],
        }),
        bySample,
      );
    const { generations, limits } = stateOf(modelOf(sample(10_000, [0]), sample(20_000, [0, 1])));

    expect(generations.map(({ generationId, label }) => [generationId, label])).toEqual([
      [null, "? (range)"],
      [null, "? (range)"],
    ]);
    expect(limits).toContain("The number of a generation is told to members only.");
    expect(limits[0]).toContain("The coordinator does not say who has not rejoined");
  });
});

describe("commits", () => {
  const blocked = commit({
    state: "blocked",
    queuedAt: 60_000,
    stateSince: 60_000,
    deadlineAt: 75_000,
    blocked: { by: "joinInFlight", since: 40_000 },
  });
  const ref = { kind: "commit", sourceId: "source", commitId: "41" } as const;

  test("one that hangs is drawn to the present, with what it waits for", () => {
    const { commitLanes, findings } = stateOf(modelOf(...story, seen(60_000, blocked)), { now: 72_300 });

    expect(commitLanes.map(({ name, marks }) => [name, marks])).toEqual([
      [
        "A",
        [
          {
            ref,
            fromMs: 60_000,
            state: "blocked",
            hanging: true,
            text: "waits: join in progress",
            count: 1,
            deadlineMs: 75_000,
            toMs: undefined,
          },
        ],
      ],
    ]);
    expect(findings.find(({ title }) => title.includes("commit"))).toMatchObject({
      lane: { by: "session", sessionId: "s1" },
      title: "A: commit waits",
    });
  });

  test("the inspector says what it waits for, who, when that ends, and why it cannot just send", () => {
    const detail = detailOf(modelOf(...story, seen(60_000, blocked)), ref, { now: 72_300 });

    expect(detail).toMatchObject({
      title: "Commit #1 by A · orders-3 96 → 120",
      status: "hanging 12.3 s / deadline 15.0 s",
      severity: "error",
    });
    expect(detail?.rows.map(({ label, atMs, text }) => [label, atMs, text])).toEqual([
      ["queued", 60_000, "asked for, generation 6"],
      ["blocked", 40_000, "JoinGroup in flight since then"],
      ["because", 38_000, "worker-2 has not rejoined; its last heartbeat came then"],
      ["ends by", 75_000, "the commit's own deadline"],
      ["ends by", 83_000, "worker-2 is evicted unless it is heard of (session timeout 45.0 s)"],
      ["orders-3", undefined, "96 → 120"],
    ]);
    expect(detail?.remedies.map(({ title }) => title)).toEqual([
      "Release the waiter",
      "Remove worker-2 from the group…",
    ]);
    expect(detail?.questions[0]?.question).toBe("Why can't it just send?");
  });

  test("in a trace nothing is offered, as the past cannot be acted on", () => {
    const detail = detailOf(modelOf(...story, seen(60_000, blocked)), ref, {
      now: 72_300,
      bound: { kind: "trace", name: "bug.jsonl" },
    });

    expect(detail?.remedies).toEqual([]);
  });

  test("a settled one says how it ended, and a late answer is told", () => {
    const model = modelOf(
      ...story,
      seen(60_000, blocked),
      seen(73_000, {
        ...blocked,
        state: "settled",
        stateSince: 73_000,
        outcome: "released",
        lateAnswer: { at: 84_000 },
      }),
    );

    const detail = detailOf(model, ref);

    expect(detail?.status).toBe("its waiter was released after 13.0 s");
    expect(detail?.rows.map(({ label }) => label)).toContain("late answer");
    expect(stateOf(model).commitLanes[0]?.marks[0]?.text).toBe("its waiter was released · orders-3 96 → 120");
  });

  test("one whose waiter was released says whether it can be saved, in the order of time, and what to do", () => {
    const released = {
      ...blocked,
      state: "settled",
      stateSince: 73_000,
      outcome: "released",
      blocked: undefined,
    } as const;
    const from = (more: Partial<typeof released> & { readonly sentAt?: number }) =>
      detailOf(modelOf(...story, seen(60_000, blocked), seen(73_000, { ...released, ...more })), ref);

    const [unsent, sent] = [from({}), from({ sentAt: 61_000 })];

    expect(unsent?.explanation).toContain("It was never sent: nothing of it is saved.");
    expect(sent?.explanation).toContain("It was sent, and no answer has come: it may be saved.");
    expect(unsent?.remedies.map(({ title }) => title)).toEqual(["Commit again"]);
    const times = unsent?.rows.flatMap(({ atMs }) => (atMs === undefined ? [] : [atMs])) ?? [];
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test("many that lie close together are one mark, those that hang never", () => {
    const many = Array.from({ length: 300 }, (_, index) =>
      seen(
        20_000 + index,
        commit({
          commitId: `m${index}`,
          state: "settled",
          queuedAt: 20_000 + index,
          stateSince: 20_000 + index,
          outcome: index === 5 ? "failed" : "committed",
        }),
      ),
    );
    const { commitLanes } = stateOf(modelOf(...story, ...many, seen(60_000, blocked)));

    const marks = commitLanes[0]?.marks ?? [];
    expect(marks.length).toBeLessThan(10);
    expect(marks[0]).toMatchObject({ state: "mixed", ref: { kind: "commits" } });
    expect(marks.at(-1)).toMatchObject({ hanging: true, count: 1 });
    expect(marks[0] && detailOf(modelOf(...story, ...many), marks[0].ref)?.title).toMatch(/^\d+ commits$/);
  });
});

describe("buffer, faults, findings", () => {
  test("the buffer is drawn up to the present, with its pauses", () => {
    const buffer = (at: number, records: number, pausedRecords: number) =>
      seen(at, {
        type: "buffer.state",
        sessionId: "s1",
        topic: "orders",
        partition: 0,
        records,
        bytes: records * 10,
        batches: 1,
        pausedRecords,
        pausedBytes: 0,
      });
    const { bufferLanes } = stateOf(
      modelOf(
        ...story,
        buffer(50_000, 500, 0),
        seen(55_000, position(0, { paused: true })),
        buffer(55_000, 500, 500),
      ),
    );

    expect(bufferLanes[0]).toMatchObject({
      name: "A",
      maxRecords: 500,
      capRecords: 500,
      notes: [{ atMs: 55_000, text: "pause orders-0" }],
    });
    expect(
      bufferLanes[0]?.points.map(({ atMs, records, pausedRecords }) => [atMs, records, pausedRecords]),
    ).toEqual([
      [50_000, 500, 0],
      [55_000, 500, 500],
      [100_000, 500, 500],
    ]);
  });

  test("faults of this group, and of none in particular, have lanes for as long as they were on", () => {
    const fault = (at: number, faultId: string, groupId: string | undefined, enabled: boolean) =>
      seen(
        at,
        {
          type: "broker.fault",
          faultId,
          kind: "x",
          title: `fault ${faultId}`,
          enabled,
          removed: false,
          hits: 1,
          holding: 0,
          since: at,
          groupId,
        },
        byBroker,
      );
    const { faultLanes } = stateOf(
      modelOf(
        ...story,
        fault(20_000, "f1", "billing", true),
        fault(30_000, "f1", "billing", false),
        fault(50_000, "f2", undefined, true),
        fault(50_000, "f3", "audit", true),
      ),
    );

    expect(faultLanes.map(({ title, segments }) => [title, segments])).toEqual([
      ["fault f1", [{ fromMs: 20_000, toMs: 30_000 }]],
      ["fault f2", [{ fromMs: 50_000, toMs: undefined }]],
    ]);
  });

  test("a corrupt batch shows its first bytes with the names of the fields", () => {
    const rejected: BatchRejected = {
      type: "fetch.batchRejected",
      sessionId: "s1",
      topic: "orders",
      partition: 4,
      cause: "crc",
      message: "The CRC does not match.",
      baseOffset: 2_000n,
      lastOffset: 2_009n,
      nextSafeOffset: 2_010n,
      boundsTrusted: true,
      boundsReason: "agrees",
      bytesId: "b1",
      action: "halted",
    };
    const model = modelOf(...story, seen(50_000, rejected));
    const [finding] = detect(model, 100_000).filter(({ kind }) => kind === "corruptBatch");
    const bytes = Uint8Array.from({ length: 2_000 }, (_, index) => index % 256);

    const detail = detailOf(
      model,
      { kind: "finding", findingId: finding?.id ?? "" },
      { bytesOf: (id) => (id === "b1" ? bytes : undefined) },
    );

    expect(detail?.bytes).toMatchObject({ totalBytes: 2_000, cut: true });
    expect(detail?.bytes?.lines[0]).toEqual({
      offset: 0,
      hex: "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
      ascii: "················",
      note: "baseOffset · length · leaderEpoch",
    });
    expect(detail?.remedies.map(({ action }) => action.kind)).toEqual([
      "retryBatch",
      "skipBatch",
      "saveBatch",
    ]);
  });
});

describe("the detail strip", () => {
  const model = modelOf(...story, ...rest);

  test.each([
    ["a member", { kind: "member", lane: { by: "session", sessionId: "s1" } }, "A"],
    [
      "a phase",
      { kind: "phase", lane: { by: "member", memberId: "worker-2-bb" }, fromMs: 40_000 },
      "worker-2: did not rejoin",
    ],
    [
      "an end",
      { kind: "gone", lane: { by: "member", memberId: "worker-2-bb" }, atMs: 83_000 },
      "worker-2: evicted: session timeout",
    ],
    ["a generation", { kind: "generation", fromMs: 83_010 }, "Generation 6 (range → cooperative-sticky)"],
    [
      "a partition",
      { kind: "assignedPartition", fromMs: 83_010, topic: "orders", partition: 5 },
      "orders-5 is assigned to nobody; worker-2 had it before",
    ],
  ] as const)("tells of %s", (_what, ref, title) => {
    const state = stateOf(model, { selected: ref });

    expect(state.detail?.title).toBe(title);
    expect(state.selected).toEqual(ref);
  });

  test("closes when what it showed is gone", () => {
    const state = stateOf(model, { selected: { kind: "fault", faultId: "never" } });

    expect([state.detail, state.selected]).toEqual([null, null]);
  });

  test("is copied as plain text, with times in words", () => {
    const text = rebalancesText(
      liveInput(model, {
        selected: { kind: "phase", lane: { by: "member", memberId: "worker-2-bb" }, fromMs: 40_000 },
      }),
      "detail",
      (at) => `t${at}`,
    );

    expect(text.split("\n").slice(0, 3)).toEqual([
      "worker-2: did not rejoin  lasted 43.0 s",
      "from  t40000",
      "to  t83000",
    ]);
  });
});

describe("the table twin", () => {
  const model = modelOf(
    ...story,
    ...rest,
    seen(90_000, commit({ queuedAt: 90_000, state: "settled", stateSince: 90_050, outcome: "committed" })),
  );

  test("has the same facts, newest first, and only the visible rows", () => {
    const { table } = stateOf(model, { showAs: "table", tableWindow: { fromIndex: 1, count: 3 } });

    expect(table.fromIndex).toBe(1);
    expect(table.rows).toHaveLength(3);
    expect(table.total).toBeGreaterThan(12);
    const all = rebalancesText(liveInput(model), "table", String).split("\n");
    expect(all).toHaveLength(table.total + 1);
    expect(all.slice(0, 2)).toEqual([
      "from\tto\twho\tkind\twhat\tdetail",
      "90000\t90050\tA\tcommit\tcommit #1\torders-3 96 → 120 · committed",
    ]);
    expect(all).toContain(
      "83010\t\tnobody\tpartition\torders-5\torders-5 is assigned to nobody; worker-2 had it before",
    );
  });

  test("is not made while the chart is shown", () => {
    expect(stateOf(model).table).toEqual({ total: 0, fromIndex: 0, rows: [] });
  });
});

describe("the frame", () => {
  test("says state, type, generation and members", () => {
    expect(stateOf(modelOf(...story, ...rest)).subtitle).toBe(
      "Stable for 16.0 s · classic · generation 6 (cooperative-sticky) · 2 members",
    );
  });

  test("follows the present unless the user looks elsewhere", () => {
    const model = modelOf(...story);

    expect(
      stateOf(model, { now: 200_000, viewport: { fromMs: 0, toMs: 60_000, widthPx: 600 } }).range,
    ).toEqual({ fromMs: 134_000, toMs: 206_000 });
    expect(
      stateOf(model, { now: 200_000, following: false, viewport: { fromMs: 0, toMs: 60_000, widthPx: 600 } })
        .range,
    ).toEqual({ fromMs: -6_000, toMs: 66_000 });
  });

  test("a group that nobody knows, and a cluster that is gone, are said", () => {
    expect(stateOf(modelOf(...story), { groupId: "other" }).empty?.title).toBe("other is not known yet");
    expect(stateOf(modelOf()).empty?.title).toBe("The cluster is gone");
  });

  test("a group deleted while it is shown keeps what was seen of it", () => {
    const state = stateOf(modelOf(...story, seen(90_000, { type: "group.deleted", groupId: "billing" })));

    expect(state.subtitle).toBe("deleted; what was seen of it before stays here");
    expect(state.lanes.length).toBe(3);
  });
});

describe("bounds", () => {
  test("a large group over a long time stays within five thousand marks", () => {
    const model = createModel();
    const partitions = Array.from({ length: 2_000 }, (_, partition) => partition);
    fold(model, seen(0, topics(2_000)));
    for (let generation = 1; generation <= 60; generation += 1) {
      const at = generation * 1_000;
      const members = Array.from({ length: 150 }, (_, index) =>
        member(`w${index}-a`, {
          phase: "stable",
          assigned: tp("orders", ...partitions.filter((each) => each % 150 === (index + generation) % 150)),
        }),
      );
      fold(
        model,
        broker(at, {
          state: "PreparingRebalance",
          generationId: generation - 1,
          members: members.map(({ assigned: _, ...each }) => ({ ...each, phase: "joined" as const })),
        }),
      );
      fold(model, broker(at + 500, { generationId: generation, members }));
      fold(model, seen(at + 600, offsets(undefined, BigInt(at)), byBroker));
    }

    const state = stateOf(model);

    expect(marksIn(state)).toBeLessThanOrEqual(5_000);
    expect(state.lanes).toHaveLength(150);
    expect(state.generations.at(-1)?.assignmentText).toContain("more members");
  });

  test("whatever was observed can be drawn, selected and tabled, and is JSON", () => {
    fc.assert(
      fc.property(
        fc.array(anyObservation, { maxLength: 60 }),
        fc.constantFrom("one", "two"),
        (observations, groupId) => {
          const model = createModel();
          for (const observation of observations) fold(model, observation);
          const input = liveInput(model, {
            now: 1_000_000,
            groupId,
            showAs: "table",
            viewport: { fromMs: 0, toMs: 1_000_000, widthPx: 800 },
          });
          const state = rebalancesState(input);
          expect(JSON.parse(JSON.stringify(state)).title).toBe(groupId);
          const marks = [
            ...state.lanes.flatMap((lane) => [lane.ref, ...lane.phases.map(({ ref }) => ref)]),
            ...state.table.rows.map(({ ref }) => ref),
          ];
          for (const selected of marks.slice(0, 30)) {
            const { detail } = rebalancesState({ ...input, selected });
            expect(detail?.title).not.toBe("");
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

test("remedies of findings and of the panel are the same", () => {
  const drawn = (action: RemedyAction): DrawnRemedyAction => action;
  const found = (action: DrawnRemedyAction): RemedyAction => action;

  expect(found(drawn({ kind: "editCluster", clusterId: "c1" }))).toEqual({
    kind: "editCluster",
    clusterId: "c1",
  });
});
