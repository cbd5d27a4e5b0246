import { expect, test } from "vitest";
import type { TreeNode } from "#views/treeNode.ts";
import { TreeRows } from "#vscode/tree/treeRows.ts";

function node(id: string, description = ""): TreeNode {
  return {
    id,
    target: { kind: "message", id },
    label: id,
    description,
    contextValue: "message",
    collapsible: "collapsed",
  };
}

function tree() {
  const rows = new TreeRows();
  const [cluster] = rows.set(undefined, [node("cluster")]);
  if (!cluster) throw new Error("no row");
  rows.set(cluster, [node("orders"), node("billing")]);
  return { rows, cluster };
}

test("a row keeps its identity while its content changes, and only it is drawn again", () => {
  const { rows, cluster } = tree();
  const before = rows.childrenOf(cluster)?.[1];

  const { redraw } = rows.apply([{ parentId: "cluster", nodes: [node("orders"), node("billing", "lag 3")] }]);

  expect(redraw).toEqual([before]);
  expect(before?.node.description).toBe("lag 3");
});

test("nothing is drawn again when nothing changed", () => {
  const { rows } = tree();

  const { redraw } = rows.apply([{ parentId: "cluster", nodes: [node("orders"), node("billing")] }]);

  expect(redraw).toEqual([]);
});

test("a new row draws its parent again, a new root draws everything", () => {
  const { rows, cluster } = tree();

  const below = rows.apply([
    { parentId: "cluster", nodes: [node("orders"), node("billing"), node("audit")] },
  ]);
  const root = rows.apply([{ parentId: undefined, nodes: [node("cluster"), node("staging")] }]);

  expect(below.redraw).toEqual([cluster]);
  expect(root.redraw).toBe("all");
});

test("rows below a row that is gone are forgotten", () => {
  const { rows } = tree();

  rows.apply([{ parentId: undefined, nodes: [] }]);

  expect(rows.find("orders")).toBeUndefined();
  expect(rows.find("cluster")).toBeUndefined();
});

test("a collapsed row forgets all parents below it and names them", () => {
  const { rows, cluster } = tree();
  const orders = rows.find("orders");
  rows.set(orders, [node("orders-0")]);

  const forgotten = rows.forget(cluster);

  expect(forgotten).toEqual(["cluster", "orders"]);
  expect(rows.childrenOf(cluster)).toBeUndefined();
});

test("a change of a parent that is not shown is reported as unknown", () => {
  const { rows } = tree();

  const { redraw, unknown } = rows.apply([{ parentId: "gone", nodes: [node("x")] }]);

  expect(redraw).toEqual([]);
  expect(unknown).toEqual(["gone"]);
});
