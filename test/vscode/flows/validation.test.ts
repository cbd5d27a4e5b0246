import { describe, expect, test } from "vitest";
import {
  bytesInput,
  checkBootstrapServers,
  checkBytes,
  checkDuration,
  checkOffset,
  checkStep,
  checkTopicName,
  checkWholeNumber,
  durationInput,
  parseBytes,
  parseDuration,
  parseHeaders,
  parseTimestamp,
  splitServers,
} from "#vscode/flows/validation.ts";

describe("bootstrap servers", () => {
  test.each([
    ["localhost:9092"],
    ["a:1,b:65535"],
    ["kafka-1.example.org:9093, kafka-2.example.org:9093"],
    ["[::1]:9092"],
    ["SASL_SSL://broker:9093"],
  ])("%s is accepted", (text) => {
    expect(checkBootstrapServers(text)).toBeUndefined();
  });

  test.each([[""], ["localhost"], ["a:0"], ["a:70000"], ["::1:9092"], ["a b"], [":9092"]])(
    "%s is refused with a reason",
    (text) => {
      expect(checkBootstrapServers(text)).toMatch(/\w+/);
    },
  );

  test("a protocol that was copied along is dropped", () => {
    expect(splitServers("SASL_SSL://a:9093, b:9093")).toEqual(["a:9093", "b:9093"]);
  });
});

test.each([
  ["orders", true],
  ["a.b_c-1", true],
  ["", false],
  ["..", false],
  ["with space", false],
  ["x".repeat(250), false],
])("topic name %s: %s", (name, accepted) => {
  expect(checkTopicName(name) === undefined).toBe(accepted);
});

test.each([
  ["0", true],
  ["9223372036854775807", true],
  ["-1", false],
  ["1.5", false],
  ["", false],
])("offset %s: %s", (text, accepted) => {
  expect(checkOffset(text) === undefined).toBe(accepted);
});

test("whole numbers have limits, and an empty answer is none", () => {
  const check = checkWholeNumber(1, 10);

  expect(["1", "10", "0", "11", "", "2.5"].map((text) => check(text) === undefined)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test("a date alone is midnight here, a date with a zone is what it says, milliseconds are themselves", () => {
  expect(parseTimestamp("2026-03-01")).toBe(new Date(2026, 2, 1).getTime());
  expect(parseTimestamp("2026-03-01 14:05")).toBe(new Date(2026, 2, 1, 14, 5).getTime());
  expect(parseTimestamp("2026-03-01T14:05:00Z")).toBe(Date.UTC(2026, 2, 1, 14, 5));
  expect(parseTimestamp("1772373900000")).toBe(1_772_373_900_000);
  expect(parseTimestamp("yesterday")).toBeUndefined();
});

test("headers are name and value, and a line without a name is refused", () => {
  expect(parseHeaders("trace: a:b; tenant: 7")).toEqual([
    { key: "trace", value: "a:b" },
    { key: "tenant", value: "7" },
  ]);
  expect(parseHeaders("no colon")).toBeUndefined();
});

describe("durations", () => {
  test.each([
    ["500 ms", 500],
    ["30", 30_000],
    ["30 s", 30_000],
    ["1.5 min", 90_000],
    ["2h", 7_200_000],
    ["1 d", 86_400_000],
  ])("%s is read", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
    expect(checkDuration(text)).toBeUndefined();
  });

  test.each([[""], ["-1 s"], ["soon"], ["1 week"], ["1 s 2"]])("%s is refused", (text) => {
    expect(parseDuration(text)).toBeUndefined();
    expect(checkDuration(text)).toMatch(/such as/);
  });

  test.each([[0], [1], [500], [45_000], [90_000], [300_000], [86_400_000]])(
    "%d ms is written as it is read",
    (ms) => {
      expect(parseDuration(durationInput(ms))).toBe(ms);
    },
  );
});

describe("a step from the position", () => {
  test.each([["10"], ["-10"], ["+3"]])("%s is accepted", (text) => {
    expect(checkStep(text)).toBeUndefined();
  });

  test.each([[""], ["0"], ["1.5"], ["--2"]])("%s is refused", (text) => {
    expect(checkStep(text)).toMatch(/whole number/);
  });
});

describe("a size", () => {
  test.each([
    ["50 MiB", 52_428_800],
    ["512kib", 524_288],
    ["1.5 MB", 1_572_864],
    ["1", 1],
    ["100 b", 100],
  ])("%s is %d bytes", (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  test.each([[""], ["0"], ["-1"], ["2 GiB"], ["5 TiB"], ["much"]])("%s is refused", (text) => {
    expect(parseBytes(text)).toBeUndefined();
    expect(checkBytes(text)).toMatch(/such as/);
  });

  test.each([
    [52_428_800, "50 MiB"],
    [524_288, "512 KiB"],
    [1, "1 B"],
    [1_000, "1000 B"],
    [2_147_483_647, "2147483647 B"],
  ])("%d bytes are written as %s, which is read back", (bytes, text) => {
    expect(bytesInput(bytes)).toBe(text);
    expect(parseBytes(text)).toBe(bytes);
  });
});
