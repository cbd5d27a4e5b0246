import { createRef, render } from "preact";
import { openPage, type Page } from "../page/openPage.ts";
import { useFocusReturn } from "../page/useFocusReturn.ts";
import type { RequestsContract, RequestsState } from "./contract.ts";
import { DetailPane } from "./exchangeDetail.tsx";
import { RequestList } from "./requestList.tsx";
import { Toolbar } from "./toolbar.tsx";

const pane = createRef<HTMLElement>();
let close: () => void = () => undefined;

window.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});

openPage<RequestsContract>({
  render: (state, page) => {
    close = () => page.notify("select", { exchangeId: null });
    const root = document.getElementById("app");
    if (root) render(<App state={state} page={page} />, root);
  },
  events: {
    focus: ({ on }) => {
      const target = on === "detail" ? pane.current : findTabStop();
      target?.focus();
    },
  },
});

function findTabStop(): HTMLElement | null {
  return document.querySelector<HTMLElement>(".requestList [tabindex='0']");
}

function App({ state, page }: { readonly state: RequestsState; readonly page: Page<RequestsContract> }) {
  useFocusReturn(state.selected !== null, findTabStop);
  return (
    <>
      <Toolbar state={state} page={page} />
      {state.notices.map((notice) => (
        <p key={notice} class="notice muted">
          {notice}
        </p>
      ))}
      <div class="split">
        {state.empty ? (
          <div class="emptyState">
            <h2>{state.empty.title}</h2>
            <p>{state.empty.text}</p>
          </div>
        ) : (
          <RequestList state={state} page={page} />
        )}
        {state.selected && (
          <DetailPane key={state.selected.exchangeId} exchange={state.selected} page={page} pane={pane} />
        )}
      </div>
    </>
  );
}
