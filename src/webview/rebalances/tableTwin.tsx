import { useRef } from "preact/hooks";
import type { Page } from "../page/openPage.ts";
import { durationText, timeText } from "../page/timeText.ts";
import { VirtualTable } from "../page/virtualTable.tsx";
import type { RebalancesContract, RebalancesState, TableRow } from "./contract.ts";
import { isSameMark, markKey } from "./markKey.ts";

const columns = ["Time", "Took", "Who", "Kind", "What", "Detail"];

/** The same facts as the chart, newest first; only the visible rows exist. */
export function TableTwin({
  state,
  page,
}: {
  readonly state: RebalancesState;
  readonly page: Page<RebalancesContract>;
}) {
  const { table, nowMs, selected } = state;
  const container = useRef<HTMLDivElement>(null);
  return (
    <VirtualTable<TableRow>
      container={container}
      className="tableTwin"
      label={`${state.title}: the same facts as a table`}
      columns={columns}
      total={table.total}
      window={table}
      keyOf={keyOf}
      cells={(row) => <Cells row={row} nowMs={nowMs} />}
      isSelected={(row) => isSameMark(row.ref, selected)}
      onSelect={(row) => page.notify("select", { mark: row.ref })}
      onWindow={(fromIndex, count) => page.notify("tableViewport", { fromIndex, count })}
    />
  );
}

/** Several rows may tell of one mark: of its beginning and of its end. */
function keyOf({ ref, fromMs, what }: TableRow): string {
  return `${markKey(ref)} ${fromMs} ${what}`;
}

function Cells({ row, nowMs }: { readonly row: TableRow; readonly nowMs: number }) {
  return (
    <>
      <td class="code">{timeText(row.fromMs, 3)}</td>
      <td class="number">{tookText(row, nowMs)}</td>
      <td title={row.who}>{row.who}</td>
      <td class="columnKind">{row.kind}</td>
      <td title={row.what}>{row.what}</td>
      <td class="wide" title={row.detail}>
        {row.detail}
      </td>
    </>
  );
}

/** What happens at once takes no time, and what goes on has not taken its time yet. */
function tookText({ fromMs, toMs }: TableRow, nowMs: number): string {
  if (toMs === fromMs) return "";
  return toMs === undefined ? `${durationText(Math.max(0, nowMs - fromMs))} …` : durationText(toMs - fromMs);
}
