import type { Finding, FindingSubject } from "#model/finding.ts";
import type { Remedy } from "#model/remedy.ts";
import type { FindingMark, LaneRef } from "#webview/rebalances/contract.ts";
import type { Scene } from "./input.ts";
import { type LaneIndex, shownIn } from "./laneKeys.ts";

const maxFindings = 100;

/** The findings that concern the group, one of its members, or a session of ours in it. */
export function findingsOf(scene: Pick<Scene, "input" | "cluster" | "group">): readonly Finding[] {
  return scene.input.findings.filter(
    (finding) =>
      finding.clusterId === scene.cluster.clusterId &&
      finding.subjects.some((subject) => concerns(scene, subject)),
  );
}

export function findingMarks(scene: Scene, index: LaneIndex): readonly FindingMark[] {
  return findingsOf(scene)
    .slice(0, maxFindings)
    .map((finding) => ({
      ref: { kind: "finding", findingId: finding.id },
      severity: finding.severity,
      title: finding.title,
      text: finding.detail,
      sinceMs: finding.since,
      lane: laneOfSubjects(finding, index),
      remedies: remediesIn(scene, finding),
    }));
}

/** What can be done here: to show what is shown already is nothing. */
export function remediesIn({ group }: Pick<Scene, "group">, { remedies }: Finding): readonly Remedy[] {
  return remedies.filter(
    ({ action }) => action.kind !== "showRebalances" || action.groupId !== group.groupId,
  );
}

function concerns({ cluster, group }: Pick<Scene, "cluster" | "group">, subject: FindingSubject): boolean {
  switch (subject.kind) {
    case "cluster":
      return false;
    case "group":
    case "member":
    case "groupPartition":
    case "commit":
      return subject.groupId === group.groupId;
    case "session":
    case "sessionPartition":
      return cluster.sessions.get(subject.sessionId)?.started?.groupId === group.groupId;
  }
}

function laneOfSubjects(finding: Finding, index: LaneIndex): LaneRef | null {
  for (const subject of finding.subjects) {
    if (subject.kind === "session" || subject.kind === "sessionPartition") {
      return shownIn(index, { by: "session", sessionId: subject.sessionId });
    }
    if (subject.kind === "member") return shownIn(index, index.ownerOf(subject.memberId).lane);
  }
  return null;
}
