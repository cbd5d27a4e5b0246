import type { NodeTarget, TreeNode, TreeViewId } from "#views/treeNode.ts";
import type { RequestShape } from "./channelContract.ts";

/** The rows under one parent; undefined is the root. */
export interface TreeChildren {
  readonly parentId: string | undefined;
  readonly nodes: readonly TreeNode[];
}

export interface TreeRequests {
  /** The rows under a parent, now; the worker then reports their changes until told to forget them. */
  readonly "tree.children": RequestShape<
    {
      readonly view: TreeViewId;
      readonly parent: { readonly id: string; readonly target: NodeTarget } | undefined;
    },
    readonly TreeNode[]
  >;
}

export interface TreeNotifications {
  /** Collapsed or gone: no more changes of these. */
  readonly "tree.forget": { readonly view: TreeViewId; readonly parentIds: readonly string[] };
  /** A hidden view costs nothing: nothing is presented, and clusters are not asked. */
  readonly "tree.visible": { readonly view: TreeViewId; readonly visible: boolean };
  readonly "tree.filter": { readonly view: TreeViewId; readonly text: string };
}

export interface TreeEvents {
  /** Node lists that differ from those sent before, at most four times a second. */
  readonly "tree.changed": { readonly view: TreeViewId; readonly changes: readonly TreeChildren[] };
}
