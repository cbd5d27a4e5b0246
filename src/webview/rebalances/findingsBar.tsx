import { useState } from "preact/hooks";
import { Icon, SeverityIcon } from "../page/icon.tsx";
import type { Page } from "../page/openPage.ts";
import { durationText } from "../page/timeText.ts";
import type { FindingMark, RebalancesContract, RebalancesState, Remedy } from "./contract.ts";
import { type FindingGroup, findingGroups, groupTitle, ownRemedies } from "./findingGroups.ts";
import { RemedyButtons } from "./remedyButtons.tsx";

interface FindingsProps {
  readonly nowMs: number;
  readonly page: Page<RebalancesContract>;
}

/** Below it, a finding takes so many lines that only one is shown before the chart. */
const narrowPx = 560;

/** What is wrong now, each with what to do: above the chart, so that it cannot be scrolled away. */
export function FindingsBar({
  state,
  page,
}: {
  readonly state: RebalancesState;
  readonly page: Page<RebalancesContract>;
}) {
  const [areAllShown, setAllShown] = useState(false);
  if (state.findings.length === 0) return null;
  const groups = findingGroups(state.findings);
  const most = globalThis.innerWidth <= narrowPx ? 1 : 2;
  const hidden = areAllShown ? 0 : groups.length - most;
  const shown = hidden > 0 ? groups.slice(0, most) : groups;
  return (
    <ul class="findings" aria-label="Findings">
      {shown.map((group) => (
        <li key={group.key} class={group.severity}>
          {group.findings.length === 1 ? (
            <Single group={group} nowMs={state.nowMs} page={page} />
          ) : (
            <Grouped group={group} nowMs={state.nowMs} page={page} />
          )}
        </li>
      ))}
      {groups.length > most && (
        <li class="more">
          <button
            type="button"
            class="plain"
            aria-expanded={areAllShown}
            onClick={() => setAllShown(!areAllShown)}
          >
            <Icon name={areAllShown ? "chevron-up" : "chevron-down"} />
            {areAllShown ? "Show fewer findings" : `${hidden} more ${hidden === 1 ? "finding" : "findings"}`}
          </button>
        </li>
      )}
    </ul>
  );
}

/** A finding that is the only one of its cause. */
function Single({ group, nowMs, page }: FindingsProps & { readonly group: FindingGroup }) {
  const [finding] = group.findings;
  return (
    <div class="single">
      <div class="words">
        <SeverityIcon severity={finding.severity} />
        <div class="head">
          <Title finding={finding} nowMs={nowMs} page={page} />
        </div>
        <p class="text muted" title={group.text}>
          {group.text}
        </p>
      </div>
      <RemedyButtons remedies={group.remedies} page={page} />
    </div>
  );
}

/** One line for all that the same cause explains; each of them behind it. */
function Grouped({ group, nowMs, page }: FindingsProps & { readonly group: FindingGroup }) {
  return (
    <div class="grouped">
      <details>
        <summary>
          <SeverityIcon severity={group.severity} /> <span class="visuallyHidden">{group.severity}: </span>
          <span class="title">{groupTitle(group, nowMs)}</span>
          <span class="text muted">{group.text}</span>
        </summary>
        <ul>
          {group.findings.map((finding) => (
            <li key={finding.ref.findingId}>
              <TitleLine finding={finding} remedies={ownRemedies(finding, group)} nowMs={nowMs} page={page} />
            </li>
          ))}
        </ul>
      </details>
      <RemedyButtons remedies={group.remedies} page={page} />
    </div>
  );
}

function TitleLine(
  props: FindingsProps & { readonly finding: FindingMark; readonly remedies: readonly Remedy[] },
) {
  const { finding, remedies, nowMs, page } = props;
  return (
    <div class="titleLine">
      <SeverityIcon severity={finding.severity} />
      <Title finding={finding} nowMs={nowMs} page={page} />
      <RemedyButtons remedies={remedies} page={page} />
    </div>
  );
}

function Title({ finding, nowMs, page }: FindingsProps & { readonly finding: FindingMark }) {
  return (
    <>
      <button type="button" class="plain title" onClick={() => page.notify("select", { mark: finding.ref })}>
        <span class="visuallyHidden">{finding.severity}: </span>
        {finding.title}
      </button>
      <span class="muted since">for {durationText(Math.max(0, nowMs - finding.sinceMs))}</span>
    </>
  );
}
