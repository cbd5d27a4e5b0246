import { expect, test } from "vitest";
import { listWindow } from "#views/listWindow.ts";

test.each([
  ["what the page shows", 1_000, { fromIndex: 40, count: 20 }, false, { fromIndex: 40, count: 20 }],
  ["the newest while following", 1_000, { fromIndex: 40, count: 20 }, true, { fromIndex: 980, count: 20 }],
  [
    "the end of a list that became shorter",
    30,
    { fromIndex: 500, count: 20 },
    false,
    { fromIndex: 10, count: 20 },
  ],
  [
    "no more than a message should carry",
    9_000,
    { fromIndex: 0, count: 1e9 },
    false,
    { fromIndex: 0, count: 500 },
  ],
  [
    "whole rows, whatever the page says",
    50,
    { fromIndex: -3.5, count: 0.2 },
    false,
    { fromIndex: 0, count: 1 },
  ],
])("a list is sent as %s", (_what, total, viewport, following, window) => {
  expect(listWindow(total, { viewport, following, indexOf: () => 0 })).toEqual(window);
});

test("a list that gained rows at its beginning is sent from the row that the page looks at", () => {
  const viewport = { fromIndex: 40, count: 20, anchor: { id: 7_000, index: 60 } };

  const window = listWindow(1_000, { viewport, following: false, indexOf: (id) => (id === 7_000 ? 360 : 0) });

  expect(window).toEqual({ fromIndex: 340, count: 20 });
});
