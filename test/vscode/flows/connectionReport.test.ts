import { expect, test } from "vitest";
import type { ConnectionReport } from "#host/channel/clusterRequests.ts";
import { failureSentence, reportMarkdown } from "#vscode/flows/connectionReport.ts";

type Stage = ConnectionReport["steps"][number]["stage"];

function failedAt(stage: Stage, tried: string, detail = "Nothing listens there."): ConnectionReport {
  return {
    ok: false,
    clusterName: "staging",
    steps: [{ stage, tried, outcome: "failed", detail }],
  };
}

test.each<[Stage, string, string]>([
  ["resolve", "kafka", "staging: the name kafka cannot be resolved."],
  ["connect", "localhost:1", "staging: no connection to localhost:1."],
  ["tls", "kafka:9093", "staging: the TLS handshake with kafka:9093 failed."],
  ["sasl", "PLAIN", "staging: the sign-in failed (SASL, PLAIN)."],
])("a connection that fails at %s says so in a sentence, with the detail", (stage, tried, says) => {
  const sentence = failureSentence(failedAt(stage, tried));

  expect(sentence).toBe(`${says} Nothing listens there.`);
});

test("a cause that names what failed is not said twice", () => {
  const detail = "No connection to localhost:1 (ECONNREFUSED): nothing listens there.";
  const report = failedAt("connect", "localhost:1", detail);

  expect(failureSentence(report)).toBe(`staging: ${detail}`);
});

test("a TLS handshake that failed is not said to have failed twice", () => {
  const detail = "TLS with kafka:9093 failed (ECONNRESET): the port is probably a plaintext listener.";

  expect(failureSentence(failedAt("tls", "kafka:9093", detail))).toBe(`staging: ${detail}`);
});

test("the report begins with the same sentence, and lists the stages with all that happened, uncut", () => {
  const markdown = reportMarkdown(failedAt("connect", "localhost:1"));

  expect(markdown).toContain("**No connection to localhost:1. Nothing listens there.**");
  expect(markdown).toContain("- ✖ failed **Connection** localhost:1\n\n  Nothing listens there.\n");
});
