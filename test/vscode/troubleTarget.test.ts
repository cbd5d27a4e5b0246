import { expect, test } from "vitest";
import { troubleLacks } from "#playground/troubles/startTrouble.ts";
import { troubleTable } from "#playground/troubles/troubleTable.ts";
import { memberScripts } from "#scenario/members/memberScript.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import { canHappen, concernsRow, headingOf, ownKindFirst, targetOfRow } from "#vscode/flows/troubleTarget.ts";

const at = { clusterId: "playground" };
const group: NodeTarget = { kind: "group", ...at, groupId: "billing" };
const member: NodeTarget = { kind: "member", ...at, groupId: "billing", memberId: "m-1" };
const partition: NodeTarget = { kind: "topicPartition", ...at, topic: "orders", partition: 3 };
const node: NodeTarget = { kind: "node", ...at, nodeId: 2 };

const nodes: NodeTarget = { kind: "nodes", ...at };

const idsFor = (row: NodeTarget | undefined) =>
  troubleTable.filter((trouble) => concernsRow(trouble, row)).map(({ id }) => id);

test.each([
  [
    "a group",
    group,
    ["forceRebalance", "kickMember", "moveCoordinator"],
    ["moveLeader", "stopNode", "throttle"],
  ],
  ["a member", member, ["kickMember", "fenceMember", "freezeHeartbeats"], ["truncateLog", "stopNode"]],
  [
    "a partition",
    partition,
    ["corrupt.crc", "answerCorruptMessage", "moveLeader", "recreateTopic"],
    ["forceRebalance", "stopNode"],
  ],
  ["all nodes", nodes, ["addNode", "startNode"], ["forceRebalance", "moveLeader", "throttle"]],
  ["a node", node, ["stopNode", "startNode", "bounceNode", "skewClock"], ["forceRebalance", "moveLeader"]],
])("the row of %s offers its own troubles, and no others", (_what, row, has, lacks) => {
  const ids = idsFor(row);

  expect(ids).toEqual(expect.arrayContaining(has));
  expect(ids.filter((id) => lacks.includes(id))).toEqual([]);
});

test.each([
  ["a member", member, "Member"],
  ["a group", group, "Group"],
  ["a partition", partition, "Partition"],
  ["a node", node, "Node"],
])("the row of %s lists the troubles of its own kind first", (_what, row, heading) => {
  const listed = ownKindFirst(
    troubleTable.filter((trouble) => concernsRow(trouble, row)),
    row,
  );

  expect(listed.map(headingOf).at(0)).toBe(heading);
});

test("from the palette every trouble can be chosen, each under a heading", () => {
  expect(idsFor(undefined)).toHaveLength(troubleTable.length);
  expect(new Set(troubleTable.map(headingOf)).size).toBe(7);
});

test("every trouble can be caused from the row of some kind", () => {
  const rows = [group, member, partition, node, undefined];

  const nowhere = troubleTable.filter((trouble) => !rows.some((row) => concernsRow(trouble, row)));

  expect(nowhere).toEqual([]);
});

test("a row says what it is about, so that nobody is asked for it", () => {
  expect(targetOfRow(member)).toEqual({ groupId: "billing", memberId: "m-1" });
  expect(troubleLacks("kickMember", targetOfRow(member))).toEqual([]);
  expect(troubleLacks("moveLeader", targetOfRow(partition))).toEqual([]);
  expect(troubleLacks("kickMember", targetOfRow(group))).toEqual(["member"]);
  expect(troubleLacks("stopNode", targetOfRow(undefined))).toEqual(["node"]);
});

/** What a quick pick shows of a line of detail; the first under a heading shares its line with that. */
const shownCharacters = 80;

test("what a trouble or a script shows is said within the width of a quick pick", () => {
  const details = [
    ...troubleTable.map(({ description }) => description),
    ...Object.values(memberScripts).map(({ shows }) => shows),
  ];

  expect(details.filter(({ length }) => length > shownCharacters)).toEqual([]);
});

test("the list of the whole cluster begins with its groups, not with ten ways to damage a batch", () => {
  const listed = ownKindFirst(troubleTable, undefined);

  expect(listed.map(headingOf).at(0)).toBe("Group");
  expect(listed.filter(({ id }) => id === "skewClock").map(headingOf)).toEqual(["Node"]);
});

test.each([
  ["a node that is up", { isUp: true }, ["startNode"], ["stopNode", "bounceNode"]],
  ["a node that is down", { isUp: false }, ["stopNode", "bounceNode"], ["startNode"]],
  ["a dynamic member", { isStatic: false }, ["fenceMember"], ["kickMember"]],
  ["a static member", { isStatic: true }, [], ["fenceMember", "kickMember"]],
])("the row of %s offers nothing that would be refused there", (_what, facts, lacks, has) => {
  const ids = troubleTable.filter((trouble) => canHappen(trouble, facts)).map(({ id }) => id);

  expect(ids).toEqual(expect.arrayContaining(has));
  expect(ids.filter((id) => lacks.some((each) => each === id))).toEqual([]);
});
