import type { Json } from "#base/json.ts";
import type { RequestShape } from "./channelContract.ts";

/** What a panel is about. */
export type PanelSubject =
  | { readonly panel: "rebalances"; readonly clusterId: string; readonly groupId: string }
  | { readonly panel: "records"; readonly sessionId: string };

export type PanelName = PanelSubject["panel"];

export interface PanelRequests {
  /** Begins to present the subject; states follow as events. */
  readonly "panel.open": RequestShape<PanelSubject, { readonly panelId: string; readonly title: string }>;
}

export interface PanelNotifications {
  readonly "panel.close": { readonly panelId: string };
  readonly "panel.visible": { readonly panelId: string; readonly visible: boolean };
  /** The page reported something its presenter answers with another state: a viewport, a selection. */
  readonly "panel.notified": { readonly panelId: string; readonly name: string; readonly value: Json };
}

export interface PanelEvents {
  /** A complete snapshot for the visible window, at most ten times a second. */
  readonly "panel.state": { readonly panelId: string; readonly state: Json };
}
