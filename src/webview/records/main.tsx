import { createRef, render } from "preact";
import { announce } from "../page/announce.ts";
import { openPage, type Page } from "../page/openPage.ts";
import { useFocusReturn } from "../page/useFocusReturn.ts";
import type { RecordsContract, RecordsState } from "./contract.ts";
import { DetailPane } from "./recordDetail.tsx";
import { RecordList } from "./recordList.tsx";
import { Toolbar } from "./toolbar.tsx";

const pane = createRef<HTMLElement>();
let close: () => void = () => undefined;

window.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});

openPage<RecordsContract>({
  render: (state, page) => {
    close = () => page.notify("select", { recordId: null });
    const root = document.getElementById("app");
    if (root) render(<App state={state} page={page} />, root);
  },
  events: {
    focus: ({ on }) => {
      const target = on === "detail" ? pane.current : findTabStop();
      target?.focus();
    },
    announce: ({ text }) => announce(text),
  },
});

function findTabStop(): HTMLElement | null {
  return document.querySelector<HTMLElement>(".recordList [tabindex='0']");
}

function App({ state, page }: { readonly state: RecordsState; readonly page: Page<RecordsContract> }) {
  useFocusReturn(state.selected !== null, findTabStop);
  return (
    <>
      <Toolbar state={state} page={page} />
      {state.notices.map((notice) => (
        <p key={notice} class="notice">
          {notice}
        </p>
      ))}
      {state.empty ? (
        <div class="emptyState">
          <h2>{state.empty.title}</h2>
          <p>{state.empty.text}</p>
        </div>
      ) : (
        <div class="split">
          <RecordList state={state} page={page} />
          {state.selected && <DetailPane record={state.selected} page={page} pane={pane} />}
        </div>
      )}
    </>
  );
}
