import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Page } from "../page/openPage.ts";
import { Still } from "../page/still.tsx";
import { timeText } from "../page/timeText.ts";
import { useFocusKept } from "../page/useFocusKept.ts";
import { useSize } from "../page/useSize.ts";
import { type ChartRow, chartRows, isOpen, type TimedMark } from "./chartRows.ts";
import type { RebalancesContract, RebalancesState } from "./contract.ts";
import { Hatchings } from "./hatchings.tsx";
import { HoldMarks } from "./holdMarks.tsx";
import { type Direction, neighbour } from "./keyboard.ts";
import { type MarkFocus, MarkFocusContext } from "./mark.tsx";
import { markKey } from "./markKey.ts";
import { MemberMarks } from "./memberMarks.tsx";
import { CHARACTER_PX } from "./placed.tsx";
import { AssignmentMarks, BufferMarks, CommitMarks, FaultMarks, GenerationMarks } from "./rowMarks.tsx";
import { atX, type TimeScale, ticksOf, xOf } from "./timeScale.ts";
import { useDragging } from "./useDragging.ts";
import { marksIn, useMarkFocus } from "./useMarkFocus.ts";
import type { Viewport } from "./viewport.ts";

const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
};

const AXIS_HEIGHT = 22;
const PAN_SHARE = 0.25;
const WHEEL_ZOOM = 1.2;

interface ChartProps {
  readonly state: RebalancesState;
  readonly page: Page<RebalancesContract>;
  readonly viewport: Viewport;
  readonly onWidth: (widthPx: number) => void;
}

