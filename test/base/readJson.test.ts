import { expect, test } from "vitest";
import { readJson } from "#base/json.ts";

test.each([
  ["[\n  1,\n  2;\n]", "line 3 column 4"],
  ["[\n tru\n]", "line 2 column 5"],
  ['{\n  "a": nope\n}', "line 2 column 9"],
  ["[1,\n 2", "line 2 column 3"],
  ["", "line 1 column 1"],
  ['[\n  "\n"]', "line 2 column 4"],
  ["[1]\n\n x", "line 3 column 2"],
])("%j is wrong at %s", (text, place) => {
  expect(readJson(text)).toEqual({ ok: false, error: expect.stringContaining(`(${place})`) });
});

test("what is right is read", () => {
  expect(readJson('{"a": [1, null]}')).toEqual({ ok: true, value: { a: [1, null] } });
});
