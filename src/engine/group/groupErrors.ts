import type { ErrorName } from "#protocol/errorCodes.ts";

/** What an error of a group request means for the membership. */
export type GroupErrorMeaning =
  /** Ask for the coordinator again, then go on. */
  | "coordinatorMoved"
  /** A new generation is being formed. */
  | "rebalance"
  /** The coordinator no longer knows this member, or this generation of it: nothing is ours. */
  | "lost"
  /** Trying again cannot help. */
  | "fatal"
  /** Unclear: try again, slowly. */
  | "retry";

const meanings: ReadonlyMap<ErrorName, GroupErrorMeaning> = new Map<ErrorName, GroupErrorMeaning>([
  ["COORDINATOR_NOT_AVAILABLE", "coordinatorMoved"],
  ["COORDINATOR_LOAD_IN_PROGRESS", "retry"],
  ["NOT_COORDINATOR", "coordinatorMoved"],
  ["REBALANCE_IN_PROGRESS", "rebalance"],
  ["UNKNOWN_MEMBER_ID", "lost"],
  ["ILLEGAL_GENERATION", "lost"],
  ["FENCED_INSTANCE_ID", "fatal"],
  ["INCONSISTENT_GROUP_PROTOCOL", "fatal"],
  ["INVALID_SESSION_TIMEOUT", "fatal"],
  ["INVALID_GROUP_ID", "fatal"],
  ["GROUP_AUTHORIZATION_FAILED", "fatal"],
  ["TOPIC_AUTHORIZATION_FAILED", "fatal"],
  ["GROUP_MAX_SIZE_REACHED", "fatal"],
  ["UNSUPPORTED_VERSION", "fatal"],
]);

export function meaningOf(error: ErrorName): GroupErrorMeaning {
  return meanings.get(error) ?? "retry";
}

/** What happened to `groupId`, and what to do about it where something can be done. */
export function explainGroupError(error: ErrorName, groupId: string): string {
  switch (error) {
    case "FENCED_INSTANCE_ID":
      return `another consumer joined ${groupId} with the same group.instance.id and took this one's place (${error}): every member needs an instance id of its own`;
    case "INCONSISTENT_GROUP_PROTOCOL":
      return `the members of ${groupId} offer no assignor that this consumer also offers, or the group is not a consumer group (${error}): choose one the other members have`;
    case "INVALID_SESSION_TIMEOUT":
      return `the broker does not allow this session timeout (${error}): it must lie between group.min.session.timeout.ms and group.max.session.timeout.ms`;
    case "INVALID_GROUP_ID":
      return `the broker does not accept ${groupId} as the id of a classic group (${error})`;
    case "GROUP_AUTHORIZATION_FAILED":
      return `this user may not use ${groupId} (${error}): an ACL that allows Read on the group is needed`;
    case "TOPIC_AUTHORIZATION_FAILED":
      return `this user may not read a subscribed topic (${error}): an ACL that allows Read on it is needed`;
    case "GROUP_MAX_SIZE_REACHED":
      return `${groupId} has as many members as the broker allows (${error}): stop one, or raise group.max.size`;
    case "UNKNOWN_MEMBER_ID":
      return `the coordinator removed this consumer from ${groupId} (${error}), usually because no heartbeat came within the session timeout or it did not rejoin in time`;
    case "ILLEGAL_GENERATION":
      return `${groupId} went on to a newer generation without this consumer (${error})`;
    case "STALE_MEMBER_EPOCH":
    case "FENCED_MEMBER_EPOCH":
      return `the coordinator has this consumer in another epoch of ${groupId} (${error})`;
    case "REBALANCE_IN_PROGRESS":
      return `${groupId} is rebalancing (${error})`;
    default:
      return `the coordinator of ${groupId} answered ${error}`;
  }
}
