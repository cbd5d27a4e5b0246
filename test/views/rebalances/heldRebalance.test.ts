import { expect, test } from "vitest";
import { maxSettledCommits } from "#model/commits.ts";
import type { Observation } from "#trace/observation.ts";
import { rebalancesState } from "#views/rebalances/rebalancesState.ts";
import type { RebalancesState } from "#webview/rebalances/contract.ts";
import {
  byBroker,
  commit,
  described,
  member,
  modelOf,
  phase,
  seen,
  started,
  tp,
} from "../../model/observed.ts";
import { liveInput } from "./support/liveInput.ts";

const now = 100_000;

/** What the panel shows of `billing`, as a table too. */
function shown(...observations: readonly Observation[]): RebalancesState {
  const model = modelOf(seen(2, started()), ...observations);
  return rebalancesState(liveInput(model, { findings: [], showAs: "table", now }));
}

const broker = (at: number, rest: Parameters<typeof described>[0]) =>
  seen(at, described({ stateSince: at, assignor: "range", ...rest }), byBroker);
const assigned = [member("w1", { assigned: tp("orders", 0) })];
const waiting = [member("w1", { phase: "awaitingSync" })];

test("a heading that says Stable says who has not been told, too", () => {
  const model = [
    seen(90_000, phase({ phase: "syncing", generationId: 6 })),
    broker(90_001, { generationId: 6, members: assigned }),
  ];

  const { subtitle } = shown(...model);

  expect(subtitle).toContain(
    "Stable for 10.0 s by the coordinator · A has no answer to SyncGroup yet · classic",
  );
});

test("generations that came to nothing, or had no members, are accounted for", () => {
  const { generations } = shown(
    broker(10_000, { generationId: 2, members: assigned }),
    broker(20_000, { state: "PreparingRebalance", generationId: 2, members: waiting }),
    broker(21_000, { state: "CompletingRebalance", generationId: 3, members: waiting }),
    broker(66_000, { state: "PreparingRebalance", generationId: 3, members: waiting }),
    broker(67_000, { state: "CompletingRebalance", generationId: 4, members: waiting }),
    broker(80_000, { state: "Empty", generationId: 5, members: [] }),
    broker(90_000, { state: "CompletingRebalance", generationId: 6, members: waiting }),
  );

  expect(generations.map(({ generationId, assignmentText }) => [generationId, assignmentText])).toEqual([
    [2, "1 assigned"],
    [3, "never became Stable: nobody was assigned anything"],
    [4, "never became Stable: nobody was assigned anything"],
    [6, "not Stable yet: nobody has been assigned anything · 5 had no members, or went unseen"],
  ]);
});

test.each([
  ["hangs while it waits", commit({ queuedAt: 50_000, stateSince: 50_000 }), "commit #1 (hangs)"],
  [
    "hung once it is settled",
    commit({ queuedAt: 50_000, state: "settled", stateSince: 70_000, outcome: "committed" }),
    "commit #1 (hung)",
  ],
])("in the table a commit %s", (_what, body, what) => {
  const { table } = shown(seen(50_000, body));

  expect(table.rows.map((row) => row.what)).toContain(what);
});

test("how a member ended is said once", () => {
  const gone = seen(
    60_000,
    {
      type: "group.memberGone",
      groupId: "billing",
      memberId: "w1",
      how: "evicted",
      reason: "session timeout",
    },
    byBroker,
  );

  const { table } = shown(broker(10_000, { generationId: 2, members: assigned }), gone);

  expect(table.rows.find(({ what }) => what.startsWith("evicted"))).toMatchObject({
    what: "evicted",
    detail: "session timeout",
  });
});

test("in the table an attempt to join that failed is over, in two rows", () => {
  const attempt = (at: number, sessionId: string) => [
    seen(at, phase({ sessionId, phase: "unjoined" })),
    seen(at + 1, phase({ sessionId, phase: "joining" })),
    seen(at + 12, phase({ sessionId, phase: "fatal", reason: "no assignor in common" })),
    seen(at + 12, phase({ sessionId, phase: "ended", reason: "no assignor in common" })),
  ];

  const { table } = shown(...attempt(50_000, "s1"), ...attempt(60_000, "s2"));

  const rows = table.rows.filter(({ kind }) => kind === "phase");
  expect(rows.map(({ what }) => what)).toEqual(["ended", "join", "ended", "join"]);
  for (const { what, fromMs, toMs = Number.NaN } of rows)
    expect(toMs - fromMs).toBe(what === "join" ? 11 : 0);
});

test("that older commits are not kept is said only where they are missed", () => {
  const commits = Array.from({ length: maxSettledCommits + 1 }, (_, index) =>
    seen(
      10_000 + index,
      commit({
        commitId: String(index),
        queuedAt: 10_000 + index,
        state: "settled",
        outcome: "committed",
      }),
    ),
  );
  const model = modelOf(
    seen(2, started()),
    broker(5_000, { generationId: 2, members: assigned }),
    ...commits,
  );
  const lossesIn = (fromMs: number) =>
    rebalancesState(
      liveInput(model, {
        findings: [],
        now,
        following: false,
        viewport: { fromMs, toMs: now, widthPx: 500 },
      }),
    ).losses;

  expect(lossesIn(60_000)).toEqual([]);
  expect(lossesIn(5_000)).toEqual(["1 older commit no longer kept: the newest 1,000 of a group are."]);
});
