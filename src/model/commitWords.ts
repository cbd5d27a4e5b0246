import { topicPartitionText } from "#base/topicPartition.ts";
import type { CommitBlock, CommitState } from "#trace/observations/commit.ts";
import { findCommit } from "./commits.ts";
import { groupView } from "./groupView.ts";
import { nameOfMemberId } from "./memberName.ts";
import type { ClusterModel, GroupModel } from "./model.ts";
import type { Seen } from "./seen.ts";
import { sessionName } from "./sessionView.ts";
import { countText, durationText } from "./words.ts";

/** `A`, or how a foreign member is known. */
export function committerName(cluster: ClusterModel, group: GroupModel, commit: CommitState): string {
  const session = commit.sessionId === undefined ? undefined : cluster.sessions.get(commit.sessionId);
  if (session) return sessionName(session);
  if (commit.memberId !== undefined && commit.memberId !== "") {
    return nameOfMemberId(groupView(cluster, group), commit.memberId);
  }
  return commit.clientId ?? "an unknown client";
}

/** `orders-3 96 → 120` for each partition, the first few. */
export function commitOffsetsText(commit: CommitState, limit = 3): string {
  const shown = commit.offsets.slice(0, limit).map(({ from, to, ...key }) => {
    const before = from === undefined ? "" : `${countText(from)} `;
    return `${topicPartitionText(key)} ${before}→ ${countText(to)}`;
  });
  const more = commit.offsets.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${countText(more)} more` : shown.join(", ");
}

/** Who asked for it, and with which generation it was queued. */
export function queuedText(commit: CommitState): string {
  const generation = commit.generationId === undefined ? "" : `, generation ${commit.generationId}`;
  return triggerText(commit.trigger) + generation;
}

function triggerText(trigger: CommitState["trigger"]): string {
  switch (trigger) {
    case "user":
      return "asked for";
    case "auto":
      return "automatic";
    case "revoke":
      return "before giving partitions up";
    case "close":
      return "on leaving";
    case "foreign":
      return "by the client";
  }
}

/** `commit #40`, as the inspector calls it. */
export function earlierText(group: GroupModel, commit: Seen<CommitState>, commitId: string): string {
  const earlier = group.commits && findCommit(group.commits, { sourceId: commit.sourceId, commitId });
  return earlier ? `commit #${earlier.number}` : "an earlier commit";
}

/** What kept a commit waiting, in a few words. */
export function blockText(
  block: CommitBlock,
  at: { readonly now: number; readonly group: GroupModel; readonly commit: Seen<CommitState> },
): string {
  switch (block.by) {
    case "joinInFlight":
      return "JoinGroup in flight since then";
    case "syncInFlight":
      return "SyncGroup in flight since then";
    case "notJoined":
      return "not a member of the group since then";
    case "heartbeatInFlight":
      return "the member's epoch is asked for since then";
    case "earlierCommit":
      return `behind ${earlierText(at.group, at.commit, block.commitId)}`;
    case "coordinatorUnknown":
      return "no coordinator known since then";
    case "coordinatorLoading":
      return "the coordinator loads the group since then";
    case "gateHeld":
      return "the rebalance gate is held since then";
    case "callbackRunning":
      return "a rebalance callback runs since then";
    case "notPolled":
      return "out of the group since then: it did not poll";
    case "throttled":
      return `throttled for ${durationText(Math.max(0, block.untilAt - at.now))} more`;
  }
}

/** What stands in a settled commit instead of an error of Kafka's: our engine decided it, without asking a broker. */
const ownCauses: Readonly<Record<string, string>> = {
  LOST: "its partitions were lost",
  CLOSED: "the consumer was stopped",
  NOT_ASSIGNED: "the partition is not this consumer's any more",
  TOPIC_RECREATED: "the topic was deleted and created anew",
  OVERTAKEN: "more is committed already",
  NOT_ANSWERED: "the coordinator's answer leaves it out",
  NOTHING_TO_COMMIT: "there was nothing to commit",
  INVALID_OFFSET: "an offset was negative",
  TIMEOUT: "no answer came, so what became of it is not known",
};

/** Why a commit was refused: Kafka's name of the error, or in words what kept it from being asked. */
export function commitErrorText(error: string): string {
  return ownCauses[error] ?? error;
}

/** `to the coordinator, node 2` */
export function coordinatorText(coordinator: string | undefined): string {
  return coordinator === undefined ? "to the coordinator" : `to the coordinator, node ${coordinator}`;
}
