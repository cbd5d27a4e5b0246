import { useRef } from "preact/hooks";
import { Icon } from "../page/icon.tsx";
import { NewerBelow } from "../page/newerBelow.tsx";
import type { Page } from "../page/openPage.ts";
import { dateTimeText, timeText } from "../page/timeText.ts";
import { useListPlace } from "../page/useListPlace.ts";
import { useSelectedInSight } from "../page/useSelectedInSight.ts";
import { marginRows } from "../page/useVirtualRows.ts";
import { VirtualTable } from "../page/virtualTable.tsx";
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
  const { total, following, selected, filter } = state;
  const isOfOne = filter?.partition !== undefined;
  const container = useRef<HTMLDivElement>(null);
  useSelectedInSight(container, selected?.recordId);
  const { fromIndex } = state.window;
  const firstAtOpening = useRef(following || fromIndex === 0 ? 0 : fromIndex + marginRows).current;
  const onWindow = useListPlace<RecordRow>({
    container,
    total,
    window: state.window,
    idOf: ({ recordId }) => recordId,
    following,
    selectedId: selected?.recordId,
    onScrolledUp: () => page.notify("setFollow", { follow: false }),
    onViewport: (viewport) => page.notify("viewport", viewport),
  });

  return (
    <VirtualTable<RecordRow>
      container={container}
      className="list recordList"
      label={state.title}
      columns={isOfOne ? ofOnePartition : columns}
      total={total}
      window={state.window}
      keyOf={({ recordId }) => String(recordId)}
      cells={(row) => <Cells row={row} isOfOne={isOfOne} />}
      isSelected={({ recordId }) => recordId === selected?.recordId}
      onSelect={({ recordId }) => page.notify("select", { recordId })}
      onWindow={onWindow}
      firstAtOpening={firstAtOpening}
      below={
        following
          ? undefined
          : (rows) => (
              <NewerBelow
                rows={rows}
                what="record"
                onFollow={() => page.notify("setFollow", { follow: true })}
              />
            )
      }
      onMove={(index) => {
        if (following && index < total - 1) page.notify("setFollow", { follow: false });
      }}
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
