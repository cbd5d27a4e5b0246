import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../page/icon.tsx";
import type { Page } from "../page/openPage.ts";
import { useFocusReturn } from "../page/useFocusReturn.ts";
import { Chart } from "./chart.tsx";
import type { RebalancesContract, RebalancesState } from "./contract.ts";
import { DetailStrip } from "./detailStrip.tsx";
import { FindingsBar } from "./findingsBar.tsx";
import { TableTwin } from "./tableTwin.tsx";
import { TimeSlider, Toolbar } from "./toolbar.tsx";
import { useViewport, type Viewport } from "./viewport.ts";

/** What the page is a function of. */
export interface AppProps {
  readonly state: RebalancesState;
  readonly page: Page<RebalancesContract>;
  /** The detail strip's element, for moving the focus there. */
  readonly strip: RefObject<HTMLElement | null>;
}

/** The whole page, as a function of the newest snapshot. */
export function App({ state, page, strip }: AppProps) {
  const [chartWidth, setChartWidth] = useState(0);
  const viewport = useViewport(state, page, chartWidth);
  useShortcuts(state, page, viewport);
  useFocusReturn(state.detail !== null, findTabStop);

  if (state.empty) {
    return (
      <>
        <Toolbar state={state} page={page} viewport={viewport} />
        <div class="emptyState">
          <h2>{state.empty.title}</h2>
          <p>{state.empty.text}</p>
        </div>
      </>
    );
  }
  return (
    <>
      <Toolbar state={state} page={page} viewport={viewport} />
      <TimeSlider state={state} page={page} viewport={viewport} />
      <FindingsBar state={state} page={page} />
      {state.showAs === "table" ? (
        <TableTwin state={state} page={page} />
      ) : (
        <Chart state={state} page={page} viewport={viewport} onWidth={setChartWidth} />
      )}
      <Notes state={state} />
      {state.detail && <DetailStrip detail={state.detail} page={page} strip={strip} />}
    </>
  );
}

function findTabStop(): SVGElement | HTMLElement | null {
  return document.querySelector<SVGElement | HTMLElement>(".plot [tabindex='0'], .tableTwin [tabindex='0']");
}

/** What cannot be known from here, and what was let go. */
function Notes({ state }: { readonly state: RebalancesState }) {
  const notes = [...state.limits, ...state.losses];
  if (notes.length === 0) return null;
  return (
    <ul class="notes muted">
      {notes.map((note) => (
        <li key={note}>
          <Icon name="info" /> {note}
        </li>
      ))}
    </ul>
  );
}

const KEY_ZOOM = 1.5;

/** Keys that work wherever the focus is: there is nothing on this page to type into. */
function useShortcuts(state: RebalancesState, page: Page<RebalancesContract>, viewport: Viewport): void {
  useEffect(() => {
    const actions: Readonly<Record<string, () => void>> = {
      "+": () => viewport.zoom(1 / KEY_ZOOM),
      "=": () => viewport.zoom(1 / KEY_ZOOM),
      "-": () => viewport.zoom(KEY_ZOOM),
      "0": () => viewport.fit(),
      f: () => viewport.follow(!viewport.following),
      t: () => page.notify("showAs", { as: state.showAs === "table" ? "chart" : "table" }),
      l: () => {
        viewport.follow(true);
        page.notify("live", {});
      },
      Escape: () => page.notify("select", { mark: null }),
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const action = actions[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [state.showAs, page, viewport]);
}
