import { durationText } from "../page/timeText.ts";
import type { FindingMark, Remedy } from "./contract.ts";

/** Findings that one cause explains, and what can be done about all of them at once. */
export interface FindingGroup {
  readonly key: string;
  readonly severity: FindingMark["severity"];
  /** The cause they share. */
  readonly text: string;
  readonly findings: readonly [FindingMark, ...FindingMark[]];
  /** Offered by every finding of the group. */
  readonly remedies: readonly Remedy[];
}

/** Findings by severity and cause, each group where its first finding stands; without a cause, each alone. */
export function findingGroups(findings: readonly FindingMark[]): readonly FindingGroup[] {
  const byCause = new Map<string, [FindingMark, ...FindingMark[]]>();
  for (const finding of findings) {
    const key = JSON.stringify(
      finding.text === "" ? [finding.ref.findingId] : [finding.severity, finding.text],
    );
    const others = byCause.get(key);
    if (others) others.push(finding);
    else byCause.set(key, [finding]);
  }
  return [...byCause].map(([key, [first, ...rest]]) => ({
    key,
    severity: first.severity,
    text: first.text,
    findings: [first, ...rest],
    remedies: first.remedies.filter((remedy) => rest.every((other) => offers(other, remedy))),
  }));
}

/** What a finding of a group offers beyond what the group does. */
export function ownRemedies(finding: FindingMark, group: FindingGroup): readonly Remedy[] {
  const shared = new Set(group.remedies.map(remedyKey));
  return finding.remedies.filter((remedy) => !shared.has(remedyKey(remedy)));
}

/** `3 commits wait, the longest for 17.3 s` */
export function groupTitle({ findings }: FindingGroup, nowMs: number): string {
  const count = findings.length;
  if (!findings.every(isWaitingCommit)) return `${count} findings`;
  const since = Math.min(...findings.map(({ sinceMs }) => sinceMs));
  return `${count} commits wait, the longest for ${durationText(Math.max(0, nowMs - since))}`;
}

/** One that was given up is shown as well, but it waits no longer and is no error any more. */
function isWaitingCommit({ severity, remedies }: FindingMark): boolean {
  return severity === "error" && remedies.some(({ action }) => action.kind === "showCommit");
}

function offers(finding: FindingMark, remedy: Remedy): boolean {
  const key = remedyKey(remedy);
  return finding.remedies.some((other) => remedyKey(other) === key);
}

function remedyKey({ title, action }: Remedy): string {
  return JSON.stringify([title, action]);
}
