import { describe, expect, test } from "vitest";
import { findCommit, maxSettledCommits } from "#model/commits.ts";
import { commit, groupOf, modelOf, seen } from "./observed.ts";

const commitsOf = (model: ReturnType<typeof modelOf>) => {
  const { commits } = groupOf(model);
  if (!commits) throw new Error("no commits");
  return commits;
};

const key = { sourceId: "source", commitId: "41" };

describe("the commits of a group", () => {
  test("one is open until it is settled, and remembers what kept it waiting", () => {
    const blocked = commit({
      state: "blocked",
      stateSince: 1_001,
      blocked: { by: "joinInFlight", since: 990 },
    });
    const inFlight = commit({ state: "inFlight", stateSince: 1_500, sentAt: 1_500 });
    const settled = commit({ state: "settled", stateSince: 1_600, outcome: "committed" });

    const waiting = commitsOf(modelOf(seen(1_000, commit()), seen(1_001, blocked)));
    const done = commitsOf(
      modelOf(seen(1_000, commit()), seen(1_001, blocked), seen(1_500, inFlight), seen(1_600, settled)),
    );

    expect(waiting.open.get("source")?.size).toBe(1);
    expect(done.open.size).toBe(0);
    expect(findCommit(done, key)).toMatchObject({
      latest: { outcome: "committed" },
      blocks: [{ by: "joinInFlight", since: 990 }],
      times: [{ state: "queued" }, { state: "blocked" }, { state: "inFlight" }, { state: "settled" }],
    });
  });

  test("what was committed before is filled in where the source does not say, once", () => {
    const to = (committedOffset: bigint) => [{ topic: "orders", partition: 3, to: committedOffset }];
    const commits = commitsOf(
      modelOf(
        seen(1, commit({ commitId: "40", state: "settled", outcome: "committed", offsets: to(96n) })),
        seen(2, commit({ offsets: to(120n) })),
        seen(3, commit({ state: "settled", outcome: "committed", offsets: to(120n) })),
      ),
    );

    expect(findCommit(commits, key)).toMatchObject({
      number: 2,
      latest: { offsets: [{ from: 96n, to: 120n }] },
    });
  });

  test("equal ids of different sources are different commits", () => {
    const commits = commitsOf(modelOf(seen(1, commit()), seen(2, commit(), { sourceId: "other" })));

    expect([...commits.open.keys()]).toEqual(["source", "other"]);
  });

  test("a late answer is added to the settled commit, which does not wait again", () => {
    const released = commit({ state: "settled", outcome: "released" });
    const commits = commitsOf(
      modelOf(
        seen(1, commit()),
        seen(2, released),
        seen(3, commit({ state: "inFlight" })),
        seen(4, { ...released, lateAnswer: { at: 4, error: "ILLEGAL_GENERATION" } }),
      ),
    );

    expect(commits.open.size).toBe(0);
    expect(commits.settled).toHaveLength(1);
    expect(commits.settled[0]?.latest.lateAnswer).toEqual({ at: 4, error: "ILLEGAL_GENERATION" });
  });

  test("a commit of a session that died does not wait for ever", () => {
    const commits = commitsOf(
      modelOf(
        seen(1, commit()),
        seen(9, { type: "session.ended", sessionId: "s1", reason: "workerDied", couldNot: [] }),
      ),
    );

    expect(commits.open.size).toBe(0);
    expect(commits.settled[0]?.latest).toMatchObject({
      state: "settled",
      outcome: "cancelled",
      stateSince: 9,
    });
  });

  test("old ones are let go, and counted", () => {
    const commits = commitsOf(
      modelOf(
        ...Array.from({ length: maxSettledCommits + 200 }, (_, index) =>
          seen(index, commit({ commitId: String(index), state: "settled", outcome: "committed" })),
        ),
      ),
    );

    expect([commits.settled.length, commits.droppedSettled]).toEqual([maxSettledCommits, 200]);
  });
});
