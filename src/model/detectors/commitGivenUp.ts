import { topicPartitionText } from "#base/topicPartition.ts";
import type { CommitState } from "#trace/observations/commit.ts";
import type { CommitView } from "../commits.ts";
import { blockText, commitErrorText, commitOffsetsText, committerName, queuedText } from "../commitWords.ts";
import { type Finding, findingId } from "../finding.ts";
import { presentGroups } from "../groupView.ts";
import type { ClusterModel, GroupModel } from "../model.ts";
import type { Remedy } from "../remedy.ts";
import type { Seen } from "../seen.ts";
import { durationText, sentence } from "../words.ts";

/**
 * Commits of ours whose deadline passed before they were answered. The wait is over, the trouble is not: until a later
 * commit of the same consumer is answered, nobody knows that its progress is saved.
 */
export function findGivenUpCommits(
  cluster: ClusterModel,
  dismissed: ReadonlySet<string>,
): readonly Finding[] {
  return presentGroups(cluster).flatMap((group) =>
    [...newestDecided(group)]
      .filter(([sessionId, commit]) => isGivenUp(commit.latest) && !dismissed.has(sessionId))
      // Nobody could take it off the list, and its next life commits for itself.
      .filter(([sessionId]) => !isScriptedAndGone(cluster, sessionId))
      .map(([, commit]) => finding({ cluster, group }, commit)),
  );
}

function isScriptedAndGone({ sessions }: ClusterModel, sessionId: string): boolean {
  const session = sessions.get(sessionId);
  return session === undefined || (session.ended !== undefined && session.started?.scripted === true);
}

/** By session, the newest commit that nobody chose to end: only such a one says how committing goes. */
function newestDecided(group: GroupModel): ReadonlyMap<string, CommitView> {
  const newest = new Map<string, CommitView>();
  for (const commit of group.commits?.settled ?? []) {
    const { vantage, sessionId, outcome } = commit.latest;
    if (vantage !== "member" || sessionId === undefined) continue;
    if (outcome !== "released" && outcome !== "cancelled") newest.set(sessionId, commit);
  }
  return newest;
}

/** A broker that took it after all has saved it. */
function isGivenUp({ outcome, lateAnswer }: CommitState): boolean {
  return outcome === "deadlinePassed" && (lateAnswer === undefined || lateAnswer.error !== undefined);
}

function finding(
  { cluster, group }: { readonly cluster: ClusterModel; readonly group: GroupModel },
  commit: CommitView,
): Finding {
  const { clusterId } = cluster;
  const { groupId } = group;
  const { latest } = commit;
  const { sourceId, commitId, sessionId } = latest;
  const name = committerName(cluster, group, latest);
  const waited = durationText(latest.stateSince - latest.queuedAt);
  const block = commit.blocks.at(-1);
  return {
    id: findingId("commitGivenUp", clusterId, groupId, sessionId ?? sourceId),
    clusterId,
    kind: "commitGivenUp",
    severity: "warning",
    title: `${name}: commit given up`,
    detail: `its deadline passed after ${waited}; ${latest.offsets.map(topicPartitionText).slice(0, 3).join(", ")} ${isSaved(latest)}`,
    cause: `${latest.message === undefined ? "" : `${sentence(latest.message)} `}${meaning(latest)}`,
    evidence: [
      { label: "offsets", value: commitOffsetsText(latest) },
      { label: "queued", at: latest.queuedAt, value: queuedText(latest) },
      ...(block === undefined
        ? []
        : [
            {
              label: "blocked",
              at: block.since,
              value: blockText(block, { now: latest.stateSince, group, commit: latest }),
            },
          ]),
      { label: "given up", at: latest.stateSince, value: "its deadline passed" },
    ],
    since: latest.stateSince,
    subjects: [
      { kind: "commit", groupId, sourceId, commitId },
      { kind: "group", groupId },
      ...(sessionId === undefined ? [] : [{ kind: "session", sessionId } as const]),
    ],
    remedies: [
      ...commitAgain(cluster, sessionId),
      {
        title: "Show the commit",
        hint: "Opens the Rebalances panel on this commit, with what it waited for.",
        changes: false,
        action: { kind: "showCommit", clusterId, groupId, sourceId, commitId },
      },
    ],
  };
}

/** A script commits by itself, and who has ended commits no more. */
export function commitAgain(
  { clusterId, sessions }: ClusterModel,
  sessionId: string | undefined,
): readonly Remedy[] {
  const session = sessionId === undefined ? undefined : sessions.get(sessionId);
  if (!session || session.ended || session.started?.scripted) return [];
  return [
    {
      title: "Commit again",
      hint: "Commits where the consumer stands now: an answer settles what is saved.",
      changes: true,
      action: { kind: "commit", clusterId, sessionId: session.sessionId },
    },
  ];
}

function isSaved({ sentAt, lateAnswer }: Seen<CommitState>): string {
  return sentAt === undefined || lateAnswer?.error !== undefined ? "not saved" : "may not be saved";
}

function meaning({ sentAt, lateAnswer }: Seen<CommitState>): string {
  if (lateAnswer?.error !== undefined) {
    return `The coordinator did not take it afterwards (${commitErrorText(lateAnswer.error)}): nothing of it is saved. Commit again.`;
  }
  return sentAt === undefined
    ? "It was never sent: nothing of it is saved, and what was read since the last commit would be delivered again. Commit again."
    : "It was sent, and whether the coordinator takes it is not known yet. A commit that is answered settles it.";
}
