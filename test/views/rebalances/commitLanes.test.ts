import { describe, expect, test } from "vitest";
import { commit, modelOf, seen } from "../../model/observed.ts";
import { detailOf, stateOf } from "./support/stateOf.ts";
import { story } from "./support/story.ts";

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
