import { expect, test } from "vitest";
import { visibleText } from "#base/visibleText.ts";

test.each([
  ["billing\u202egnp.exe", "billing\\u202egnp.exe"],
  ["a\u0000b\nc\td\u001b[31m", "a\\u0000b\\u000ac\\u0009d\\u001b[31m"],
  ["\u2066left\u2069\u200f", "\\u2066left\\u2069\\u200f"],
])("%j is spelled out", (name, shown) => {
  expect(visibleText(name)).toBe(shown);
});

test.each(["commande-é", "注文", "lag\u2007\u20075", "👩‍💻", "a\\u202e"])("%j stays as it is", (name) => {
  expect(visibleText(name)).toBe(name);
});
