import { useEffect, useState } from "preact/hooks";
import { Icon } from "../page/icon.tsx";
import type { Page } from "../page/openPage.ts";
import type { RequestFilter, RequestsContract, RequestsState } from "./contract.ts";

interface ToolbarProps {
  readonly state: RequestsState;
  readonly page: Page<RequestsContract>;
}

/** Which requests are shown, and whether they go on coming. */
export function Toolbar({ state, page }: ToolbarProps) {
  const { paused, arrived, following } = state;
  const subtitle = `${paused ? `paused, ${arrived.toLocaleString()} came since · ` : ""}${state.subtitle}`;
  return (
    <header class="toolbar">
      <div class="heading">
        <h1>{state.title}</h1>
        <p class="muted line" title={`${subtitle}\n${state.subtitleHint}`.trim()}>
          {subtitle}
        </p>
      </div>
      <Filters state={state} page={page} />
      <div class="tools" role="toolbar" aria-label="View">
        <button
          type="button"
          class="plain"
          aria-pressed={paused}
          title={paused ? "Show what comes" : "Keep the list as it is; requests go on being kept"}
          onClick={() => page.notify("setPaused", { paused: !paused })}
        >
          <Icon name="debug-pause" /> Pause
        </button>
        <button
          type="button"
          class="plain"
          aria-pressed={following}
          disabled={paused}
          title="Stay at the newest request"
          onClick={() => page.notify("setFollow", { follow: !following })}
        >
          <Icon name="arrow-down" /> <span class="wideOnly">Follow</span>
        </button>
        <button
          type="button"
          class="plain"
          title="Forget the requests kept so far"
          aria-label="Forget the requests kept so far"
          onClick={() => page.notify("clear", {})}
        >
          <Icon name="clear-all" />
        </button>
      </div>
    </header>
  );
}

function Filters({ state, page }: ToolbarProps) {
  const { filter, choices } = state;
  const set = (change: Partial<RequestFilter>) =>
    page.notify("setFilter", { filter: { ...filter, ...change } });
  return (
    <div class="tools" role="toolbar" aria-label="Filter">
      <FilterText text={filter.text} onChange={(text) => set({ text })} />
      <Choice
        what="request"
        all="all requests"
        of={choices.apis}
        chosen={filter.api}
        onChoose={(api) => set({ api })}
      />
      <Choice
        what="client"
        all="all clients"
        of={choices.clients}
        chosen={filter.clientId}
        onChoose={(clientId) => set({ clientId })}
      />
      <Choice
        what="group"
        all="all groups"
        of={choices.groups}
        chosen={filter.groupId}
        onChoose={(groupId) => set({ groupId })}
      />
      <Choice
        what="node"
        all="all nodes"
        of={choices.nodes.map(String)}
        chosen={filter.nodeId === null ? null : String(filter.nodeId)}
        onChoose={(nodeId) => set({ nodeId: nodeId === null ? null : Number(nodeId) })}
      />
      <button
        type="button"
        class="plain"
        aria-pressed={filter.errorsOnly}
        title="Only what was answered with an error, or not at all because the connection closed"
        onClick={() => set({ errorsOnly: !filter.errorsOnly })}
      >
        <Icon name="error" /> Errors<span class="wideOnly"> only</span>
      </button>
      {filter.clientId === null && (
        <button
          type="button"
          class="plain"
          aria-pressed={filter.own}
          title={ownHint(state)}
          onClick={() => set({ own: !filter.own })}
        >
          <Icon name={filter.own ? "eye" : "eye-closed"} />
          <span>
            <span class="wideOnly">Groupscope's </span>own
            {state.hiddenOwn > 0 && ` (${state.hiddenOwn.toLocaleString()}`}
            {state.hiddenOwn > 0 && <span class="wideOnly"> hidden</span>}
            {state.hiddenOwn > 0 && ")"}
          </span>
        </button>
      )}
    </div>
  );
}

function ownHint({ filter, hiddenOwn }: RequestsState): string {
  const what = "what Groupscope itself asks the playground, over and over, to show it in the sidebar";
  return filter.own ? `Hide ${what}` : `Show ${what}: ${hiddenOwn.toLocaleString()} requests are hidden`;
}

/** What is typed stays as typed: snapshots that are older than the last key must not take it away. */
function FilterText({
  text,
  onChange,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  const [typed, setTyped] = useState(text);
  const [isTyping, setTyping] = useState(false);
  useEffect(() => {
    if (!isTyping) setTyped(text);
  }, [text, isTyping]);
  return (
    <input
      type="search"
      aria-label="Filter by text in any column"
      placeholder="Filter"
      value={typed}
      onFocus={() => setTyping(true)}
      onBlur={() => setTyping(false)}
      onInput={(event) => {
        setTyped(event.currentTarget.value);
        onChange(event.currentTarget.value);
      }}
    />
  );
}

function Choice(props: {
  readonly what: string;
  readonly all: string;
  readonly of: readonly string[];
  readonly chosen: string | null;
  readonly onChoose: (chosen: string | null) => void;
}) {
  const { what, all, of, chosen, onChoose } = props;
  const index = chosen === null ? -1 : of.indexOf(chosen);
  return (
    <select
      aria-label={`Show which ${what}`}
      value={String(index)}
      onChange={(event) => onChoose(of[Number(event.currentTarget.value)] ?? null)}
    >
      <option value="-1">{all}</option>
      {of.map((each, position) => (
        <option key={each} value={String(position)}>
          {what === "node" ? `node ${each}` : each}
        </option>
      ))}
    </select>
  );
}
