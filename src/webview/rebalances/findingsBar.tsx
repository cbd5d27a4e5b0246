import { SeverityIcon } from "../page/icon.tsx";
import type { Page } from "../page/openPage.ts";
import { durationText } from "../page/timeText.ts";
import type { RebalancesContract, RebalancesState } from "./contract.ts";
import { RemedyButtons } from "./remedyButtons.tsx";

/** What is wrong now, each with what to do: above the chart, so that it cannot be scrolled away. */
export function FindingsBar({
  state,
  page,
}: {
  readonly state: RebalancesState;
  readonly page: Page<RebalancesContract>;
}) {
  if (state.findings.length === 0) return null;
  return (
    <ul class="findings" aria-label="Findings">
      {state.findings.map((finding) => (
        <li key={finding.ref.findingId} class={finding.severity}>
          <SeverityIcon severity={finding.severity} />
          <button
            type="button"
            class="plain title"
            onClick={() => page.notify("select", { mark: finding.ref })}
          >
            <span class="visuallyHidden">{finding.severity}: </span>
            {finding.title}
          </button>
          <span class="text">{finding.text}</span>
          <span class="muted since">for {durationText(Math.max(0, state.nowMs - finding.sinceMs))}</span>
          <RemedyButtons remedies={finding.remedies} page={page} />
        </li>
      ))}
    </ul>
  );
}
