import { expect, test } from "vitest";
import type { FaultRule } from "#playground/faults/faultRule.ts";
import { parseRuleFile } from "#playground/faults/ruleFile.ts";

const rules: readonly FaultRule[] = [
  { match: {}, action: { kind: "hold" } },
  {
    title: "half of the commits fail for a while",
    kind: "flaky",
    times: 3,
    at: "response",
    match: {
      api: ["OffsetCommit", "TxnOffsetCommit"],
      minVersion: 2,
      maxVersion: 9,
      groupId: "billing",
      memberId: "member-1",
      topic: "orders",
      partition: 0,
      clientId: "app",
      nodeId: 1,
      groupState: "Stable",
      afterMs: 100,
      untilMs: 5_000,
      everyNth: 2,
      probability: 0.5,
    },
    action: { kind: "partitionError", code: "REQUEST_TIMED_OUT" },
  },
  { match: { api: "Fetch", nth: 2 }, action: { kind: "edit", path: "responses[*].topic", value: "x" } },
  { match: { api: "Produce" }, action: { kind: "corrupt", how: "bomb" } },
  { match: {}, action: { kind: "cutConnection", midFrame: true } },
  { match: {}, action: { kind: "throttle", throttleMs: 100 } },
  { match: {}, action: { kind: "delay", delayMs: 1 } },
  ...(["drop", "repeat", "omit", "duplicate"] as const).map((kind) => ({ match: {}, action: { kind } })),
];

test.each([["a list", rules] as const, ["an object with rules", { rules }] as const])(
  "%s that was written as JSON is read as it was",
  (_, written) => {
    const read = parseRuleFile(JSON.stringify(written));

    expect(read).toEqual({ ok: true, value: rules });
  },
);

test("a mark of the byte order in front is no part of the rules", () => {
  expect(parseRuleFile(`\ufeff${JSON.stringify(rules)}`)).toEqual({ ok: true, value: rules });
});

test.each([
  ["7", ["This is no JSON list of rules, nor an object with one as rules."]],
  ["[\n  1,\n  2;\n]", [expect.stringMatching(/^This is no JSON: .* \(line 3 column 4\)$/)]],
  ["[1]", ["rules[0] must be an object with match and action"]],
  ['[{"action":{"kind":"hold"}}]', ["rules[0].match is missing; {} matches every request"]],
  ['[{"match":{}}]', ["rules[0].action must be an object with a kind"]],
  [
    '[{"match":{"api":"SyncGrup"},"action":{"kind":"hold"}}]',
    ['rules[0].match.api: "SyncGrup" is no API of Kafka'],
  ],
  [
    '[{"match":{},"action":{"kind":"hold"}},{"match":{},"action":{"kind":"error","code":"NOPE"}}]',
    ['rules[1].action.code: "NOPE" is no error of Kafka'],
  ],
  ['[{"match":{},"action":{"kind":"delay"}}]', ["rules[0].action.delayMs is missing"]],
  [
    '[{"match":{},"action":{"kind":"edit","path":"a..b","value":1}}]',
    ['rules[0].action.path: "a..b" is no path: at "..b" a field or [0] or [*] was expected'],
  ],
  [
    '[{"match":{"partition":1,"nth":0,"probability":2},"action":{"kind":"hold","delayMs":1}}]',
    [
      "rules[0].match.nth: must be a whole number from 1 on",
      "rules[0].match.probability: must be a number from 0 to 1",
      "rules[0].match.partition needs a topic beside it",
      "rules[0].action.delayMs is not known; known are none",
    ],
  ],
])("%s is refused with what is wrong, and where", (text, problems) => {
  expect(parseRuleFile(text)).toEqual({ ok: false, error: problems });
});

test.each(["match", "action"])(
  "a file that is nested without end in its %s is refused, not fatal",
  (part) => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const rule = { match: `{"match":{"api":${deep}}`, action: `{"match":{}` }[part];
    const action = { match: `{"kind":"hold"}`, action: `{"kind":"edit","path":${deep},"value":1}` }[part];

    const read = parseRuleFile(`[${rule},"action":${action}}]`);

    expect(read).toEqual({
      ok: false,
      error: [
        part === "match"
          ? "rules[0].match.api: a list is no API of Kafka"
          : "rules[0].action.path: must be a text",
      ],
    });
  },
);

test("of a wrong value that is very long the beginning is shown", () => {
  const read = parseRuleFile(
    JSON.stringify([{ match: { api: "x".repeat(1_000_000) }, action: { kind: "hold" } }]),
  );

  expect(read).toEqual({
    ok: false,
    error: [expect.stringMatching(/^rules\[0\]\.match\.api: "x{79}… is no API of Kafka$/)],
  });
});
