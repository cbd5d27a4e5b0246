import type { ConnectionReport } from "#host/channel/clusterRequests.ts";

type ConnectionStep = ConnectionReport["steps"][number];

/** Stages in the words of whoever waits for them. */
export const stageTexts: Readonly<Record<ConnectionStep["stage"], string>> = {
  resolve: "Name resolution",
  connect: "Connection",
  tls: "TLS handshake",
  apiVersions: "ApiVersions",
  sasl: "Sign-in (SASL)",
  metadata: "Metadata",
  advertised: "Advertised address",
};

/** What it means that a stage failed. */
function failureText({ stage, tried }: ConnectionStep): string {
  switch (stage) {
    case "resolve":
      return `the name ${tried} cannot be resolved`;
    case "connect":
      return `no connection to ${tried}`;
    case "tls":
      return `the TLS handshake with ${tried} failed`;
    case "apiVersions":
      return `${tried} does not answer as Kafka does (ApiVersions)`;
    case "sasl":
      return `the sign-in failed (SASL, ${tried})`;
    case "metadata":
      return `${tried} gives no metadata`;
    case "advertised":
      return `the address that ${tried} is advertised under cannot be reached`;
  }
}

const outcomeTexts: Readonly<Record<ConnectionStep["outcome"], string>> = {
  ok: "✓ ok",
  failed: "✖ failed",
  skipped: "– skipped",
};

/** The first stage that failed, if one did. */
function failedStep(report: ConnectionReport): ConnectionStep | undefined {
  return report.steps.find(({ outcome }) => outcome === "failed");
}

/** What failed and why; a cause that names what failed says both. */
function failedText(step: ConnectionStep): string {
  const failure = failureText(step);
  if (step.detail === undefined) return `${failure}.`;
  const saysBoth =
    step.detail.toLowerCase().startsWith(failure.toLowerCase()) ||
    // What may also break later does not speak of the handshake.
    (step.stage === "tls" && step.detail.startsWith("TLS with "));
  return saysBoth ? step.detail : `${failure}. ${step.detail}`;
}

/** One sentence for a notification: which stage failed, with what. */
export function failureSentence(report: ConnectionReport): string {
  const failed = failedStep(report);
  return failed ? `${report.clusterName}: ${failedText(failed)}` : `${report.clusterName}: not connected.`;
}

/** The whole diagnosis as Markdown: stage by stage what was tried, how it went and how long it took. */
export function reportMarkdown(report: ConnectionReport): string {
  const failed = failedStep(report);
  const lines = [
    `# ${escapeMarkdown(report.clusterName)}: ${report.ok ? "connected" : "not connected"}`,
    "",
    ...(failed ? [`**${escapeMarkdown(capitalised(failedText(failed)))}**`, ""] : []),
    ...report.steps.flatMap((step) => [stepLine(step), ...detailLines(step)]),
  ];
  return lines.join("\n");
}

/** A line of its own for each stage: a table would cut what happened, which is what one came for. */
function stepLine({ stage, tried, outcome, tookMs }: ConnectionStep): string {
  const took = tookMs === undefined ? "" : `, ${Math.round(tookMs)} ms`;
  return `- ${outcomeTexts[outcome]} **${stageTexts[stage]}** ${escapeMarkdown(tried)}${took}`;
}

function detailLines({ detail }: ConnectionStep): readonly string[] {
  return detail === undefined ? [] : ["", `  ${escapeMarkdown(detail)}`, ""];
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a broker says must not become markup. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>()#+!|~-]/g, "\\$&").replaceAll("\n", " ");
}
