import type { HostStatus } from "#host/channel/hostContract.ts";

/** Undefined when there is nothing to say: no playground, no consumer, nothing wrong. */
export function statusText({ sessions, findings, playground }: HostStatus): string | undefined {
  const count = findings.errors + findings.warnings;
  if (sessions === 0 && count === 0 && !playground.running) return undefined;
  const parts: string[] = [];
  if (count > 0) parts.push(`$(${findings.errors > 0 ? "error" : "warning"}) ${count}`);
  if (sessions > 0) parts.push(`${sessions} ${sessions === 1 ? "consumer" : "consumers"}`);
  else if (playground.running) parts.push("playground");
  if (playground.clockPaused) parts.push("$(debug-pause) clock paused");
  return `$(search) ${parts.join(" · ")}`;
}

/** The same in whole words. */
export function statusTooltip({ sessions, findings, playground, waitingCommits }: HostStatus): string {
  const parts: string[] = [];
  if (findings.errors > 0) parts.push(count(findings.errors, "error"));
  if (findings.warnings > 0) parts.push(count(findings.warnings, "warning"));
  if (sessions > 0) parts.push(count(sessions, "debug consumer"));
  if (waitingCommits > 0) parts.push(`${count(waitingCommits, "commit")} waiting`);
  if (playground.running) parts.push(`playground on ${playground.address ?? "an unknown address"}`);
  if (playground.clockPaused) parts.push("its clock is paused: nothing there goes on before time passes");
  return parts.join(", ");
}

function count(n: number, what: string): string {
  return `${n} ${n === 1 ? what : `${what}s`}`;
}
