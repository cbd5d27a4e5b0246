import type { Event } from "#base/events.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { MarkRef } from "#webview/rebalances/contract.ts";
import type { PanelNotification, PanelState } from "../channel/panelRequests.ts";

/** What an open panel is drawn by, in the worker: its page is a function of `state()`. */
export interface PanelPresenter {
  readonly title: string;
  /** Whether it shows the past, in which nothing changes but what the user does in the panel. */
  readonly isPast: boolean;
  /** Whether it is presented together with the trees, as it shows numbers that stand there too. */
  readonly goesWithTrees?: boolean;
  /** Something is ready that took longer than an answer may. */
  readonly onNews?: Event<void>;
  /** The snapshot for the visible window, as of now. */
  state(): PanelState;
  /** The page reported what the user did. */
  notified(notification: PanelNotification): void;
  /** The panel is closed: what it was still getting ready is not wanted any more. */
  dispose?(): void;
  copyText?(what: "detail" | "table"): string;
  targetOf?(mark: MarkRef): NodeTarget | undefined;
  recordText?(
    recordId: number,
    what: "record" | "key" | "value",
  ): { readonly title: string; readonly languageId: string; readonly text: string } | undefined;
  exchangeText?(exchangeId: number, what: "json" | "requestHex" | "responseHex"): string | undefined;
}
