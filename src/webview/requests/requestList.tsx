import { GrowingList } from "../page/growingList.tsx";
import { Icon } from "../page/icon.tsx";
import type { Page } from "../page/openPage.ts";
import { dateTimeText, timeText } from "../page/timeText.ts";
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
  const { total, window, following, selected } = state;

  return (
    <GrowingList<RequestRow>
      className="requestList"
      label={state.title}
      columns={columns}
      what="request"
      total={total}
      window={window}
      idOf={({ exchangeId }) => exchangeId}
      following={following}
      selectedId={selected?.exchangeId}
      cells={(row) => <Cells row={row} />}
      onSelect={({ exchangeId }) => {
        // What is being read must not be pushed out of sight by what comes.
        if (following) page.notify("setFollow", { follow: false });
        page.notify("select", { exchangeId });
      }}
      onFollow={(follow) => page.notify("setFollow", { follow })}
      onViewport={(viewport) => page.notify("viewport", viewport)}
    />
  );
}

function Cells({ row }: { readonly row: RequestRow }) {
  const { kind, text } = row.outcome;
  return (
    <>
      <td class="code columnTime" title={dateTimeText(row.at)}>
        {timeText(row.at, 0)}
        <span class="fraction">{timeText(row.at, 3).slice(timeText(row.at, 0).length)}</span>
        <Signs row={row} />
      </td>
      <td class="number columnNode">{row.nodeId}</td>
      <td class="content columnClient" title={row.client}>
        {row.client}
      </td>
      <td class="content columnRequest" title={row.api}>
        {row.api}
        {row.version !== null && <span class="muted version"> v{row.version}</span>}
      </td>
      <td class="content wide columnAbout" title={wholeText(row)}>
        <OutcomeFirst row={row} />
        {row.about}
      </td>
      <td class="number code columnTook">{tookText(row)}</td>
      <td class={`content columnOutcome outcome ${kind}`} title={text === "" ? "answered, no error" : text}>
        <Icon name={outcomeIcons[kind]} /> {text}
      </td>
      <td class="content columnFault" title={row.fault ?? ""}>
        {row.fault !== null && (
          <>
            <Icon name="zap" /> {row.fault}
          </>
        )}
      </td>
    </>
  );
}

/** What went wrong, where it has no column of its own: before what the request is about. */
function OutcomeFirst({ row }: { readonly row: RequestRow }) {
  const { kind, text } = row.outcome;
  return (
    <span class="outcomeFirst">
      {text !== "" && <span class={`outcome ${kind}`}>{text}</span>}
      {row.fault !== null && (
        <span>
          {text !== "" && " "}
          <Icon name="zap" /> {row.fault}
        </span>
      )}
      {(text !== "" || row.fault !== null) && row.about !== "" && " · "}
    </span>
  );
}

/** Everything that may stand in the row's widest cell, for whoever sees only its beginning. */
function wholeText({ outcome, fault, about, client, api }: RequestRow): string {
  return [`${api} of ${client}`, outcome.text, fault, about]
    .filter((part) => part !== null && part !== "")
    .join(" · ");
}

/** How it ended, where the column that says so may be out of sight. */
function Signs({ row }: { readonly row: RequestRow }) {
  const { kind, text } = row.outcome;
  return (
    <span class="signs">
      <span class={`outcome ${kind}`} title={text === "" ? "answered, no error" : text}>
        <Icon name={outcomeIcons[kind]} />
      </span>
      {row.fault !== null && (
        <span title={row.fault}>
          <Icon name="zap" />
        </span>
      )}
    </span>
  );
}

function tookText({ tookMs }: RequestRow): string {
  return tookMs < 1_000 ? `${Math.round(tookMs)} ms` : `${(tookMs / 1_000).toFixed(1)} s`;
}
