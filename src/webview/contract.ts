/**
 * What can cross between host and page: JSON, and nothing else. A `bigint` does not compile (offsets are decimal
 * strings), and neither does an `interface`: contracts are written as `type`.
 */
export type Wire =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Wire[]
  | { readonly [key: string]: Wire };

/**
 * What one panel's page and its host say to each other; each panel has one, imported by both sides.
 *
 * The host owns the state. It sends a snapshot that is complete for the visible window after the page said `ready`,
 * and again when something changed (about ten times a second at most); the page is a function of its newest snapshot.
 */
export interface Contract {
  readonly state: { readonly [key: string]: Wire };
  /** Page to host, body by name: what the user did, and what is visible. */
  readonly notifications: { readonly [name: string]: Wire };
  /** Host to page, body by name: what happens once and is no state, such as moving the focus. */
  readonly events: { readonly [name: string]: Wire };
}

/** What a page posts. `ready` asks for the newest state: at the start, and when the page comes back. */
export type PageMessage<C extends Contract> =
  | { readonly type: "ready" }
  | {
      [Name in keyof C["notifications"] & string]: {
        readonly type: "notification";
        readonly name: Name;
        readonly body: C["notifications"][Name];
      };
    }[keyof C["notifications"] & string];

/** What a host posts. */
export type HostMessage<C extends Contract> =
  | { readonly type: "state"; readonly state: C["state"] }
  | {
      [Name in keyof C["events"] & string]: {
        readonly type: "event";
        readonly name: Name;
        readonly body: C["events"][Name];
      };
    }[keyof C["events"] & string];

/** One handler per notification: a missing one does not compile. */
export type NotificationHandlers<C extends Contract> = {
  readonly [Name in keyof C["notifications"]]: (body: C["notifications"][Name]) => void;
};

/** One handler per event: a missing one does not compile. */
export type EventHandlers<C extends Contract> = {
  readonly [Name in keyof C["events"]]: (body: C["events"][Name]) => void;
};
