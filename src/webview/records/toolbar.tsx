import { Icon } from "../page/icon.tsx";
import type { Page } from "../page/openPage.ts";
import type { RecordFilter, RecordsContract, RecordsState, RenderAs } from "./contract.ts";

const RENDERINGS: readonly RenderAs[] = ["auto", "text", "json", "hex"];
const POLL_SIZES = [1, 10, 100];

interface ToolbarProps {
  readonly state: RecordsState;
  readonly page: Page<RecordsContract>;
}

/** Whose records, which of them, and how they are shown. */
export function Toolbar({ state, page }: ToolbarProps) {
  const { session, totals } = state;
  return (
    <header class="toolbar">
      <div class="heading">
        <h1>{state.title}</h1>
        <p class="muted line" title={state.subtitle}>
          {state.subtitle}
        </p>
        <p class="muted">
          {totals.deliveredRecords.toLocaleString()} delivered · {totals.keptRecords.toLocaleString()} kept
          {totals.droppedRecords > 0 && ` · ${totals.droppedRecords.toLocaleString()} oldest let go`}
        </p>
      </div>
      {!session.ended && <PollTools state={state} page={page} />}
      <div class="tools" role="toolbar" aria-label="View">
        <FilterSelect state={state} page={page} />
        <RenderSelect state={state} page={page} what="key" />
        <RenderSelect state={state} page={page} what="value" />
        <button
          type="button"
          class="plain"
          aria-pressed={state.following}
          title="Stay at the newest record"
          onClick={() => page.notify("setFollow", { follow: !state.following })}
        >
          <Icon name="arrow-down" /> <span class="wideOnly">Follow</span>
        </button>
        <button
          type="button"
          class="plain"
          title="Forget the records kept here; nothing in Kafka changes"
          aria-label="Forget the records kept here"
          onClick={() => page.notify("clear", {})}
        >
          <Icon name="clear-all" />
        </button>
      </div>
    </header>
  );
}

function PollTools({ state, page }: ToolbarProps) {
  const { pollMode } = state.session;
  if (pollMode === "flow") return null;
  return (
    <div class="tools" role="toolbar" aria-label="Poll">
      <Buffered session={state.session} />
      {POLL_SIZES.map((maxRecords) => (
        <button
          key={maxRecords}
          type="button"
          title={
            maxRecords === 1 ? "Deliver one buffered record" : `Deliver up to ${maxRecords} buffered records`
          }
          onClick={() => page.notify("poll", { maxRecords })}
        >
          Poll {maxRecords}
        </button>
      ))}
    </div>
  );
}

/** In parts that add up to what the sidebar calls buffered: a poll delivers only one of them. */
function Buffered({ session }: { readonly session: RecordsState["session"] }) {
  const { deliverable, paused } = session;
  const all = (deliverable + paused).toLocaleString();
  return (
    <span
      class="muted"
      title={
        paused === 0
          ? `${all} buffered`
          : `${all} buffered, of which ${paused.toLocaleString()} are of paused partitions: resume these, and polls deliver them`
      }
    >
      {deliverable.toLocaleString()} to deliver
      {paused > 0 && ` · ${paused.toLocaleString()} paused`}
    </span>
  );
}

function FilterSelect({ state, page }: ToolbarProps) {
  const filters: readonly { readonly text: string; readonly filter: RecordFilter | null }[] = [
    { text: "all partitions", filter: null },
    ...Array.from(new Set(state.partitions.map(({ topic }) => topic)), (topic) => ({
      text: `${topic} (all)`,
      filter: { topic },
    })),
    ...state.partitions.map(({ topic, partition, records }) => ({
      text: `${topic}-${partition} (${records.toLocaleString()})`,
      filter: { topic, partition },
    })),
  ];
  const chosen = filters.findIndex(({ filter }) => isSame(filter, state.filter));
  return (
    <select
      aria-label="Show records of"
      value={Math.max(0, chosen)}
      onChange={(event) =>
        page.notify("setFilter", { filter: filters[Number(event.currentTarget.value)]?.filter ?? null })
      }
    >
      {filters.map(({ text, filter }, index) => (
        <option key={JSON.stringify(filter)} value={index}>
          {text}
        </option>
      ))}
    </select>
  );
}

function isSame(a: RecordFilter | null, b: RecordFilter | null): boolean {
  return a?.topic === b?.topic && a?.partition === b?.partition;
}

function RenderSelect({ state, page, what }: ToolbarProps & { readonly what: "key" | "value" }) {
  return (
    <select
      aria-label={`Show the ${what} as`}
      value={state.rendering[what]}
      onChange={(event) =>
        page.notify("setRendering", { ...state.rendering, [what]: event.currentTarget.value as RenderAs })
      }
    >
      {RENDERINGS.map((rendering) => (
        <option key={rendering} value={rendering}>
          {what}: {rendering}
        </option>
      ))}
    </select>
  );
}
