import type { TreeNode } from "../treeNode.ts";

/** A row as one line of plain text, for the clipboard: whole words, ordinary spaces, no symbols that only align. */
export function copyText(node: Pick<TreeNode, "label" | "fullLabel" | "description">): string {
  const description = (node.description ?? "").replace(/\u2007+/g, "");
  const label = node.fullLabel ?? node.label;
  return description === "" ? label : `${label}  ${description}`;
}
