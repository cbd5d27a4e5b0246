import { children } from "#views/tree/children.ts";
import { messageNode, type TreeContext } from "#views/tree/treeContext.ts";
import type { NodeTarget, TreeNode, TreeViewId } from "#views/treeNode.ts";
import { playgroundClusterId } from "../channel/clusterRequests.ts";
import type { TreeChildren } from "../channel/treeRequests.ts";
import type { Defects } from "./defects.ts";
import type { Presentation, PresentedModel } from "./presentation.ts";

interface Shown {
  readonly target: NodeTarget | undefined;
  /** JSON of what was sent last: nodes are small, and equal text is sent once. */
  text: string;
}

interface View {
  visible: boolean;
  filter: string;
  /** By the parent's id; the root has none. */
  readonly shown: Map<string | undefined, Shown>;
}

/** What rows need beside the models. */
export interface TreeOptions {
  readonly timeText: (at: number) => string;
  readonly dismissedSessions: ReadonlySet<string>;
  readonly defects: Defects;
}

/** A tree that shows more parents than this at once is not kept up to date beyond them. */
const maxShownParents = 2_000;

/** Remembers which rows each tree shows, presents them again, and tells what differs from what was sent. */
export class TreeSubscriptions {
  readonly #presentation: Presentation;
  readonly #options: TreeOptions;
  readonly #views = new Map<TreeViewId, View>();

  constructor(presentation: Presentation, options: TreeOptions) {
    this.#presentation = presentation;
    this.#options = options;
  }

  /** Whether somebody looks at any of the trees. */
  get isWatched(): boolean {
    return [...this.#views.values()].some(({ visible }) => visible);
  }

  isVisible(view: TreeViewId): boolean {
    return this.#views.get(view)?.visible ?? false;
  }

  setVisible(view: TreeViewId, visible: boolean): void {
    this.#view(view).visible = visible;
  }

  setFilter(view: TreeViewId, filter: string): void {
    this.#view(view).filter = filter;
  }

  forget(view: TreeViewId, parentIds: readonly string[]): void {
    for (const id of parentIds) this.#view(view).shown.delete(id);
  }

  /** The rows under a parent, which is shown from now on. */
  children(
    viewId: TreeViewId,
    parent: { readonly id: string; readonly target: NodeTarget } | undefined,
  ): readonly TreeNode[] {
    const view = this.#view(viewId);
    const nodes = this.#present(viewId, parent?.target);
    view.shown.set(parent?.id, { target: parent?.target, text: JSON.stringify(nodes) });
    for (const oldest of view.shown.keys()) {
      if (view.shown.size <= maxShownParents) break;
      if (oldest !== undefined) view.shown.delete(oldest);
    }
    return nodes;
  }

  /** Node lists of visible trees that changed since they were sent. */
  changes(): readonly { readonly view: TreeViewId; readonly changes: readonly TreeChildren[] }[] {
    const changed: { view: TreeViewId; changes: TreeChildren[] }[] = [];
    for (const [viewId, view] of this.#views) {
      if (!view.visible) continue;
      const changes: TreeChildren[] = [];
      for (const [parentId, shown] of view.shown) {
        const nodes = this.#present(viewId, shown.target);
        const text = JSON.stringify(nodes);
        if (text === shown.text) continue;
        shown.text = text;
        changes.push({ parentId, nodes });
      }
      if (changes.length > 0) changed.push({ view: viewId, changes });
    }
    return changed;
  }

  #view(viewId: TreeViewId): View {
    let view = this.#views.get(viewId);
    if (!view) {
      view = { visible: false, filter: "", shown: new Map() };
      this.#views.set(viewId, view);
    }
    return view;
  }

  #present(viewId: TreeViewId, target: NodeTarget | undefined): readonly TreeNode[] {
    return this.#guarded([viewId, JSON.stringify(target)], () => {
      if (target && "clusterId" in target) {
        const presented = this.#presentation.of(target.clusterId);
        return children(viewId, target, this.#context(viewId, presented)).map(withPlaygroundWord);
      }
      if (target) return [];
      // Debug consumers and findings are about the present only; a trace is looked at under Clusters.
      const all = this.#presentation.all();
      const models = viewId === "groupscope.clusters" ? all : all.slice(0, 1);
      return models.flatMap((presented, index) =>
        this.#guarded([viewId, String(index)], () =>
          children(viewId, undefined, this.#context(viewId, presented)).map(withPlaygroundWord),
        ),
      );
    });
  }

  /** A presenter's defect costs the rows that it would have given, and stands in their place. */
  #guarded(place: readonly string[], rows: () => readonly TreeNode[]): readonly TreeNode[] {
    return (
      this.#options.defects.guard(`A part of ${place[0]}`, rows) ?? [
        messageNode(["defect", ...place], {
          label: "Cannot be shown",
          description: "a defect of Groupscope; the log says which",
          severity: "error",
        }),
      ]
    );
  }

  #context(viewId: TreeViewId, { model, findings, now }: PresentedModel): TreeContext {
    const { timeText, dismissedSessions } = this.#options;
    return { model, findings, now, filter: this.#view(viewId).filter, timeText, dismissedSessions };
  }
}

/** Faults and scripted members exist on the playground only, so its rows say whose they are; its own row does already. */
function withPlaygroundWord(node: TreeNode): TreeNode {
  const { target } = node;
  const isOfPlayground = "clusterId" in target && target.clusterId === playgroundClusterId;
  if (!isOfPlayground || target.kind === "cluster") return node;
  return { ...node, contextValue: `${node.contextValue} playground` };
}
