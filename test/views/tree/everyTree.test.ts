import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createModel, fold, type Model } from "#model/model.ts";
import type { Observation } from "#trace/observation.ts";
import { children } from "#views/tree/children.ts";
import type { TreeNode, TreeViewId } from "#views/treeNode.ts";
import { byBroker, described, modelOf, seen } from "../../model/observed.ts";
import { anyObservation } from "../../trace/anyObservation.ts";
import {
  clusters,
  clusterTarget,
  consumers,
  contextOf,
  groupsTarget,
  groupTarget,
  profile,
  rows,
} from "./support/rows.ts";

/** Every row of a tree, from the roots down. */
function everything(model: Model, view: TreeViewId, context = contextOf(model)): readonly TreeNode[] {
  const all: TreeNode[] = [];
  const walk = (nodes: readonly TreeNode[]) => {
    for (const node of nodes) {
      all.push(node);
      if (node.collapsible !== "none") walk(children(view, node.target, context));
    }
  };
  walk(children(view, undefined, context));
  return all;
}

describe("every tree", () => {
  test("has rows for whatever was observed, with ids that are unique in it", () => {
    fc.assert(
      fc.property(fc.array(anyObservation, { maxLength: 60 }), (observations: readonly Observation[]) => {
        const model = createModel();
        for (const observation of observations) fold(model, observation);
        for (const view of [clusters, consumers, "groupscope.findings"] as const) {
          const all = everything(model, view, contextOf(model, 2_000_000));
          expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
          for (const node of all) JSON.stringify(node);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("keeps what others wrote out of its Markdown", () => {
    const model = modelOf(
      profile,
      seen(1, described({ groupId: "$(error) [x](command:evil) | **b** `c`\n<img>", members: [] }), byBroker),
    );

    const [node] = rows(model, clusters, groupsTarget);

    expect(node?.tooltip?.split("\n")[0]).toBe(
      "**\\$\\(error\\) \\[x\\]\\(command\\:evil\\) \\| \\*\\*b\\*\\* \\`c\\` \\<img\\>**",
    );
  });

  test("gives no rows below what is gone", () => {
    for (const parent of [
      clusterTarget,
      groupsTarget,
      groupTarget,
      { kind: "finding", clusterId: "c1", findingId: "x" },
    ] as const) {
      expect(rows(modelOf(), clusters, parent)).toEqual([]);
    }
  });
});
