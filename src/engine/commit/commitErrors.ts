import type { ErrorName } from "#protocol/errorCodes.ts";
import type { CommitRefusal } from "./commitEntry.ts";

const coordinatorErrors: ReadonlySet<string> = new Set<ErrorName>([
  "COORDINATOR_NOT_AVAILABLE",
  "COORDINATOR_LOAD_IN_PROGRESS",
  "NOT_COORDINATOR",
  "REQUEST_TIMED_OUT",
]);

const groupErrors: ReadonlySet<string> = new Set<ErrorName>([
  "REBALANCE_IN_PROGRESS",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "FENCED_INSTANCE_ID",
  "FENCED_MEMBER_EPOCH",
  "STALE_MEMBER_EPOCH",
  "GROUP_ID_NOT_FOUND",
]);

/** The request has to go elsewhere, or to wait until the coordinator is ready. */
export function isCoordinatorError(error: string): error is ErrorName {
  return coordinatorErrors.has(error);
}

/** The error says something about the membership, not about the offsets. */
export function isGroupError(error: string): error is ErrorName {
  return groupErrors.has(error);
}

/** What became of a commit that the group refused for its member's sake, and what to do about it. */
export function explainZombieCommit(error: ErrorName, explained: string): string {
  switch (error) {
    case "FENCED_INSTANCE_ID":
      return `${explained}; it committed nothing, and the other consumer goes on from the last committed offset`;
    case "UNKNOWN_MEMBER_ID":
    case "ILLEGAL_GENERATION":
    case "FENCED_MEMBER_EPOCH":
    case "GROUP_ID_NOT_FOUND":
      return `${explained}; its partitions may be another member's by now, so nothing was committed, and what was processed since the last commit is delivered again: commit when partitions are revoked, and poll in time`;
    default:
      return explained;
  }
}

/** What went wrong with `what`, and what to do about it. */
export function explainCommitError(error: ErrorName | CommitRefusal, what: string): string {
  switch (error) {
    case "GROUP_AUTHORIZATION_FAILED":
      return `this user may not use the group (${error}): an ACL that allows Read on the group is needed`;
    case "TOPIC_AUTHORIZATION_FAILED":
      return `this user may not commit ${what} (${error}): an ACL that allows Read on the topic is needed`;
    case "UNKNOWN_TOPIC_ID":
      return `the coordinator knows no topic with the id that ${what} had (${error}): it was deleted, and one that has its name now is another. Nothing was committed there, as the offsets are places in the topic that is gone`;
    case "UNKNOWN_TOPIC_OR_PARTITION":
      return `the coordinator does not know ${what} (${error}): was the topic deleted?`;
    case "OFFSET_METADATA_TOO_LARGE":
      return `the metadata committed with ${what} is longer than the broker allows (${error}): shorten it, or raise offset.metadata.max.bytes, which is 4096 unless set`;
    case "INVALID_COMMIT_OFFSET_SIZE":
      return `the commit is larger than the broker allows (${error}): commit fewer partitions at once`;
    case "TOPIC_RECREATED":
      return `the topic of ${what} was deleted and created anew: the offsets are places in the one that is gone`;
    case "NOT_ANSWERED":
      return `the coordinator's answer leaves ${what} out: whether it is committed is not known`;
    default:
      return `the coordinator refused the commit of ${what} with ${error}`;
  }
}
