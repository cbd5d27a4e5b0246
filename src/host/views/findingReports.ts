import type { Finding } from "#model/finding.ts";
import { durationText } from "#model/words.ts";
import type { FindingReport } from "../channel/findingRequests.ts";

/** A finding for the extension host: everything in words. */
export function findingReport(finding: Finding, timeText: (at: number) => string): FindingReport {
  return {
    findingId: finding.id,
    clusterId: finding.clusterId,
    severity: finding.severity,
    title: finding.title,
    detail:
      finding.lastedMs === undefined
        ? finding.detail
        : `${durationText(finding.lastedMs)} · ${finding.detail}`,
    cause: finding.cause,
    evidence: finding.evidence.map(({ label, value, at }) => ({
      label,
      value: at === undefined ? value : `${timeText(at)}: ${value}`,
    })),
    since: finding.since,
    sessionIds: finding.subjects.flatMap((subject) => ("sessionId" in subject ? [subject.sessionId] : [])),
    remedies: finding.remedies,
  };
}
