import * as vscode from "vscode";
import { visibleText } from "#base/visibleText.ts";
import type { TreeNode } from "#views/treeNode.ts";
import type { TreeRow } from "./treeRows.ts";

const collapsibleStates = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
} as const satisfies Readonly<Record<TreeNode["collapsible"], vscode.TreeItemCollapsibleState>>;

/** The one place that knows `TreeItem`. */
export function treeItemOf(row: TreeRow): vscode.TreeItem {
  const { node } = row;
  const item = new vscode.TreeItem(visibleText(node.label), collapsibleStates[node.collapsible]);
  item.id = node.id;
  item.contextValue = node.contextValue;
  if (node.description !== undefined) item.description = visibleText(node.description);
  if (node.icon) {
    const { codicon, color } = node.icon;
    item.iconPath = new vscode.ThemeIcon(
      codicon,
      color === undefined ? undefined : new vscode.ThemeColor(color),
    );
  }
  if (node.command) item.command = { command: node.command.id, title: node.command.title, arguments: [row] };
  if (node.accessibilityLabel !== undefined)
    item.accessibilityInformation = { label: visibleText(node.accessibilityLabel) };
  return item;
}

/**
 * The tooltip as of now, made when the pointer rests on the row. What brokers and records say stands in it, so neither
 * HTML nor command links are allowed.
 */
export function tooltipOf({ node }: TreeRow): vscode.MarkdownString | undefined {
  if (node.tooltip === undefined) return undefined;
  const tooltip = new vscode.MarkdownString(node.tooltip, true);
  tooltip.isTrusted = false;
  tooltip.supportHtml = false;
  return tooltip;
}

/** A row in one line, for the clipboard. */
export function rowText({ node }: TreeRow): string {
  const label = node.fullLabel ?? node.label;
  return node.description ? `${label}  ${node.description}` : label;
}
