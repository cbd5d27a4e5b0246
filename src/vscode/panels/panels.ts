import * as vscode from "vscode";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import type { PanelNotification, PanelSubject } from "#host/channel/panelRequests.ts";
import type { Contract, NotificationHandlers } from "#webview/contract.ts";
import type { HostLink } from "../host/hostLink.ts";
import { PanelChannel } from "./panelChannel.ts";
import { panelHtml, webviewRoot } from "./panelHtml.ts";

/** One open panel, as its notification handlers see it. */
export interface OpenPanel {
  /** The worker's id of it now; another one after the worker was restarted. */
  readonly panelId: () => string;
  /** Passes on what the presenter in the worker answers. */
  readonly forward: (notification: PanelNotification) => void;
}

/** How one kind of panel answers its page. */
export interface PanelKind<C extends Contract> {
  readonly handlers: (panel: OpenPanel, subject: PanelSubject) => NotificationHandlers<C>;
}

/** The webview panels of the window, one per subject: asking for one that is open shows it. */
export class Panels implements Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #link: HostLink;
  readonly #open = new Map<string, { readonly subject: PanelSubject; readonly panel: vscode.WebviewPanel }>();

  constructor(extensionUri: vscode.Uri, link: HostLink) {
    this.#extensionUri = extensionUri;
    this.#link = link;
  }

  async show<C extends Contract>(subject: PanelSubject, kind: PanelKind<C>): Promise<void> {
    const key = JSON.stringify(subject);
    const shown = this.#open.get(key);
    if (shown) {
      shown.panel.reveal();
      return;
    }
    const opened = await this.#link.request("panel.open", subject);
    const panel = vscode.window.createWebviewPanel(
      `groupscope.${subject.panel}`,
      opened.title,
      vscode.ViewColumn.Active,
      { enableScripts: true, localResourceRoots: [webviewRoot(this.#extensionUri)] },
    );
    panel.iconPath = {
      light: vscode.Uri.joinPath(this.#extensionUri, "media", "panelLight.svg"),
      dark: vscode.Uri.joinPath(this.#extensionUri, "media", "panelDark.svg"),
    };
    this.#open.set(key, { subject, panel });
    const owned = this.#connect(panel, { subject, kind, panelId: opened.panelId });
    panel.onDidDispose(() => {
      this.#open.delete(key);
      owned.dispose();
    });
    panel.webview.html = panelHtml(panel.webview, {
      extensionUri: this.#extensionUri,
      panel: subject.panel,
      title: opened.title,
    });
  }

  /** Whether such a panel is in sight. */
  shows(isIt: (subject: PanelSubject) => boolean): boolean {
    return [...this.#open.values()].some(({ subject, panel }) => panel.visible && isIt(subject));
  }

  /** Closes those about clusters that are gone for good: nothing can be shown or done in them any more. */
  closeOf(isGone: (clusterId: string) => boolean): void {
    for (const { subject, panel } of Array.from(this.#open.values())) {
      if (isGone(subject.clusterId)) panel.dispose();
    }
  }

  dispose(): void {
    this.closeOf(() => true);
  }

  #connect<C extends Contract>(
    panel: vscode.WebviewPanel,
    what: { readonly subject: PanelSubject; readonly kind: PanelKind<C>; readonly panelId: string },
  ): Disposable {
    const owned = new DisposableStore();
    let panelId = what.panelId;
    const channel = owned.add(
      new PanelChannel<C>(
        panel.webview,
        what.kind.handlers(
          {
            panelId: () => panelId,
            forward: (notification) => this.#link.notify("panel.notified", { panelId, ...notification }),
          },
          what.subject,
        ),
      ),
    );
    owned.add(
      this.#link.on("panel.state")((event) => {
        if (event.panelId === panelId) channel.show(event.state);
      }),
    );
    const tellVisibility = () => this.#link.notify("panel.visible", { panelId, visible: panel.visible });
    owned.add(panel.onDidChangeViewState(tellVisibility));
    tellVisibility();
    let stale = false;
    owned.add(this.#link.onDied(() => (stale = true)));
    owned.add(
      this.#link.onStarted(() => {
        if (!stale) return;
        stale = false;
        this.#link.request("panel.open", what.subject).then(
          (opened) => {
            panelId = opened.panelId;
            tellVisibility();
          },
          // The new worker does not know the subject: the panel keeps what it shows, and the notification says why.
          () => undefined,
        );
      }),
    );
    owned.add({ dispose: () => this.#link.notify("panel.close", { panelId }) });
    return owned;
  }
}
