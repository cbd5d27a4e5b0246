import { GrowingList } from "../page/growingList.tsx";
import { Icon } from "../page/icon.tsx";
import type { Page } from "../page/openPage.ts";
import { dateTimeText, timeText } from "../page/timeText.ts";
import type { RecordRow, RecordsContract, RecordsState } from "./contract.ts";
import { RenderedText } from "./renderedText.tsx";

const columns = ["Partition", "Offset", "Time", "Key", "Value", "Headers"];
/** Where all rows are of one partition, which the filter names. */
const ofOnePartition = columns.slice(1);

interface ListProps {
  readonly state: RecordsState;
  readonly page: Page<RecordsContract>;
}

/** The delivered records, oldest first; only the visible rows exist. */
export function RecordList({ state, page }: ListProps) {
  const { total, window, following, selected, filter } = state;
  const isOfOne = filter?.partition !== undefined;

  return (
    <GrowingList<RecordRow>
      className="recordList"
      label={state.title}
      columns={isOfOne ? ofOnePartition : columns}
      what="record"
      total={total}
      window={window}
      idOf={({ recordId }) => recordId}
      following={following}
      selectedId={selected?.recordId}
      cells={(row) => <Cells row={row} isOfOne={isOfOne} />}
      onSelect={({ recordId }) => page.notify("select", { recordId })}
      onFollow={(follow) => page.notify("setFollow", { follow })}
      onViewport={(viewport) => page.notify("viewport", viewport)}
    />
  );
}

/** No data: marked by an icon and in words, as no colour alone would do. */
function Control({ text }: { readonly text: string }) {
  return (
    <em class="absent">
      <Icon name="milestone" /> {text}
    </em>
  );
}

function untimedTitle({ timestampBeyond }: RecordRow): string {
  return timestampBeyond === null
    ? "no timestamp"
    : `${timestampBeyond}: as milliseconds, beyond the calendar`;
}

function Cells({ row, isOfOne }: { readonly row: RecordRow; readonly isOfOne: boolean }) {
  const partition = `${row.topic}-${row.partition}`;
  return (
    <>
      {!isOfOne && (
        <td class="content columnPartition" title={partition}>
          {partition}
        </td>
      )}
      <td class="number code columnOffset">{row.offset}</td>
      <td
        class="code columnTime"
        title={row.timestampMs === null ? untimedTitle(row) : dateTimeText(row.timestampMs)}
      >
        {row.timestampMs === null ? (row.timestampBeyond ?? "–") : timeText(row.timestampMs, 3)}
      </td>
      <td class="content columnKey">{row.control === null ? <RenderedText rendered={row.key} /> : ""}</td>
      <td class="content wide columnValue">
        {row.control === null ? <RenderedText rendered={row.value} /> : <Control text={row.control} />}
      </td>
      <td class="number columnHeaders">{row.headerCount === 0 ? "" : row.headerCount}</td>
    </>
  );
}
