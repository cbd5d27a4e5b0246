import type { TreeChildren } from "#host/channel/treeRequests.ts";
import type { TreeNode } from "#views/treeNode.ts";

/** A row as VS Code holds it: one object for as long as the row exists, whatever is shown in it. */
export interface TreeRow {
  readonly id: string;
  /** The newest content. */
  node: TreeNode;
  readonly parent: TreeRow | undefined;
}

/** What has to be drawn again. */
export interface Redraw {
  /** Some rows, or everything. */
  readonly now: readonly TreeRow[] | "all";
  /**
   * Rows of which only the description changed. VS Code makes a row's buttons and its tooltip anew whenever it draws
   * it, so on a row that is drawn four times a second a click is lost as often as not, and no tooltip ever appears.
   */
  readonly soon: readonly TreeRow[];
}

/**
 * The rows of one tree that VS Code asked for, as identity over time: it recognises a row by its object.
 *
 * Knows nothing but what is shown. A parent whose children were never asked for has none here.
 */
export class TreeRows {
  readonly #rows = new Map<string, TreeRow>();
  readonly #children = new Map<string | undefined, readonly TreeRow[]>();

  /** Rows under the parent, if they were ever loaded and not forgotten since. */
  childrenOf(parent: TreeRow | undefined): readonly TreeRow[] | undefined {
    return this.#children.get(parent?.id);
  }

  find(id: string): TreeRow | undefined {
    return this.#rows.get(id);
  }

  /** Takes the rows under a parent and returns them; rows that are gone are forgotten with all below them. */
  set(parent: TreeRow | undefined, nodes: readonly TreeNode[]): readonly TreeRow[] {
    const before = this.#children.get(parent?.id) ?? [];
    const rows = nodes.map((node) => this.#rowOf(parent, node));
    const kept = new Set(rows);
    for (const row of before) if (!kept.has(row)) this.#drop(row);
    this.#children.set(parent?.id, rows);
    return rows;
  }

  /** Forgets what is below a row that was collapsed; returns the ids of all parents forgotten. */
  forget(parent: TreeRow): readonly string[] {
    const rows = this.#children.get(parent.id);
    if (!rows) return [];
    this.#children.delete(parent.id);
    return [parent.id, ...rows.flatMap((row) => this.#drop(row))];
  }

  clear(): void {
    this.#rows.clear();
    this.#children.clear();
  }

  /** Takes changed lists; says which rows VS Code has to draw again, and which parents are no longer there. */
  apply(changes: readonly TreeChildren[]): { readonly redraw: Redraw; readonly unknown: readonly string[] } {
    const now = new Set<TreeRow | undefined>();
    const soon = new Set<TreeRow>();
    const unknown: string[] = [];
    for (const { parentId, nodes } of changes) {
      const changed = this.#replace(parentId, nodes);
      if (changed) {
        for (const row of changed.now) now.add(row);
        for (const row of changed.soon) soon.add(row);
      } else if (parentId !== undefined) unknown.push(parentId);
    }
    const rows = [...now].filter((row) => row !== undefined);
    return { redraw: { now: now.has(undefined) ? "all" : rows, soon: [...soon] }, unknown };
  }

  /**
   * Takes one list. Returns what changed: the parent (undefined is the root) when the list itself did, else the rows
   * with new content. Undefined when the parent is not shown.
   */
  #replace(
    parentId: string | undefined,
    nodes: readonly TreeNode[],
  ): { readonly now: readonly (TreeRow | undefined)[]; readonly soon: readonly TreeRow[] } | undefined {
    const parent = parentId === undefined ? undefined : this.#rows.get(parentId);
    const before = this.#children.get(parentId);
    if (!before || (parentId !== undefined && !parent)) return undefined;
    const shownBefore = before.map((row) => row.node);
    const after = this.set(parent, nodes);
    if (!sameOrder(before, after)) return { now: [parent], soon: [] };
    const now: TreeRow[] = [];
    const soon: TreeRow[] = [];
    for (const [index, row] of after.entries()) {
      const was = shownBefore[index];
      if (was && sameNode(was, row.node)) continue;
      const isCalm = was !== undefined && sameNode(calm(was), calm(row.node));
      (isCalm ? soon : now).push(row);
    }
    return { now, soon };
  }

  #rowOf(parent: TreeRow | undefined, node: TreeNode): TreeRow {
    const known = this.#rows.get(node.id);
    if (known && known.parent === parent) {
      known.node = node;
      return known;
    }
    const row: TreeRow = { id: node.id, node, parent };
    this.#rows.set(node.id, row);
    return row;
  }

  #drop(row: TreeRow): readonly string[] {
    if (this.#rows.get(row.id) === row) this.#rows.delete(row.id);
    const below = this.#children.get(row.id);
    if (!below) return [];
    this.#children.delete(row.id);
    return [row.id, ...below.flatMap((each) => this.#drop(each))];
  }
}

function sameOrder(before: readonly TreeRow[], after: readonly TreeRow[]): boolean {
  return before.length === after.length && before.every((row, index) => row === after[index]);
}

/** What a row is, without its numbers and words, and without an icon that comes and goes as they do. */
function calm(node: TreeNode): TreeNode {
  const icon = node.icon?.isPassing ? { codicon: "" } : node.icon;
  return { ...node, icon, description: undefined, accessibilityLabel: undefined };
}

/**
 * Whether both look the same; nodes are plain data without bigints, so their JSON decides. The tooltip does not count:
 * it is made when somebody asks for it, and often says when a thing was last heard of.
 */
function sameNode(before: TreeNode, after: TreeNode): boolean {
  return before === after || lookOf(before) === lookOf(after);
}

function lookOf(node: TreeNode): string {
  return JSON.stringify({ ...node, tooltip: undefined });
}
