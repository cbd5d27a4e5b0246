import { expect, test } from "vitest";
import { chartRows } from "#webview/rebalances/chartRows.ts";
import type { LaneRef, RebalancesState } from "#webview/rebalances/contract.ts";

const lane = (sessionId: string): LaneRef => ({ by: "session", sessionId });

const state: RebalancesState = {
  title: "billing",
  subtitle: "",
  group: { clusterId: "c", clusterName: "c", groupId: "billing", groupType: "classic", state: null },
  generationWord: "generation",
  bound: { kind: "live" },
  standstill: null,
  nowMs: 100,
  following: true,
  showAs: "chart",
  range: { fromMs: 0, toMs: 110 },
  extent: { fromMs: 0, toMs: 100 },
  moments: null,
  soughtMs: null,
  refusal: null,
  lanes: [
    {
      ref: { kind: "member", lane: lane("old") },
      name: "old",
      memberId: null,
      ours: false,
      scripted: false,
      isLeader: false,
      vantage: "member",
      phases: [
        {
          ref: { kind: "phase", lane: lane("old"), fromMs: 10 },
          phase: "stable",
          fromMs: 10,
          toMs: 40,
          text: "",
          detail: "",
        },
      ],
      gone: [{ ref: { kind: "gone", lane: lane("old"), atMs: 40 }, atMs: 40, how: "left", text: "left" }],
    },
    {
      ref: { kind: "member", lane: lane("now") },
      name: "now",
      memberId: null,
      ours: false,
      scripted: false,
      isLeader: false,
      vantage: "member",
      phases: [
        {
          ref: { kind: "phase", lane: lane("now"), fromMs: 30 },
          phase: "stable",
          fromMs: 30,
          text: "",
          detail: "",
        },
      ],
      gone: [],
    },
  ],
  generations: [],
  holdLanes: [
    {
      ref: { kind: "member", lane: lane("now") },
      name: "now",
      marks: [
        {
          ref: { kind: "hold", sessionId: "now", what: "gate", fromMs: 35 },
          fromMs: 35,
          toMs: 38,
          text: "",
          detail: "",
        },
      ],
    },
  ],
  commitLanes: [
    {
      ref: { kind: "member", lane: lane("old") },
      name: "old",
      marks: [
        {
          ref: { kind: "commit", sourceId: "s", commitId: "1" },
          fromMs: 20,
          toMs: 21,
          state: "committed",
          hanging: false,
          text: "",
          count: 1,
        },
      ],
    },
  ],
  bufferLanes: [
    {
      ref: { kind: "member", lane: lane("old") },
      sessionId: "old",
      name: "old",
      points: [
        {
          ref: { kind: "buffer", sessionId: "old", atMs: 10 },
          atMs: 10,
          records: 1,
          pausedRecords: 0,
          bytes: 1,
        },
      ],
      maxRecords: 1,
      capRecords: null,
      endedMs: 40,
      notes: [],
    },
  ],
  faultLanes: [
    {
      ref: { kind: "fault", faultId: "f" },
      title: "f",
      segments: [{ fromMs: 5, toMs: 9 }],
      hits: 0,
      holding: 0,
    },
  ],
  findings: [],
  detail: null,
  selected: null,
  table: { total: 0, fromIndex: 0, rows: [] },
  limits: [],
  losses: [],
  empty: null,
};

test.each([
  [
    { fromMs: 0, toMs: 110 },
    [
      "member old",
      "member now",
      "hold processing now",
      "commits commits old",
      "buffer buffer old",
      "fault f",
    ],
  ],
  [{ fromMs: 39, toMs: 110 }, ["member old", "member now", "buffer buffer old"]],
  [{ fromMs: 50, toMs: 110 }, ["member now"]],
])("only what has something between %j takes a row", (visible, expected) => {
  const rows = chartRows(state, visible);

  expect(rows.map(({ kind, label }) => `${kind} ${label}`)).toEqual(expected);
});
