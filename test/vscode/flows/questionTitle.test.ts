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
  ["a member", { groupId: "billing", memberId: "worker-1-8f3a" }, "Kick a member: worker-1-8f3a of billing"],
  ["a partition", { topic: "orders", partition: 0 }, "Kick a member: orders-0"],
  ["a node", { nodeId: 2 }, "Kick a member: node 2"],
])("a trouble aimed at %s says so", (_what, aim, title) => {
  expect(aimTitle("Kick a member", aim)).toBe(title);
});
