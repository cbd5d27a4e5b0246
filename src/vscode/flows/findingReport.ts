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
