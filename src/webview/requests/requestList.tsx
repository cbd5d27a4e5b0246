import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../page/icon.tsx";
import type { Page } from "../page/openPage.ts";
import { dateTimeText, timeText } from "../page/timeText.ts";
import { useScrolledUp } from "../page/useScrolledUp.ts";
import { rowHeightPx, VirtualTable } from "../page/virtualTable.tsx";
import type { Outcome, RequestRow, RequestsContract, RequestsState } from "./contract.ts";

const columns = ["Time", "Node", "Client", "Request", "About", "Took", "Outcome", "Fault"];

const outcomeIcons: Readonly<Record<Outcome["kind"], string>> = {
  ok: "check",
  error: "error",
  waiting: "watch",
  unanswered: "circle-slash",
  closed: "debug-disconnect",
};

interface ListProps {
  readonly state: RequestsState;
  readonly page: Page<RequestsContract>;
}

/** The requests, oldest first; only the visible rows exist. */
export function RequestList({ state, page }: ListProps) {
  const { total, following, selected } = state;
  const container = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (following) container.current?.scrollTo({ top: total * rowHeightPx });
  }, [following, total]);
  useSelectedInSight(container, selected?.exchangeId);
  useScrolledUp(container, following, () => page.notify("setFollow", { follow: false }));

  return (
    <VirtualTable<RequestRow>
      container={container}
      className="list requestList"
      label={state.title}
      columns={columns}
      total={total}
      window={state.window}
      keyOf={({ exchangeId }) => String(exchangeId)}
      cells={(row) => <Cells row={row} />}
      isSelected={({ exchangeId }) => exchangeId === selected?.exchangeId}
      onSelect={({ exchangeId }) => {
        // What is being read must not be pushed out of sight by what comes.
        if (following) page.notify("setFollow", { follow: false });
        page.notify("select", { exchangeId });
      }}
      onWindow={(fromIndex, count) => page.notify("viewport", { fromIndex, count })}
      onMove={(index) => {
        if (following && index < total - 1) page.notify("setFollow", { follow: false });
      }}
    />
  );
}

/** The detail takes half of the list's height when it opens: the row it is about must not be in that half. */
function useSelectedInSight(
  container: { readonly current: HTMLElement | null },
  exchangeId: number | undefined,
): void {
  useEffect(() => {
    if (exchangeId === undefined) return;
    container.current?.querySelector("tr.selected")?.scrollIntoView({ block: "center" });
  }, [container, exchangeId]);
}

function Cells({ row }: { readonly row: RequestRow }) {
  const { kind, text } = row.outcome;
  return (
    <>
      <td class="code" title={dateTimeText(row.at)}>
        {timeText(row.at, 3)}
      </td>
      <td class="number">{row.nodeId}</td>
      <td class="content" title={row.client}>
        {row.client}
      </td>
      <td>
        {row.api}
        {row.version !== null && <span class="muted"> v{row.version}</span>}
      </td>
      <td class="content wide" title={row.about}>
        {row.about}
      </td>
      <td class="number code">{tookText(row)}</td>
      <td class={`content outcome ${kind}`} title={text === "" ? "answered, no error" : text}>
        <Icon name={outcomeIcons[kind]} /> {text}
      </td>
      <td class="content" title={row.fault ?? ""}>
        {row.fault !== null && (
          <>
            <Icon name="zap" /> {row.fault}
          </>
        )}
      </td>
    </>
  );
}

function tookText({ tookMs }: RequestRow): string {
  return tookMs < 1_000 ? `${Math.round(tookMs)} ms` : `${(tookMs / 1_000).toFixed(1)} s`;
}
