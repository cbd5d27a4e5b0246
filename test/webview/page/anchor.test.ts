import { expect, test } from "vitest";
import { anchorIn } from "#webview/page/anchor.ts";

const idOf = (id: number) => id;

test.each([
  ["has the place that its row has now", { fromIndex: 300, rows: [4, 6, 9] }, 6, { id: 6, index: 301 }],
  ["that was let go is the row after it", { fromIndex: 0, rows: [6, 9] }, 4, { id: 6, index: 0 }],
  ["before the window is not known yet", { fromIndex: 300, rows: [6, 9] }, 4, null],
  ["after the window is not known yet", { fromIndex: 0, rows: [6, 9] }, 12, null],
])("an anchor %s", (_what, window, id, found) => {
  expect(anchorIn(window, idOf, { id, index: 1 })).toEqual(found);
});
