import type * as vscode from "vscode";
import type { ProfileStore } from "./configuration/profileStore.ts";
import type { HostLink } from "./host/hostLink.ts";
import type { Panels } from "./panels/panels.ts";
import type { TreeAdapter } from "./tree/treeAdapter.ts";
import type { ReadOnlyDocuments } from "./ui/readOnlyDocuments.ts";

/** What commands work with; built and owned by `extension.ts`. */
export interface App {
  readonly link: HostLink;
  readonly log: vscode.LogOutputChannel;
  readonly profiles: ProfileStore;
  readonly documents: ReadOnlyDocuments;
  readonly panels: Panels;
  readonly trees: {
    readonly clusters: TreeAdapter;
    readonly debugConsumers: TreeAdapter;
    readonly findings: TreeAdapter;
  };
}
