import type { FindingReport } from "#host/channel/findingRequests.ts";
import { escapeMarkdown } from "./connectionReport.ts";

/** A finding as a page to read: what, why, since when, the evidence, what can be done. */
export function findingMarkdown(finding: FindingReport): string {
  return [
    `# ${escapeMarkdown(finding.title)}`,
    "",
    escapeMarkdown(finding.detail),
    "",
    `**Cause:** ${escapeMarkdown(finding.cause)}`,
    "",
    `**Since:** ${new Date(finding.since).toLocaleString()}`,
    "",
    "| Evidence | |",
    "|---|---|",
    ...finding.evidence.map(({ label, value }) => `| ${escapeMarkdown(label)} | ${escapeMarkdown(value)} |`),
    "",
    "## What can be done",
    "",
    ...finding.remedies.map(({ title, hint }) => `- **${escapeMarkdown(title)}**: ${escapeMarkdown(hint)}`),
  ].join("\n");
}

/** What a quick pick shows of a line before it cuts it. */
const rowWidth = 84;

const shownLines = 2;

/** How a cause begins, as rows of a quick pick, which breaks no lines. More of them would hide what can be done. */
export function causeRows(cause: string): readonly { readonly label: string }[] {
  const lines: string[] = [];
  for (const word of cause.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= rowWidth)
      lines[lines.length - 1] = `${last} ${word}`;
    else if (word !== "") lines.push(word);
  }
  const shown = lines.slice(0, shownLines);
  return shown.map((label, index) => {
    const isCut = index === shownLines - 1 && lines.length > shownLines;
    return { label: isCut ? `${label} …` : label };
  });
}
