import { useEffect, useRef, useState } from "preact/hooks";
import type { Page } from "../page/openPage.ts";
import { dateTimeText, timeText } from "../page/timeText.ts";
import { useVirtualRows } from "../page/useVirtualRows.ts";
import type { RecordRow, RecordsContract, RecordsState } from "./contract.ts";
import { RenderedText } from "./renderedText.tsx";

const ROW_HEIGHT = 24;
const COLUMNS = ["Partition", "Offset", "Time", "Key", "Value", "Headers"];

interface ListProps {
  readonly state: RecordsState;
  readonly page: Page<RecordsContract>;
}

/** The delivered records, oldest first; only the visible rows exist. */
export function RecordList({ state, page }: ListProps) {
  const { total, window: shown } = state;
  const container = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const { scrollToIndex } = useVirtualRows({
    container,
    rowHeight: ROW_HEIGHT,
    total,
    onWindow: (fromIndex, count) => page.notify("viewport", { fromIndex, count }),
  });
  useEffect(() => {
    if (state.following) container.current?.scrollTo({ top: total * ROW_HEIGHT });
  }, [state.following, total]);

  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(total - 1, index));
    setActive(next);
    scrollToIndex(next);
    if (state.following && next < total - 1) page.notify("setFollow", { follow: false });
    container.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = stepOf(event.key, Math.floor((container.current?.clientHeight ?? 0) / ROW_HEIGHT));
    if (step === undefined) return;
    event.preventDefault();
    moveTo(active + step);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble here from the rows.
    <div
      class="recordList"
      ref={container}
      onKeyDown={onKeyDown}
      onWheel={(event) => {
        if (event.deltaY < 0 && state.following) page.notify("setFollow", { follow: false });
      }}
    >
      <table aria-rowcount={total + 1} aria-label={state.title}>
        <thead>
          <tr aria-rowindex={1}>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Filler rows={shown.fromIndex} />
          {shown.rows.map((row, position) => {
            const index = shown.fromIndex + position;
            return (
              <Row
                key={row.recordId}
                row={row}
                index={index}
                isActive={index === active}
                isSelected={row.recordId === state.selected?.recordId}
                onSelect={() => {
                  setActive(index);
                  page.notify("select", { recordId: row.recordId });
                }}
              />
            );
          })}
          <Filler rows={Math.max(0, total - shown.fromIndex - shown.rows.length)} />
        </tbody>
      </table>
    </div>
  );
}

/** How far a key moves in the list, in rows. */
function stepOf(key: string, pageRows: number): number | undefined {
  switch (key) {
    case "ArrowUp":
      return -1;
    case "ArrowDown":
      return 1;
    case "PageUp":
      return -Math.max(1, pageRows - 1);
    case "PageDown":
      return Math.max(1, pageRows - 1);
    case "Home":
      return Number.NEGATIVE_INFINITY;
    case "End":
      return Number.POSITIVE_INFINITY;
    default:
      return undefined;
  }
}

/** Keeps the scroll bar true to the rows that are not there. */
function Filler({ rows }: { readonly rows: number }) {
  if (rows === 0) return null;
  return (
    <tr>
      <td colSpan={COLUMNS.length} style={{ height: `${rows * ROW_HEIGHT}px`, padding: 0 }} />
    </tr>
  );
}

interface RowProps {
  readonly row: RecordRow;
  readonly index: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
}

function Row({ row, index, isActive, isSelected, onSelect }: RowProps) {
  return (
    <tr
      tabIndex={isActive ? 0 : -1}
      data-index={index}
      aria-rowindex={index + 2}
      class={isSelected ? "selected" : ""}
      onClick={onSelect}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onSelect();
      }}
    >
      <td>
        {row.topic}-{row.partition}
      </td>
      <td class="number code">{row.offset}</td>
      <td class="code" title={row.timestampMs === null ? "no timestamp" : dateTimeText(row.timestampMs)}>
        {row.timestampMs === null ? "–" : timeText(row.timestampMs, 3)}
      </td>
      <td class="content">
        <RenderedText rendered={row.key} />
      </td>
      <td class="content wide">
        <RenderedText rendered={row.value} />
      </td>
      <td class="number">{row.headerCount === 0 ? "" : row.headerCount}</td>
    </tr>
  );
}
