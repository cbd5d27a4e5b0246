import { useRef, useState } from "preact/hooks";
import type { Page } from "../page/openPage.ts";
import { durationText, timeText } from "../page/timeText.ts";
import { useVirtualRows } from "../page/useVirtualRows.ts";
import type { RebalancesContract, RebalancesState, TableRow } from "./contract.ts";
import { isSameMark } from "./markKey.ts";

const ROW_HEIGHT = 24;
const COLUMNS = ["Time", "Took", "Who", "Kind", "What", "Detail"];

/** The same facts as the chart, newest first; only the visible rows exist. */
export function TableTwin({
  state,
  page,
}: {
  readonly state: RebalancesState;
  readonly page: Page<RebalancesContract>;
}) {
  const { table } = state;
  const container = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const { scrollToIndex } = useVirtualRows({
    container,
    rowHeight: ROW_HEIGHT,
    total: table.total,
    onWindow: (fromIndex, count) => page.notify("tableViewport", { fromIndex, count }),
  });

  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(table.total - 1, index));
    setActive(next);
    scrollToIndex(next);
    container.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((container.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowUp: -1,
      ArrowDown: 1,
      PageUp: -page,
      PageDown: page,
    };
    const step = steps[event.key];
    if (step !== undefined) moveTo(active + step);
    else if (event.key === "Home") moveTo(0);
    else if (event.key === "End") moveTo(table.total - 1);
    else return;
    event.preventDefault();
  };

  const below = Math.max(0, table.total - table.fromIndex - table.rows.length);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble here from the rows.
    <div class="tableTwin" ref={container} onKeyDown={onKeyDown}>
      <table aria-rowcount={table.total + 1} aria-label={`${state.title}: the same facts as a table`}>
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
          <Filler rows={table.fromIndex} />
          {table.rows.map((row, index) => (
            <Row
              key={table.fromIndex + index}
              row={row}
              index={table.fromIndex + index}
              nowMs={state.nowMs}
              isActive={table.fromIndex + index === active}
              isSelected={isSameMark(row.ref, state.selected)}
              onSelect={() => {
                setActive(table.fromIndex + index);
                page.notify("select", { mark: row.ref });
              }}
            />
          ))}
          <Filler rows={below} />
        </tbody>
      </table>
    </div>
  );
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

function Row(props: {
  readonly row: TableRow;
  readonly index: number;
  readonly nowMs: number;
  readonly isActive: boolean;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
}) {
  const { row, index, nowMs, isActive, isSelected, onSelect } = props;
  const took =
    row.toMs === undefined
      ? `${durationText(Math.max(0, nowMs - row.fromMs))} …`
      : durationText(row.toMs - row.fromMs);
  return (
    <tr
      tabIndex={isActive ? 0 : -1}
      data-index={index}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      class={isSelected ? "selected" : ""}
      onClick={onSelect}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onSelect();
      }}
    >
      <td class="code">{timeText(row.fromMs, 3)}</td>
      <td class="number">{took}</td>
      <td>{row.who}</td>
      <td>{row.kind}</td>
      <td>{row.what}</td>
      <td>{row.detail}</td>
    </tr>
  );
}
