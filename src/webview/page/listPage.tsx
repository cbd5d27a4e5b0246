import { type ComponentChild, createRef, type RefObject, render } from "preact";
import type { Contract, EventHandlers } from "../contract.ts";
import { openPage, type Page } from "./openPage.ts";
import { useFocusReturn } from "./useFocusReturn.ts";

/** What every page with a list and one opened item shows beside them. */
interface ListState {
  readonly notices?: readonly string[];
  readonly empty: { readonly title: string; readonly text: string } | null;
  readonly selected: object | null;
}

/** What a page is drawn from. */
interface Drawn<C extends Contract> {
  readonly state: C["state"];
  readonly page: Page<C>;
  /** The opened item's pane, which gets the focus when the host says so. */
  readonly pane: RefObject<HTMLElement | null>;
}

interface ListPage<C extends Contract> {
  readonly toolbar: (drawn: Drawn<C>) => ComponentChild;
  readonly list: (drawn: Drawn<C>) => ComponentChild;
  /** Asked for only when an item is opened. */
  readonly detail: (drawn: Drawn<C>) => ComponentChild;
  /** Below the words that stand there instead of a list. */
  readonly emptyTools?: (drawn: Drawn<C>) => ComponentChild;
  readonly close: (page: Page<C>) => void;
  readonly events: (focus: (body: { readonly on: "list" | "detail" }) => void) => EventHandlers<C>;
}

/** Opens a page that is a toolbar, a list, and beside or below it the item that is opened; Escape closes that. */
export function openListPage<C extends Contract & { readonly state: ListState }>(parts: ListPage<C>): void {
  const pane = createRef<HTMLElement>();
  let close: () => void = () => undefined;
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  openPage<C>({
    render: (state, page) => {
      close = () => parts.close(page);
      const root = document.getElementById("app");
      if (root) render(<Frame parts={parts} drawn={{ state, page, pane }} />, root);
    },
    events: parts.events(({ on }) => (on === "detail" ? pane.current : findTabStop())?.focus()),
  });
}

function findTabStop(): HTMLElement | null {
  return document.querySelector<HTMLElement>(".list [tabindex='0']");
}

function Frame<C extends Contract & { readonly state: ListState }>(props: {
  readonly parts: ListPage<C>;
  readonly drawn: Drawn<C>;
}) {
  const { parts, drawn } = props;
  const { notices = [], empty, selected }: ListState = drawn.state;
  useFocusReturn(selected !== null, findTabStop);
  return (
    <>
      {parts.toolbar(drawn)}
      {notices.map((notice) => (
        <p key={notice} class="notice">
          {notice}
        </p>
      ))}
      <div class="split">
        {empty ? (
          <div class="emptyState">
            <h2>{empty.title}</h2>
            {empty.text !== "" && <p>{empty.text}</p>}
            {parts.emptyTools?.(drawn)}
          </div>
        ) : (
          parts.list(drawn)
        )}
        {selected && parts.detail(drawn)}
      </div>
    </>
  );
}
