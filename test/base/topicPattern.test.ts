import { describe, expect, test } from "vitest";
import { parseTopicPattern } from "#base/topicPattern.ts";

describe("topic patterns", () => {
  test.each([
    ["orders", "orders", true],
    ["orders", "orders-eu", false],
    ["orders.*", "orders-eu", true],
    ["orders|payments", "payments", true],
    ["orders|payments", "payments-eu", false],
    ["(?i)ORDERS", "orders", true],
    ["orders-\\d{2}", "orders-42", true],
    ["\\Qa.b\\E", "a.b", true],
    ["\\Qa.b\\E", "axb", false],
    [".", "", false],
  ] as const)("%s and the whole name %s: %s", (text, topic, expected) => {
    const pattern = parseTopicPattern(text);

    const matches = pattern.ok && pattern.value.matches(topic);

    expect(matches).toBe(expected);
  });

  test.each([
    ["", "empty"],
    ["(", "missing closing )"],
    ["orders(?=-eu)", "look-around"],
    ["(a)\\1", "invalid escape"],
    ["((a{100}){10}){10}", "repeat count"],
    ["(?:a?){900}a{900}(?:b?){900}", "too large"],
    ["a".repeat(1_001), "1001 characters"],
  ])("%s is refused with the reason", (text, reason) => {
    const pattern = parseTopicPattern(text);

    expect(pattern.ok ? "" : pattern.error).toContain(reason);
  });

  test("a pattern that makes a backtracking engine hang takes no time", () => {
    const pattern = parseTopicPattern("(a|aa)+b");
    if (!pattern.ok) throw new Error(pattern.error);

    const before = performance.now();
    const matches = pattern.value.matches("a".repeat(249));

    expect(matches).toBe(false);
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
