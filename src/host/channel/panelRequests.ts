import type { NodeTarget } from "#views/treeNode.ts";
import type { MarkRef, RebalancesContract, RebalancesState } from "#webview/rebalances/contract.ts";
import type { RecordsContract, RecordsState } from "#webview/records/contract.ts";
import type { RequestsContract, RequestsState } from "#webview/requests/contract.ts";
import type { RequestShape } from "./channelContract.ts";

/** What a panel is about. */
export type PanelSubject =
  | { readonly panel: "rebalances"; readonly clusterId: string; readonly groupId: string }
  | { readonly panel: "records"; readonly clusterId: string; readonly sessionId: string }
  /** What the playground was asked; the rest says what the filter is at first. */
  | {
      readonly panel: "requests";
      readonly clusterId: string;
      readonly groupId?: string | undefined;
      readonly memberId?: string | undefined;
      /** A debug consumer of the playground, by its client id. */
      readonly clientId?: string | undefined;
      readonly nodeId?: number | undefined;
      readonly api?: string | undefined;
    };

export type PanelName = PanelSubject["panel"];

/** What a panel is drawn by. */
export type PanelState = RebalancesState | RecordsState | RequestsState;

/** A notification of a page, as data. */
type Notified<Notifications> = {
  [Name in keyof Notifications & string]: { readonly name: Name; readonly body: Notifications[Name] };
}[keyof Notifications & string];

/** What its page reported and its presenter answers with another state. The extension host handles the others. */
export type PanelNotification =
  | {
      readonly panel: "rebalances";
      readonly notified: Notified<
        Pick<
          RebalancesContract["notifications"],
          "viewport" | "select" | "jumpToMoment" | "live" | "setFollow" | "showAs" | "tableViewport"
        >
      >;
    }
  | {
      readonly panel: "records";
      readonly notified: Notified<
        Pick<
          RecordsContract["notifications"],
          "viewport" | "setFilter" | "select" | "setRendering" | "setFollow" | "clear"
        >
      >;
    }
  | {
      readonly panel: "requests";
      readonly notified: Notified<Omit<RequestsContract["notifications"], "copy">>;
    };

export interface PanelRequests {
  /** Begins to present the subject; states follow as events. */
  readonly "panel.open": RequestShape<PanelSubject, { readonly panelId: string; readonly title: string }>;
  /** The detail strip or the whole table as plain text. */
  readonly "panel.copyText": RequestShape<
    { readonly panelId: string; readonly what: "detail" | "table" },
    string
  >;
  /** Where a mark stands in the sidebar. */
  readonly "panel.targetOf": RequestShape<
    { readonly panelId: string; readonly mark: MarkRef },
    NodeTarget | undefined
  >;
  /** One kept record, or a part of it, whole, as text. Undefined when it was let go. */
  readonly "panel.recordText": RequestShape<
    { readonly panelId: string; readonly recordId: number; readonly what: "record" | "key" | "value" },
    { readonly title: string; readonly languageId: string; readonly text: string } | undefined
  >;
  /** An exchange as JSON, or one of its messages as a hex dump. Undefined when it was let go. */
  readonly "panel.exchangeText": RequestShape<
    {
      readonly panelId: string;
      readonly exchangeId: number;
      readonly what: "json" | "requestHex" | "responseHex";
    },
    string | undefined
  >;
  /** Raw bytes kept by id: of a corrupt batch. Undefined when they were let go. */
  readonly "bytes.get": RequestShape<{ readonly bytesId: string }, Uint8Array | undefined>;
}

export interface PanelNotifications {
  readonly "panel.close": { readonly panelId: string };
  readonly "panel.visible": { readonly panelId: string; readonly visible: boolean };
  readonly "panel.notified": { readonly panelId: string } & PanelNotification;
}

export interface PanelEvents {
  /** A complete snapshot for the visible window, at most ten times a second. */
  readonly "panel.state": { readonly panelId: string; readonly state: PanelState };
}
