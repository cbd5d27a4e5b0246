import type { TreeNode } from "#views/treeNode.ts";
import type { TreeRow } from "./treeRows.ts";

/** Rows whose numbers are the sums of what lies in them. */
const sums: ReadonlySet<TreeNode["target"]["kind"]> = new Set(["session", "group", "topic"]);

/**
 * The row whose numbers all of these add up to: the outermost sum that the row lies in, or itself. Rows of one family
 * are drawn from one moment, or a sum would contradict its parts.
 */
export function familyOf(row: TreeRow): TreeRow {
  let family = row;
  for (let each: TreeRow | undefined = row; each; each = each.parent) {
    if (sums.has(each.node.target.kind)) family = each;
  }
  return family;
}
