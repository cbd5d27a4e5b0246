import type { ConnectionReport } from "#host/channel/clusterRequests.ts";

type ConnectionStep = ConnectionReport["steps"][number];

/** Stages in the words of whoever waits for them. */
export const stageTexts: Readonly<Record<ConnectionStep["stage"], string>> = {
  resolve: "Name resolves",
  connect: "Port opens",
  tls: "TLS",
  apiVersions: "Kafka answers (ApiVersions)",
  sasl: "Sign-in (SASL)",
  metadata: "Metadata",
  advertised: "Advertised broker reachable",
};

const outcomeTexts: Readonly<Record<ConnectionStep["outcome"], string>> = {
  ok: "✓ ok",
  failed: "✖ failed",
  skipped: "– skipped",
};

/** The first stage that failed, if one did. */
function failedStep(report: ConnectionReport): ConnectionStep | undefined {
  return report.steps.find(({ outcome }) => outcome === "failed");
}

/** One sentence for a notification: which stage failed, with what. */
export function failureSentence(report: ConnectionReport): string {
  const failed = failedStep(report);
  return failed
    ? `${report.clusterName}: ${stageTexts[failed.stage]} failed for ${failed.tried}. ${failed.detail ?? ""}`.trim()
    : `${report.clusterName}: not connected.`;
}

/** The whole diagnosis as Markdown: stage by stage what was tried, how it went and how long it took. */
export function reportMarkdown(report: ConnectionReport): string {
  const failed = failedStep(report);
  const lines = [
    `# ${escapeMarkdown(report.clusterName)}: ${report.ok ? "connected" : "not connected"}`,
    "",
    ...(failed
      ? [
          `**${stageTexts[failed.stage]} failed** for \`${failed.tried}\`.`,
          "",
          escapeMarkdown(failed.detail ?? ""),
          "",
        ]
      : []),
    "| Stage | Tried | Outcome | Took | What happened |",
    "|---|---|---|---:|---|",
    ...report.steps.map((step) =>
      [
        "",
        stageTexts[step.stage],
        escapeMarkdown(step.tried),
        outcomeTexts[step.outcome],
        step.tookMs === undefined ? "–" : `${Math.round(step.tookMs)} ms`,
        escapeMarkdown(step.detail ?? ""),
        "",
      ]
        .join(" | ")
        .trim(),
    ),
  ];
  return lines.join("\n");
}

/** What a broker says must not become markup. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>()#+!|~-]/g, "\\$&").replaceAll("\n", " ");
}
