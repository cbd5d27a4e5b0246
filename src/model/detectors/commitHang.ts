import type { CommitState } from "#trace/observations/commit.ts";
import type { CommitView } from "../commits.ts";
import { commitWait } from "../commitWait.ts";
import { commitOffsetsText, committerName } from "../commitWords.ts";
import { type Finding, findingId } from "../finding.ts";
import type { ClusterModel, GroupModel } from "../model.ts";
import { countText } from "../words.ts";

/** Commits that have waited longer than `toleranceMs` for an answer, longest wait first. */
export function findCommitHangs(cluster: ClusterModel, now: number, toleranceMs: number): readonly Finding[] {
  const hangs: Finding[] = [];
  for (const group of cluster.groups.byId.values()) {
    for (const commit of openCommits(group)) {
      const waitedMs = now - commit.latest.queuedAt;
      if (waitedMs >= toleranceMs) hangs.push(finding({ cluster, group, now }, commit, waitedMs));
    }
  }
  return hangs.sort((a, b) => a.since - b.since);
}

/** Ours as we see them; of others what the broker holds. The broker's view of one of ours is no second commit. */
function openCommits(group: GroupModel): readonly CommitView[] {
  const ours = new Set<string>();
  for (const phase of group.byMember.values()) if (phase.memberId !== undefined) ours.add(phase.memberId);
  return [...(group.commits?.open.values() ?? [])].flatMap((commits) =>
    [...commits.values()].filter(
      ({ latest }) =>
        latest.vantage === "member" || latest.memberId === undefined || !ours.has(latest.memberId),
    ),
  );
}

function finding(
  at: { readonly cluster: ClusterModel; readonly group: GroupModel; readonly now: number },
  commit: CommitView,
  waitedMs: number,
): Finding {
  const { cluster, group } = at;
  const { latest } = commit;
  const wait = commitWait(at, commit);
  const { groupId } = group;
  const { sourceId, commitId, sessionId } = latest;
  return {
    id: findingId("commitHang", cluster.clusterId, groupId, sourceId, commitId),
    clusterId: cluster.clusterId,
    kind: "commitHang",
    severity: "error",
    title: `${committerName(cluster, group, latest)}: commit waits`,
    lastedMs: waitedMs,
    detail: wait.reason,
    cause: `${wait.because.join(" ")} ${consequence(latest)}`,
    evidence: [{ label: "offsets", value: commitOffsetsText(latest) }, ...wait.evidence, ...wait.endsBy],
    since: latest.queuedAt,
    subjects: [
      { kind: "commit", groupId, sourceId, commitId },
      { kind: "group", groupId },
      ...(sessionId === undefined ? [] : [{ kind: "session", sessionId } as const]),
    ],
    remedies: wait.remedies,
  };
}

/** Once it is sent, only the coordinator knows: it may take it at once and answer late. */
function consequence({ offsets, sentAt }: Pick<CommitState, "offsets" | "sentAt">): string {
  const whose = offsets.length === 1 ? "one partition's" : `${countText(offsets.length)} partitions'`;
  return sentAt === undefined
    ? `Until it is sent and answered, ${whose} progress is not saved: records read since the last commit would be delivered again.`
    : `It was sent, so ${whose} progress may be saved already: only the answer tells. Until then, records read since the last answered commit may be delivered again.`;
}
