import { expect, test } from "vitest";
import type { TreeNode } from "#views/treeNode.ts";
import { TreeRows } from "#vscode/tree/treeRows.ts";

function node(id: string, description = "", extra: Partial<TreeNode> = {}): TreeNode {
  return {
    id,
    target: { kind: "message", id },
    label: id,
    description,
    contextValue: "message",
    collapsible: "none",
    ...extra,
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

  expect(redraw).toEqual({ now: [], soon: [before] });
  expect(before?.node.description).toBe("lag 3");
});

test("nothing is drawn again when nothing changed", () => {
  const { rows } = tree();

  const { redraw } = rows.apply([{ parentId: "cluster", nodes: [node("orders"), node("billing")] }]);

  expect(redraw).toEqual({ now: [], soon: [] });
});

test("a row is drawn later when only its words changed, at once when it is another thing", () => {
  const { rows, cluster } = tree();
  rows.apply([{ parentId: undefined, nodes: [node("cluster", "", { collapsible: "expanded" })] }]);

  const words = rows.apply([
    { parentId: undefined, nodes: [node("cluster", "lag 3", { collapsible: "expanded" })] },
  ]);
  const thing = rows.apply([
    {
      parentId: undefined,
      nodes: [node("cluster", "lag 3", { collapsible: "expanded", contextValue: "failed" })],
    },
  ]);

  expect(words.redraw).toEqual({ now: [], soon: [cluster] });
  expect(thing.redraw).toEqual({ now: [cluster], soon: [] });
});

test("another label is drawn at once, another description later", () => {
  const rows = new TreeRows();
  rows.set(undefined, [node("faults"), node("hang")]);

  const { redraw } = rows.apply([
    {
      parentId: undefined,
      nodes: [node("faults", "", { label: "Faults (1 on)" }), node("hang", "3 s")],
    },
  ]);

  expect(redraw).toEqual({ now: [rows.find("faults")], soon: [rows.find("hang")] });
});

test("a tooltip is made when asked for, so another one draws nothing", () => {
  const { rows, cluster } = tree();

  const { redraw } = rows.apply([
    { parentId: undefined, nodes: [node("cluster", "", { tooltip: "heard of at 10:42" })] },
  ]);

  expect(redraw).toEqual({ now: [], soon: [] });
  expect(cluster.node.tooltip).toBe("heard of at 10:42");
});

test("a new row draws its parent again, a new root draws everything", () => {
  const { rows, cluster } = tree();

  const below = rows.apply([
    { parentId: "cluster", nodes: [node("orders"), node("billing"), node("audit")] },
  ]);
  const root = rows.apply([{ parentId: undefined, nodes: [node("cluster"), node("staging")] }]);

  expect(below.redraw.now).toEqual([cluster]);
  expect(root.redraw.now).toBe("all");
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

  expect(redraw.now).toEqual([]);
  expect(unknown).toEqual(["gone"]);
});

test("an icon that comes and goes with the traffic is drawn with the numbers", () => {
  const rows = new TreeRows();
  const passing = (codicon: string) => ({ icon: { codicon, isPassing: true } });
  rows.set(undefined, [node("orders-0", "lag 1", passing("arrow-down"))]);

  const { redraw } = rows.apply([
    { parentId: undefined, nodes: [node("orders-0", "lag 0", passing("check"))] },
  ]);

  expect(redraw).toEqual({ now: [], soon: [rows.find("orders-0")] });
});
