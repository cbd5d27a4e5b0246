import { expect, test } from "vitest";
import { parseRuleFile } from "#playground/faults/ruleFile.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import { exampleRules } from "#vscode/flows/exampleRules.ts";
import { targetOfRow } from "#vscode/flows/troubleTarget.ts";

const clusterId = "playground";
const place = { topic: "orders", partition: 2 };

test.each<[string, NodeTarget | undefined, object]>([
  ["the palette", undefined, { api: "OffsetCommit" }],
  ["Faults", { kind: "faults", clusterId }, { api: "OffsetCommit" }],
  ["a group", { kind: "group", clusterId, groupId: "billing" }, { api: "OffsetCommit", groupId: "billing" }],
  [
    "a member",
    { kind: "member", clusterId, groupId: "billing", memberId: "m1" },
    { api: "OffsetCommit", groupId: "billing", memberId: "m1" },
  ],
  [
    "a partition of a group",
    { kind: "groupPartition", clusterId, groupId: "billing", ...place },
    { api: "OffsetCommit", groupId: "billing", ...place },
  ],
  ["a topic", { kind: "topic", clusterId, topic: "orders" }, { api: "Fetch", topic: "orders" }],
  ["a partition", { kind: "topicPartition", clusterId, ...place }, { api: "Fetch", ...place }],
  ["a node", { kind: "node", clusterId, nodeId: 2 }, { nodeId: 2 }],
])("a new rule on the row of %s concerns that, and can act", (_row, target, match) => {
  const rules = parseRuleFile(exampleRules(targetOfRow(target)));

  expect(rules).toMatchObject({ ok: true, value: [{ match: { ...match, everyNth: 2 } }] });
  expect(rules.ok && Object.keys(rules.value[0]?.match ?? {})).toEqual([...Object.keys(match), "everyNth"]);
});
