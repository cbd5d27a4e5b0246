import type { Detail, MarkRef } from "#webview/rebalances/contract.ts";
import { findingsOf, remediesIn } from "../findingMarks.ts";
import type { Scene } from "../input.ts";
import { batchHexView } from "./hexView.ts";
import { evidenceRow, plain, row } from "./row.ts";

/** A finding: what, why, how we know, what to do; for a corrupt batch also its bytes. */
export function findingDetail(scene: Scene, ref: MarkRef & { readonly kind: "finding" }): Detail | undefined {
  const finding = findingsOf(scene).find(({ id }) => id === ref.findingId);
  if (!finding) return undefined;
  const batch = finding.subjects
    .map((subject) =>
      subject.kind === "sessionPartition"
        ? scene.cluster.sessions.get(subject.sessionId)?.corrupt.get(subject)
        : undefined,
    )
    .find((rejected) => rejected !== undefined);
  const shown = finding.kind === "corruptBatch" ? batch : undefined;
  const bytes = shown?.bytesId === undefined ? undefined : scene.input.bytesOf?.(shown.bytesId);
  const live = scene.input.bound.kind === "live";
  return {
    ...plain,
    ref,
    title: finding.title,
    status: finding.detail,
    severity: finding.severity,
    rows: [row("since", "", finding.since), ...finding.evidence.map(evidenceRow)],
    explanation: [finding.cause],
    remedies: live
      ? [
          ...remediesIn(scene, finding),
          ...(shown?.bytesId !== undefined && bytes
            ? [
                {
                  title: "Save the raw bytes…",
                  hint: "Writes the batch to a file, as it came from the broker.",
                  changes: false,
                  action: {
                    kind: "saveBatch",
                    clusterId: finding.clusterId,
                    sessionId: shown.sessionId,
                    bytesId: shown.bytesId,
                  },
                } as const,
              ]
            : []),
        ]
      : [],
    questions: shown
      ? [
          {
            question: "What do other clients do here?",
            answer:
              "Java throws for ever; librdkafka and kafkajs deliver the damage as data, as they do not check the CRC by default; franz-go reports the error in a loop.",
          },
        ]
      : [],
    bytes: bytes ? batchHexView(bytes) : null,
  };
}
