import { expect, test } from "vitest";
import { aimTitle, partitionsTitle } from "#vscode/flows/questionTitle.ts";

test("a question about partitions says which, and whose", () => {
  const orders = (partition: number) => ({ topic: "orders", partition });

  expect(partitionsTitle("Seek", [orders(4)], "A")).toBe("Seek orders-4 of A");
  expect(partitionsTitle("Skip", [orders(0), orders(1), orders(2)], "A")).toBe("Skip 3 partitions of A");
});

test.each([
  ["nothing", {}, "Kick a member"],
  ["a group", { groupId: "billing" }, "Kick a member: billing"],
  ["a member", { groupId: "billing", memberId: "worker-1-8f3a" }, "Kick worker-1-8f3a in billing"],
  [
    "a member whose id ends in a UUID",
    { groupId: "billing", memberId: "billing-worker-1-fc017afb-1111-2222-3333-444455556666" },
    "Kick billing-worker-1 in billing",
  ],
  ["a partition", { topic: "orders", partition: 0 }, "Kick a member: orders-0"],
  ["a node", { nodeId: 2 }, "Kick a member: node 2"],
])("a trouble aimed at %s says so", (_what, aim, title) => {
  expect(aimTitle("Kick a member", aim)).toBe(title);
});

test.each([
  ["Start a node again", { nodeId: 2 }, "Start node 2 again"],
  ["Delete a topic and create it again", { topic: "orders" }, "Delete orders and create it again"],
  ["Move the leader", { topic: "orders", partition: 3 }, "Move the leader: orders-3"],
  ["Freeze a member's heartbeats", { memberId: "m", groupId: "billing" }, "Freeze m's heartbeats in billing"],
  ["Hold JoinGroup", { groupId: "billing" }, "Hold JoinGroup: billing"],
])("%s names what its row stands for: %o", (verb, aim, title) => {
  expect(aimTitle(verb, aim)).toBe(title);
});
