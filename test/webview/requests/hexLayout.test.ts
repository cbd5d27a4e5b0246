import { expect, test } from "vitest";
import { lineBytesIn, splitLines } from "#webview/requests/hexLayout.ts";

test.each([
  [700, 16],
  [600, 16],
  [590, 8],
  [344, 8],
  [343, 4],
  [100, 4],
])("in %i pixels a line of bytes that are 8 pixels a character has room for %i", (widthPx, expected) => {
  expect(lineBytesIn(widthPx, 8)).toBe(expected);
});

test("shorter lines hold the same bytes, each at its own offset", () => {
  const lines = [
    { offset: 16, digits: "000102030405060708090a0b0c0d0e0f", text: "0123456789abcdef" },
    { offset: 32, digits: "1011121314", text: "ghijk" },
  ];

  expect(splitLines(lines, 4)).toEqual([
    { offset: 16, digits: "00010203", text: "0123" },
    { offset: 20, digits: "04050607", text: "4567" },
    { offset: 24, digits: "08090a0b", text: "89ab" },
    { offset: 28, digits: "0c0d0e0f", text: "cdef" },
    { offset: 32, digits: "10111213", text: "ghij" },
    { offset: 36, digits: "14", text: "k" },
  ]);
});
