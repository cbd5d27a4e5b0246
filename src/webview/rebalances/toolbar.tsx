import { useEffect, useState } from "preact/hooks";
import { Icon, SeverityIcon } from "../page/icon.tsx";
import type { Page } from "../page/openPage.ts";
import { dateTimeText, timeText } from "../page/timeText.ts";
import type { RebalancesContract, RebalancesState } from "./contract.ts";
import { RemedyButtons } from "./remedyButtons.tsx";
import type { Viewport } from "./viewport.ts";

const ZOOM_STEP = 1.5;

interface ToolbarProps {
  readonly state: RebalancesState;
  readonly page: Page<RebalancesContract>;
  readonly viewport: Viewport;
}

/** Which group, from when, and how it is shown. */
export function Toolbar({ state, page, viewport }: ToolbarProps) {
  const asTable = state.showAs === "table";
  return (
    <header class="toolbar">
      <div class="headline">
        <h1>{state.title}</h1>
        <span class="muted cluster" title={state.group.clusterName}>
          {state.group.clusterName}
        </span>
        <BoundMark state={state} />
        {state.standstill && <RemedyButtons remedies={state.standstill.remedies} page={page} />}
      </div>
      <div class="tools" role="toolbar" aria-label="View">
        {!asTable && <ZoomTools viewport={viewport} />}
        <button
          type="button"
          class="plain"
          aria-pressed={asTable}
          title="Show the same facts as a table (T)"
          onClick={() => page.notify("showAs", { as: asTable ? "chart" : "table" })}
        >
          <Icon name="list-flat" /> Table
        </button>
        <button
          type="button"
          class="plain"
          title="Copy the table as text"
          aria-label="Copy the table as text"
          onClick={() => page.notify("copy", { what: "table" })}
        >
          <Icon name="copy" />
        </button>
      </div>
      <p class="muted subtitle" title={state.subtitle}>
        {state.subtitle}
      </p>
    </header>
  );
}

function ZoomTools({ viewport }: { readonly viewport: Viewport }) {
  return (
    <>
      <button
        type="button"
        class="plain"
        title="Zoom out (-)"
        aria-label="Zoom out"
        onClick={() => viewport.zoom(ZOOM_STEP)}
      >
        <Icon name="zoom-out" />
      </button>
      <button
        type="button"
        class="plain"
        title="Zoom in (+)"
        aria-label="Zoom in"
        onClick={() => viewport.zoom(1 / ZOOM_STEP)}
      >
        <Icon name="zoom-in" />
      </button>
      <button
        type="button"
        class="plain"
        title="Show everything (0)"
        aria-label="Show everything"
        onClick={() => viewport.fit()}
      >
        <Icon name="screen-full" />
      </button>
    </>
  );
}

/** Whatever is not the present says so, loudly. */
function BoundMark({ state }: { readonly state: RebalancesState }) {
  const { bound, standstill } = state;
  if (standstill) {
    return (
      <span class="bound still">
        <Icon name="debug-pause" /> {standstill.text}
      </span>
    );
  }
  switch (bound.kind) {
    case "live":
      return null;
    case "trace":
      return (
        <span class="bound past">
          <Icon name="history" /> trace {bound.name}
        </span>
      );
    case "moment":
      return (
        <span class="bound past" title={dateTimeText(bound.atMs)}>
          <Icon name="history" /> as it was at {timeText(bound.atMs)}
          {bound.name === null ? "" : ` in ${bound.name}`}
        </span>
      );
  }
}

/** Goes to any moment that is known, and back to the newest, which the chart then moves along with. */
export function TimeSlider({ state, page, viewport }: ToolbarProps) {
  const { moments, bound, nowMs, soughtMs, refusal } = state;
  // Its own from the first move of the thumb until the host answers where it was let go.
  const [movedToMs, setMovedTo] = useState<number | undefined>(undefined);
  const answer = JSON.stringify([bound, soughtMs, refusal]);
  useEffect(() => setMovedTo(undefined), [answer]);
  const atMs = movedToMs ?? soughtMs ?? (bound.kind === "moment" ? bound.atMs : nowMs);
  const isPast = bound.kind === "moment" || soughtMs !== null;
  const isTrace = bound.kind === "trace" || (bound.kind === "moment" && bound.name !== null);
  const { fromMs, toMs } = moments ?? { fromMs: nowMs, toMs: nowMs };
  return (
    <div class="slider">
      <span class="code">{timeText(atMs)}</span>
      {soughtMs !== null && <Icon name="loading" />}
      <input
        type="range"
        min={Math.floor(fromMs)}
        max={Math.ceil(toMs)}
        step={Math.max(1, Math.round((toMs - fromMs) / 500))}
        value={atMs}
        disabled={moments === null}
        title={moments === null ? "Nothing is kept from which another moment could be shown" : undefined}
        aria-label="Moment shown"
        aria-valuetext={isPast || movedToMs !== undefined ? timeText(atMs) : isTrace ? "the end" : "now"}
        onInput={(event) => setMovedTo(Number(event.currentTarget.value))}
        onChange={(event) => page.notify("jumpToMoment", { atMs: Number(event.currentTarget.value) })}
      />
      <BackToNewest state={state} page={page} viewport={viewport} isTrace={isTrace} />
      {refusal !== null && (
        <span class="refusal" role="status">
          <SeverityIcon severity="warning" /> {refusal}
        </span>
      )}
    </div>
  );
}

/** Pressed while the chart moves along with the present; else the way back there. */
function BackToNewest({ state, page, viewport, isTrace }: ToolbarProps & { readonly isTrace: boolean }) {
  const isPast = state.bound.kind === "moment" || state.soughtMs !== null;
  const isThere = !isPast && viewport.following;
  return (
    <button
      type="button"
      class={isPast ? "primary" : "plain"}
      aria-pressed={isPast ? undefined : isThere}
      title={isThere ? "Moves along with the newest (F stops it)" : "Back to the newest (L)"}
      onClick={() => {
        if (isPast) page.notify("live", {});
        else viewport.follow(!viewport.following);
      }}
    >
      <Icon name="debug-continue" /> {isTrace ? "End" : "Live"}
    </button>
  );
}
