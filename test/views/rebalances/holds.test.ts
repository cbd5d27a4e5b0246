import { expect, test } from "vitest";
import type { Model } from "#model/model.ts";
import type { SessionCallback, SessionGate } from "#trace/observations/session.ts";
import type { RebalancesInput } from "#views/rebalances/input.ts";
import { rebalancesState } from "#views/rebalances/rebalancesState.ts";
import type { MarkRef } from "#webview/rebalances/contract.ts";
import { described, modelOf, phase, seen, started, tp } from "../../model/observed.ts";
import { liveInput } from "./support/liveInput.ts";

const gate = (rest: Partial<SessionGate>): SessionGate => ({
  type: "session.gate",
  sessionId: "s1",
  held: true,
  heldSince: 20_000,
  records: 12,
  ...rest,
});
const revoked: SessionCallback = {
  type: "session.callback",
  sessionId: "s1",
  callback: "revoked",
  partitions: tp("orders", 3),
  startedAt: 40_000,
};
const joined = [seen(1, started()), seen(10_000, phase({ generationId: 5 })), seen(10_000, described())];
const held = [
  seen(20_000, gate({})),
  seen(30_000, gate({ waitingSince: 30_000, reason: "a member joined", evictedAt: 50_000 })),
];

const stateOf = (model: Model, rest: Partial<RebalancesInput> = {}) =>
  rebalancesState(liveInput(model, { now: 45_000, ...rest }));

const gateRef: MarkRef = { kind: "hold", sessionId: "s1", what: "gate", fromMs: 20_000 };

test("a held gate is drawn below its member, with the part in which a rebalance waits", () => {
  const [lane] = stateOf(modelOf(...joined, ...held)).holdLanes;

  expect(lane).toMatchObject({
    name: "A",
    marks: [
      {
        ref: gateRef,
        fromMs: 20_000,
        toMs: undefined,
        waitsFromMs: 30_000,
        text: "a rebalance waits",
        detail: "25.0 s · 12 records in hand · a rebalance waited 15.0 s · a member joined",
      },
    ],
  });
});

test("its strip says since when, until when, and lets the rebalance through", () => {
  const { detail } = stateOf(modelOf(...joined, ...held), { selected: gateRef });

  expect(detail).toMatchObject({
    title: "A: a rebalance waits",
    status: "for 25.0 s",
    severity: "warning",
    remedies: [{ action: { kind: "allowRebalance", clusterId: "c1", sessionId: "s1" } }],
  });
  expect(detail?.rows).toContainEqual(
    expect.objectContaining({ label: "evicted", atMs: 50_000, text: "unless it has joined again" }),
  );
});

test("a callback that waits for the release is in the span of the gate, and in its strip", () => {
  const callbackWaits = { since: 30_000, callback: "assigned", partitions: tp("orders", 3) } as const;
  const model = modelOf(...joined, seen(20_000, gate({})), seen(30_000, gate({ callbackWaits })));

  const { holdLanes, detail } = stateOf(model, { selected: gateRef });

  expect(holdLanes[0]?.marks).toMatchObject([
    {
      waitsFromMs: 30_000,
      text: "on-assigned waits",
      detail: "25.0 s · 12 records in hand · on-assigned waited 15.0 s",
    },
  ]);
  expect(detail).toMatchObject({ title: "A: on-assigned waits", severity: "warning" });
  expect(detail?.rows).toContainEqual(
    expect.objectContaining({ label: "on-assigned callback", text: "waits 15.0 s", atMs: 30_000 }),
  );
});

test("what is over, or seen as it was, has nothing to allow", () => {
  const over = modelOf(...joined, ...held, seen(35_000, gate({ held: false })));

  expect(stateOf(over, { selected: gateRef }).detail?.remedies).toEqual([]);
  const moment = { bound: { kind: "moment", atMs: 45_000, name: null }, selected: gateRef } as const;
  expect(stateOf(modelOf(...joined, ...held), moment).detail?.remedies).toEqual([]);
});

test("a callback has its span, its partitions and what it threw", () => {
  const model = modelOf(
    ...joined,
    seen(40_000, revoked),
    seen(43_000, { ...revoked, endedAt: 43_000, error: "the database is away" }),
  );
  const ref: MarkRef = { kind: "hold", sessionId: "s1", what: "revoked", fromMs: 40_000 };

  const { holdLanes, detail } = stateOf(model, { selected: ref });

  expect(holdLanes[0]?.marks).toMatchObject([{ fromMs: 40_000, toMs: 43_000, text: "on-revoked failed" }]);
  expect(detail).toMatchObject({
    title: "A: on-revoked callback failed",
    status: "lasted 3.0 s",
    severity: "error",
  });
  expect(detail?.rows).toContainEqual(
    expect.objectContaining({ label: "it threw", text: "the database is away" }),
  );
});

test("the table has the same facts as rows", () => {
  const model = modelOf(...joined, ...held, seen(40_000, revoked));

  const { rows } = stateOf(model, { showAs: "table" }).table;

  const holds = rows.filter(({ ref }) => ref.kind === "hold").map(({ kind, what }) => [kind, what]);
  expect(holds).toEqual([
    ["callback", "on-revoked"],
    ["gate", "a rebalance waits"],
  ]);
});

test("members of a consumer group count epochs, in lanes and strips", () => {
  const model = modelOf(
    seen(1, started()),
    seen(10_000, described({ groupType: "consumer", groupEpoch: 3 })),
    seen(10_000, phase({ memberEpoch: 3 })),
  );
  const ref: MarkRef = { kind: "phase", lane: { by: "session", sessionId: "s1" }, fromMs: 10_000 };

  const state = stateOf(model, { selected: ref });

  expect(state.lanes[0]?.phases[0]?.detail).toBe("stable · 35.0 s · epoch 3");
  expect(state.detail?.rows).toContainEqual(expect.objectContaining({ label: "epoch", text: "3" }));
});
