import type { Evidence } from "#model/finding.ts";
import type { Detail, DetailRow } from "#webview/rebalances/contract.ts";

/** A line of plain words. */
export function row(label: string, text: string, atMs?: number): DetailRow {
  return { label, text, atMs, style: "plain" };
}

/** A line with a name or an id. */
export function codeRow(label: string, text: string): DetailRow {
  return { label, text, style: "code" };
}

/** What is unknown gets no line: the strip says what is known. */
export function rows(...lines: readonly (DetailRow | undefined | false)[]): readonly DetailRow[] {
  return lines.filter((line) => typeof line === "object");
}

export function evidenceRow({ label, value, at }: Evidence): DetailRow {
  return row(label, value, at);
}

/** A strip with nothing but its title; the rest is added. */
export const plain = {
  status: null,
  severity: "none",
  explanation: [],
  remedies: [],
  questions: [],
  bytes: null,
} as const satisfies Partial<Detail>;
