import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import type { HostStatus } from "#host/channel/hostContract.ts";
import type { HostLink } from "./host/hostLink.ts";
import { contextKeys, viewIds } from "./ids.ts";
import { statusText, statusTooltip } from "./statusText.ts";
import type { TreeAdapter } from "./tree/treeAdapter.ts";

/** The window's chrome: one status bar item, the badge of Findings, and the keys of `when` clauses. */
export class Chrome implements Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #findings: TreeAdapter;
  readonly #keys = new Map<string, boolean>();
  readonly #owned = new DisposableStore();

  constructor(link: HostLink, findings: TreeAdapter) {
    this.#findings = findings;
    this.#item = this.#owned.add(
      vscode.window.createStatusBarItem("groupscope.status", vscode.StatusBarAlignment.Left, 0),
    );
    this.#item.name = "Groupscope";
    this.#item.command = { command: `${viewIds.findings}.focus`, title: "Show findings" };
    this.#owned.add(link.on("host.status")((status) => this.#show(status)));
    this.#owned.add(link.onDied(() => this.#item.hide()));
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #show(status: HostStatus): void {
    const { errors, warnings } = status.findings;
    const text = statusText(status);
    if (text === undefined) this.#item.hide();
    else {
      this.#item.text = text;
      this.#item.tooltip = statusTooltip(status);
      this.#item.accessibilityInformation = { label: `Groupscope: ${statusTooltip(status)}` };
      this.#item.backgroundColor =
        errors > 0 ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
      this.#item.show();
    }
    const count = errors + warnings;
    this.#findings.view.badge =
      count === 0 ? undefined : { value: count, tooltip: `${count} ${count === 1 ? "finding" : "findings"}` };
    this.#setKey(contextKeys.playgroundRunning, status.playground.running);
    this.#setKey(contextKeys.hasSessions, status.listedSessions > 0);
    this.#setKey(contextKeys.hasClusters, status.clusters > 0);
    this.#setKey(contextKeys.hasOpenTraces, status.openTraces > 0);
  }

  /** Setting a key costs a message to the editor each time, so it is only told of changes. */
  #setKey(key: string, value: boolean): void {
    if (this.#keys.get(key) === value) return;
    this.#keys.set(key, value);
    void vscode.commands.executeCommand("setContext", key, value);
  }
}
