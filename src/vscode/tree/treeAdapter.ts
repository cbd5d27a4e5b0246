import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import { ChannelError } from "#host/channel/channelError.ts";
import type { TreeNode, TreeViewId } from "#views/treeNode.ts";
import type { HostLink } from "../host/hostLink.ts";
import { LaterRedraws } from "./laterRedraws.ts";
import { tooltipOf, treeItemOf } from "./treeItem.ts";
import { type TreeRow, TreeRows } from "./treeRows.ts";

/**
 * One native tree over the worker's presenters: asks for what is expanded, draws again what changed, and lets the
 * worker forget what was collapsed or hidden.
 */
export class TreeAdapter implements vscode.TreeDataProvider<TreeRow>, Disposable {
  readonly view: vscode.TreeView<TreeRow>;
  readonly #viewId: TreeViewId;
  readonly #link: HostLink;
  readonly #log: vscode.LogOutputChannel;
  readonly #rows = new TreeRows();
  readonly #redraw = new vscode.EventEmitter<TreeRow | TreeRow[] | undefined>();
  readonly #owned = new DisposableStore();
  #filter = "";
  readonly #later = new LaterRedraws((rows) => {
    const shown = rows.filter((row) => this.#rows.find(row.id) === row);
    if (shown.length > 0) this.#redraw.fire(shown);
  });
  #stale = false;

  readonly onDidChangeTreeData = this.#redraw.event;

  constructor(viewId: TreeViewId, link: HostLink, log: vscode.LogOutputChannel) {
    this.#viewId = viewId;
    this.#link = link;
    this.#log = log;
    this.#owned.add(this.#redraw);
    this.#owned.add(this.#later);
    this.view = this.#owned.add(
      vscode.window.createTreeView<TreeRow>(viewId, {
        treeDataProvider: this,
        showCollapseAll: viewId === "groupscope.clusters",
      }),
    );
    this.#owned.add(this.view.onDidChangeVisibility(() => this.#tellVisibility()));
    this.#owned.add(this.view.onDidCollapseElement(({ element }) => this.#forget(element)));
    // A row that was collapsed is no longer kept up to date, and VS Code would show what it remembers.
    this.#owned.add(this.view.onDidExpandElement(({ element }) => this.#expanded(element)));
    this.#owned.add(
      link.on("tree.changed")(({ view, changes }) => {
        if (view !== viewId) return;
        const { redraw, unknown } = this.#rows.apply(changes);
        if (unknown.length > 0) link.notify("tree.forget", { view, parentIds: unknown });
        this.#later.add(redraw.soon);
        if (redraw.now === "all") {
          this.#redraw.fire(undefined);
          return;
        }
        const due = [...redraw.now, ...this.#later.takeFresh()];
        if (due.length > 0) this.#redraw.fire([...new Set([...due, ...this.#later.takeWith(due)])]);
      }),
    );
    // The next worker knows nothing of what is shown: it is asked for all of it, once it runs. Asking at the moment
    // of death would start workers as fast as they die.
    this.#owned.add(link.onDied(() => (this.#stale = true)));
    this.#owned.add(
      link.onStarted(() => {
        if (this.#stale) queueMicrotask(() => this.reload());
        this.#stale = false;
        this.#tellVisibility();
        if (this.#filter !== "") link.notify("tree.filter", { view: viewId, text: this.#filter });
      }),
    );
  }

  get filter(): string {
    return this.#filter;
  }

  setFilter(text: string): void {
    this.#filter = text;
    this.#link.notify("tree.filter", { view: this.#viewId, text });
    this.view.description = text === "" ? "" : `filter: ${text}`;
  }

  reload(): void {
    this.#rows.clear();
    this.#redraw.fire(undefined);
  }

  getTreeItem(row: TreeRow): vscode.TreeItem {
    return treeItemOf(row);
  }

  resolveTreeItem(item: vscode.TreeItem, row: TreeRow): vscode.TreeItem {
    this.#later.reading(row);
    const tooltip = tooltipOf(row);
    if (tooltip) item.tooltip = tooltip;
    return item;
  }

  getParent(row: TreeRow): TreeRow | undefined {
    return row.parent;
  }

  /** At once where the rows are known, so that a redraw shows no progress. */
  getChildren(parent?: TreeRow): TreeRow[] | Promise<TreeRow[]> {
    const known = this.#rows.childrenOf(parent);
    if (known) return [...known];
    return this.#load(parent).then((nodes) => {
      if (parent) this.#later.shownBelow(parent);
      return [...this.#rows.set(parent, nodes)];
    });
  }

  /** Selects the row of an id path, loading what is above it. Returns false when there is no such row. */
  async reveal(matches: (node: TreeNode) => boolean): Promise<boolean> {
    const row = await this.#search(undefined, matches, maxRevealDepth);
    if (!row) return false;
    await this.view.reveal(row, { select: true, focus: true, expand: true });
    return true;
  }

  /** Brings a row of the first level into sight when it comes, and leaves the keyboard where it is. */
  revealRootWhenThere(matches: (node: TreeNode) => boolean): void {
    const waiting = new DisposableStore();
    const look = () => {
      const row = this.#rows.childrenOf(undefined)?.find(({ node }) => matches(node));
      if (!row) return;
      waiting.dispose();
      // It may be gone again, and then there is nothing to show.
      this.view.reveal(row, { select: true, focus: false }).then(undefined, () => {});
    };
    // After the rows were taken, whose own listener stands before this one.
    waiting.add(this.#link.on("tree.changed")(() => queueMicrotask(look)));
    const timer = setTimeout(() => waiting.dispose(), arrivalLimitMs);
    waiting.add({ dispose: () => clearTimeout(timer) });
    this.#owned.add(waiting);
    look();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #load(parent: TreeRow | undefined): Promise<readonly TreeNode[]> {
    try {
      return await this.#link.request("tree.children", {
        view: this.#viewId,
        parent: parent && { id: parent.id, target: parent.node.target },
      });
    } catch (error) {
      // A dead worker is reported once, elsewhere; the tree loads again when the next one runs.
      if (!ChannelError.is(error, "EXITED"))
        this.#log.error(`${this.#viewId}: rows could not be loaded`, error);
      return [];
    }
  }

  async #search(
    parent: TreeRow | undefined,
    matches: (node: TreeNode) => boolean,
    depth: number,
  ): Promise<TreeRow | undefined> {
    const rows = await this.getChildren(parent);
    const found = rows.find(({ node }) => matches(node));
    if (found || depth === 0) return found;
    for (const row of rows) {
      if (row.node.collapsible === "none") continue;
      const below = await this.#search(row, matches, depth - 1);
      if (below) return below;
    }
    return undefined;
  }

  #forget(row: TreeRow): void {
    const parentIds = this.#rows.forget(row);
    if (parentIds.length > 0) this.#link.notify("tree.forget", { view: this.#viewId, parentIds });
  }

  #expanded(row: TreeRow): void {
    if (!this.#rows.childrenOf(row)) this.#redraw.fire(row);
  }

  #tellVisibility(): void {
    this.#link.notify("tree.visible", { view: this.#viewId, visible: this.view.visible });
  }
}

/** A row that has not come by then is none that its user waits for. */
const arrivalLimitMs = 5_000;

/** Cluster, Groups, group, member, partition. */
const maxRevealDepth = 4;