/** The lanes over time. */
export function Chart({ state, page, viewport, onWidth }: ChartProps) {
  const { fromMs, toMs } = viewport.range;
  const rows = useMemo(() => chartRows(state, { fromMs, toMs }), [state, fromMs, toMs]);
  const plot = useRef<HTMLElement>(null);
  const { width } = useSize(plot);
  useEffect(() => onWidth(width), [onWidth, width]);
  const { focused, tabStop, setFocused, focusOn } = useMarkFocus(plot);
  useFocusKept(plot);
  const dragging = useDragging(width, viewport);

  const scale: TimeScale = { range: viewport.range, widthPx: Math.max(1, width) };
  const height = rows.reduce((sum, row) => sum + row.height, 0);
  const selectedKey = state.selected ? markKey(state.selected) : undefined;
  // Every mark listens to this value: it must be another one only when it says something else.
  const focus = useMemo<MarkFocus>(
    () => ({
      focusedKey: tabStop,
      selectedKey,
      onSelect: (mark) => page.notify("select", { mark }),
      onFocus: setFocused,
    }),
    [tabStop, selectedKey, page, setFocused],
  );

  const move = (direction: Direction) => {
    const drawn = new Set(Array.from(marksIn(plot.current), (element) => element.dataset["mark"]));
    // A mark in view that is not drawn has no room; one out of view is brought there.
    const canReach = ({ ref, atMs }: TimedMark) =>
      drawn.has(markKey(ref)) || (ref.kind !== "assignedPartition" && (atMs < fromMs || atMs > toMs));
    const next = neighbour(rows, focused, direction, canReach);
    if (!next) return;
    if (!drawn.has(markKey(next.ref))) viewport.reveal(next.atMs);
    focusOn(next.ref);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = ARROWS[event.key];
    if (event.altKey && direction === "left") viewport.pan(-PAN_SHARE);
    else if (event.altKey && direction === "right") viewport.pan(PAN_SHARE);
    else if (direction) move(direction);
    else if ((event.key === "Enter" || event.key === " ") && focused)
      page.notify("select", { mark: focused });
    else return;
    event.preventDefault();
  };
  const onWheel = (event: WheelEvent) => {
    if (event.ctrlKey || event.metaKey) {
      const left = plot.current?.getBoundingClientRect().left ?? 0;
      viewport.zoom(event.deltaY > 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM, atX(scale, event.clientX - left));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      viewport.pan((event.deltaX || event.deltaY) / scale.widthPx);
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <MarkFocusContext.Provider value={focus}>
      <div class="chart">
        <div class="labels" aria-hidden="true">
          <div class="axisLabel" />
          {rows.map((row) => (
            <RowLabel key={row.key} row={row} />
          ))}
        </div>
        <section
          ref={plot}
          class="plot"
          tabIndex={-1}
          aria-label={`${state.title} over time. Arrow keys move between marks, Enter opens one.`}
          onKeyDown={onKeyDown}
          onWheel={onWheel}
          onPointerDown={dragging}
        >
          <svg class="axis" width={scale.widthPx} height={AXIS_HEIGHT} aria-hidden="true">
            <Ticks scale={scale} />
          </svg>
          {/* biome-ignore lint/a11y/noSvgWithoutTitle: a title would be a tooltip over all of it; the section has the name. */}
          <svg width={scale.widthPx} height={height}>
            <Hatchings />
            <Backdrop state={state} scale={scale} height={height} />
            <Rows rows={rows} state={state} scale={scale} />
          </svg>
        </section>
      </div>
    </MarkFocusContext.Provider>
  );
}

function RowLabel({ row }: { readonly row: ChartRow }) {
  const lane = row.kind === "member" ? row.lane : undefined;
  const marks = lane
    ? [lane.ours ? "ours" : "", lane.scripted ? "scripted" : "", lane.isLeader ? "leader" : ""]
    : [];
  const notes = marks.filter((mark) => mark !== "").join(", ");
  return (
    <div
      class={`rowLabel ${row.kind}`}
      style={{ height: `${row.height}px` }}
      title={lane?.memberId ?? row.label}
    >
      <span class="name">{row.label}</span>
      {notes && <span class="muted"> {notes}</span>}
    </div>
  );
}

function Ticks({ scale }: { readonly scale: TimeScale }) {
  const lengthMs = scale.range.toMs - scale.range.fromMs;
  return (
    <>
      {ticksOf(scale).map((atMs) => {
        const x = xOf(scale, atMs) + 3;
        const text = timeText(atMs, lengthMs < 10_000 ? 1 : 0);
        // A time cut in two reads as another time.
        if (x + text.length * CHARACTER_PX > scale.widthPx) return null;
        return (
          <text key={atMs} x={x} y={15}>
            {text}
          </text>
        );
      })}
    </>
  );
}

/** Behind the rows: ticks, the edges of generations, rebalances, and the present. */
function Backdrop(props: {
  readonly state: RebalancesState;
  readonly scale: TimeScale;
  readonly height: number;
}) {
  const { state, scale, height } = props;
  const now = xOf(scale, state.nowMs);
  return (
    <g>
      {ticksOf(scale).map((atMs) => (
        <line key={atMs} class="tick" x1={xOf(scale, atMs)} x2={xOf(scale, atMs)} y1={0} y2={height} />
      ))}
      {state.generations.map(({ fromMs, rebalance }) => {
        const x = xOf(scale, fromMs);
        const start = rebalance ? xOf(scale, rebalance.fromMs) : x;
        const end = rebalance?.toMs === undefined ? x : xOf(scale, rebalance.toMs);
        return (
          <g key={fromMs}>
            {end > start && <rect class="rebalancing" x={start} y={0} width={end - start} height={height} />}
            <line class="generationEdge" x1={x} x2={x} y1={0} y2={height} />
          </g>
        );
      })}
      {now <= scale.widthPx && <line class="now" x1={now} x2={now} y1={0} y2={height} />}
    </g>
  );
}

function Rows(props: {
  readonly rows: readonly ChartRow[];
  readonly state: RebalancesState;
  readonly scale: TimeScale;
}) {
  const { rows, state, scale } = props;
  const { range, widthPx } = scale;
  // The present passes by what has ended.
  const nowMs = (row: ChartRow) => (isOpen(row) ? state.nowMs : 0);
  let top = 0;
  return (
    <>
      {rows.map((row) => {
        const y = top;
        top += row.height;
        return (
          <g key={row.key} transform={`translate(0 ${y})`} class={`row ${row.kind}`}>
            <Still
              deps={[
                ...drawnOf(row),
                row.height,
                state.generationWord,
                range.fromMs,
                range.toMs,
                widthPx,
                nowMs(row),
              ]}
              draw={() => <RowContent row={row} state={state} scale={scale} />}
            />
          </g>
        );
      })}
    </>
  );
}

/** What a row is drawn from: the same objects as long as it says the same. */
function drawnOf(row: ChartRow): readonly unknown[] {
  switch (row.kind) {
    case "generations":
    case "assignments":
      return [row.bands];
    case "member":
      return [row.lane, ...row.findings];
    case "hold":
    case "commits":
    case "buffer":
    case "fault":
      return [row.lane];
  }
}

function RowContent({
  row,
  state,
  scale,
}: {
  readonly row: ChartRow;
  readonly state: RebalancesState;
  readonly scale: TimeScale;
}) {
  const placed = { scale, nowMs: state.nowMs, height: row.height };
  switch (row.kind) {
    case "generations":
      return <GenerationMarks {...placed} bands={row.bands} word={state.generationWord} />;
    case "member":
      return <MemberMarks {...placed} lane={row.lane} findings={row.findings} />;
    case "hold":
      return <HoldMarks {...placed} lane={row.lane} />;
    case "assignments":
      return <AssignmentMarks {...placed} bands={row.bands} />;
    case "commits":
      return <CommitMarks {...placed} name={row.lane.name} marks={row.lane.marks} />;
    case "buffer":
      return <BufferMarks {...placed} lane={row.lane} />;
    case "fault":
      return <FaultMarks {...placed} lane={row.lane} />;
  }
}
