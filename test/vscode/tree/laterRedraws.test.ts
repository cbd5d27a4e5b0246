import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LaterRedraws } from "#vscode/tree/laterRedraws.ts";
import type { TreeRow } from "#vscode/tree/treeRows.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function row(id: string, parent?: TreeRow): TreeRow {
  const target: TreeRow["node"]["target"] =
    id === "session" ? { kind: "session", clusterId: "playground", sessionId: "a" } : { kind: "message", id };
  const node = { id, target, label: id, contextValue: "message", collapsible: "none" } as const;
  return { id, node, parent };
}

function redraws() {
  const drawn: string[][] = [];
  const later = new LaterRedraws((rows) => drawn.push(rows.map(({ id }) => id)));
  return { drawn, later };
}

test("rows whose numbers change all the time are drawn together, every two seconds", () => {
  const { drawn, later } = redraws();
  const [a, b] = [row("a"), row("b")];

  for (let passed = 0; passed < 4_000; passed += 250) {
    later.add([a, b]);
    vi.advanceTimersByTime(250);
  }

  expect(drawn).toEqual([
    ["a", "b"],
    ["a", "b"],
  ]);
});

test("the row whose tooltip is read waits, with all it lies in and adds up with; others do not", () => {
  const { drawn, later } = redraws();
  const session = row("session");
  const [read, beside, other] = [row("orders-0", session), row("orders-1", session), row("faults")];

  later.add([session, read, beside, other]);
  vi.advanceTimersByTime(1_500);
  later.reading(read);
  vi.advanceTimersByTime(3_900);

  expect(drawn).toEqual([["faults"]]);
});

test("a consumer's total does not stay behind the partitions that were just expanded below it", () => {
  const { drawn, later } = redraws();
  const session = row("session");
  const other = row("faults");
  later.shownBelow(session);
  later.add([session, other]);

  const drawnNow = later.takeFresh();
  later.add([session]);
  const drawnAgain = later.takeFresh();
  vi.advanceTimersByTime(2_000);

  expect(drawnNow).toEqual([session]);
  expect(drawnAgain).toEqual([]);
  expect(drawn).toEqual([["faults", "session"]]);
});

test("a consumer's total is drawn with the partition that is drawn at once, so that they add up", () => {
  const { drawn, later } = redraws();
  const session = row("session");
  const [skipped, beside, other] = [row("orders-0", session), row("orders-1", session), row("faults")];
  later.add([session, beside, other]);

  const drawnWith = later.takeWith([skipped]);
  vi.advanceTimersByTime(2_000);

  expect(drawnWith).toEqual([session, beside]);
  expect(drawn).toEqual([["faults"]]);
});

test("a row is drawn again once its tooltip had its time, or another one is read", () => {
  const { drawn, later } = redraws();
  const [a, b] = [row("a"), row("b")];

  later.add([a]);
  later.reading(a);
  vi.advanceTimersByTime(4_000);
  later.add([a, b]);
  later.reading(a);
  later.reading(b);
  vi.advanceTimersByTime(2_000);

  expect(drawn).toEqual([["a"], ["a"]]);
});

test("nothing is drawn after the tree is gone", () => {
  const { drawn, later } = redraws();

  later.add([row("a")]);
  later.dispose();
  vi.advanceTimersByTime(10_000);

  expect(drawn).toEqual([]);
});
