import type { ErrorName } from "#protocol/errorCodes.ts";

const coordinatorErrors: ReadonlySet<ErrorName> = new Set<ErrorName>([
  "COORDINATOR_NOT_AVAILABLE",
  "COORDINATOR_LOAD_IN_PROGRESS",
  "NOT_COORDINATOR",
  "REQUEST_TIMED_OUT",
]);

const groupErrors: ReadonlySet<ErrorName> = new Set<ErrorName>([
  "REBALANCE_IN_PROGRESS",
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "FENCED_INSTANCE_ID",
]);

/** The request has to go elsewhere, or to wait until the coordinator is ready. */
export function isCoordinatorError(error: ErrorName): boolean {
  return coordinatorErrors.has(error);
}

/** The error says something about the membership, not about the offsets. */
export function isGroupError(error: ErrorName): boolean {
  return groupErrors.has(error);
}

/** What went wrong with `what`, and what to do about it. */
export function explainCommitError(error: ErrorName, what: string): string {
  switch (error) {
    case "GROUP_AUTHORIZATION_FAILED":
      return `this user may not use the group (${error}): an ACL that allows Read on the group is needed`;
    case "TOPIC_AUTHORIZATION_FAILED":
      return `this user may not commit ${what} (${error}): an ACL that allows Read on the topic is needed`;
    case "UNKNOWN_TOPIC_OR_PARTITION":
    case "UNKNOWN_TOPIC_ID":
      return `the coordinator does not know ${what} (${error}): was the topic deleted?`;
    case "OFFSET_METADATA_TOO_LARGE":
      return `the metadata of the commit is longer than the broker allows (${error})`;
    case "INVALID_COMMIT_OFFSET_SIZE":
      return `the commit is larger than the broker allows (${error}): commit fewer partitions at once`;
    default:
      return `the coordinator refused the commit of ${what} with ${error}`;
  }
}
