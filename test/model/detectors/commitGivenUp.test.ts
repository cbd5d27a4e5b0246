import { expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import type { Observation } from "#trace/observation.ts";
import { commit, modelOf, seen, started } from "../observed.ts";

const blocked = seen(
  1_001,
  commit({ state: "blocked", stateSince: 1_001, blocked: { by: "syncInFlight", since: 990 } }),
);
const givenUp = commit({
  state: "settled",
  stateSince: 16_000,
  outcome: "deadlinePassed",
  message: "the commit of orders-3 waited 15.0 s for the answer to SyncGroup",
});

function found(observations: readonly Observation[], dismissed: readonly string[] = []) {
  const model = modelOf(seen(500, started()), seen(1_000, commit()), blocked, ...observations);
  return detect(model, 20_000, { dismissedSessions: new Set(dismissed) });
}

test("a commit whose deadline passed does not vanish without a trace", () => {
  const findings = found([seen(16_000, givenUp)]);

  expect(findings).toMatchObject([
    {
      kind: "commitGivenUp",
      severity: "warning",
      title: "A: commit given up",
      detail: "its deadline passed after 15.0 s; orders-3 not saved",
      since: 16_000,
      subjects: [
        { kind: "commit", groupId: "billing", commitId: "41" },
        { kind: "group" },
        { kind: "session" },
      ],
    },
  ]);
  expect(findings[0]?.cause).toMatch(/waited 15\.0 s .*\. It was never sent: nothing of it is saved/);
});

test.each([
  [
    "a later one is answered",
    [seen(17_000, commit({ commitId: "42", state: "settled", outcome: "committed" }))],
  ],
  ["the broker took it after all", [seen(17_000, { ...givenUp, sentAt: 1_500, lateAnswer: { at: 17_000 } })]],
])("it is over when %s", (_what, later) => {
  expect(found([seen(16_000, givenUp), ...later])).toEqual([]);
});

test("a later one that its user released does not say that committing goes well again", () => {
  const released = commit({ commitId: "42", queuedAt: 17_000, state: "settled", outcome: "released" });

  expect(found([seen(16_000, givenUp), seen(18_000, released)])).toHaveLength(1);
});

test("one that the broker refused afterwards says so", () => {
  const refused = { ...givenUp, sentAt: 1_500, lateAnswer: { at: 17_000, error: "ILLEGAL_GENERATION" } };

  expect(found([seen(16_000, refused)])[0]?.cause).toContain("(ILLEGAL_GENERATION): nothing of it is saved");
});

test("nothing more is said of a consumer that was taken off the list", () => {
  expect(found([seen(16_000, givenUp)], ["s1"])).toEqual([]);
});

test("the next step is to commit again, as long as the consumer is there", () => {
  const [alive] = found([seen(16_000, givenUp)]);
  const ended = { type: "session.ended", sessionId: "s1", reason: "stopped", couldNot: [] } as const;
  const [gone] = found([seen(16_000, givenUp), seen(17_000, ended)]);

  expect(alive?.remedies.map(({ action }) => action.kind)).toEqual(["commit", "showCommit"]);
  expect(gone?.remedies.map(({ action }) => action.kind)).toEqual(["showCommit"]);
});

test("of a scripted member that is gone, or a group that is, nothing more is said", () => {
  const ended = { type: "session.ended", sessionId: "s1", reason: "stopped", couldNot: [] } as const;
  const scripted = [seen(600, started({ scripted: true })), seen(16_000, givenUp)];

  expect(found(scripted)).toHaveLength(1);
  expect(found([...scripted, seen(17_000, ended)])).toEqual([]);
  expect(found([seen(16_000, givenUp), seen(17_000, { type: "group.deleted", groupId: "billing" })])).toEqual(
    [],
  );
});
