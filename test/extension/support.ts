import { strict as assert } from "node:assert";
import * as vscode from "vscode";
import type { App } from "#vscode/app.ts";
import type { TreeAdapter } from "#vscode/tree/treeAdapter.ts";
import type { TreeRow } from "#vscode/tree/treeRows.ts";

const extensionId = "groupscope.groupscope";

/** The extension, activated; it gives its parts to tests only. */
export async function activated(): Promise<{
  readonly app: App;
  readonly extension: vscode.Extension<unknown>;
}> {
  const extension = vscode.extensions.getExtension(extensionId);
  assert(extension, `${extensionId} is installed`);
  const exported = (await extension.activate()) as { readonly app?: App } | undefined;
  assert(exported?.app, "the extension gives its parts in a test run");
  return { app: exported.app, extension };
}

/** Waits until the condition gives something, and gives it. */
export async function eventually<T>(
  what: string,
  look: () => T | undefined | false | PromiseLike<T | undefined | false>,
  limitMs = 15_000,
): Promise<T> {
  for (const end = Date.now() + limitMs; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The first row, in order of the tree, that shows the text in its label. */
export async function findRow(
  tree: TreeAdapter,
  label: string | RegExp,
  parent?: TreeRow,
): Promise<TreeRow | undefined> {
  for (const row of await tree.getChildren(parent)) {
    const matches = typeof label === "string" ? row.node.label.includes(label) : label.test(row.node.label);
    if (matches) return row;
    if (row.node.collapsible === "none") continue;
    const below = await findRow(tree, label, row);
    if (below) return below;
  }
  return undefined;
}
