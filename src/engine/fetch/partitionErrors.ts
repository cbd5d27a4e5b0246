import type { ErrorName } from "#protocol/errorCodes.ts";
import type { PartitionError } from "../position/assignedPartition.ts";

/** What to do about an error that Fetch gives for one partition. */
export type FetchErrorMeaning =
  /** The log does not have the offset: the reset policy decides. */
  | "outOfRange"
  /** Somebody else leads it, or the topic is another one now: ask where it is. */
  | "moved"
  /** The broker's own log is damaged at the offset: the policy for corrupt batches decides. */
  | "damaged"
  /** Try again, slowly. */
  | "retry";

const moved: ReadonlySet<ErrorName> = new Set<ErrorName>([
  "NOT_LEADER_OR_FOLLOWER",
  "LEADER_NOT_AVAILABLE",
  "REPLICA_NOT_AVAILABLE",
  "KAFKA_STORAGE_ERROR",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "UNKNOWN_TOPIC_OR_PARTITION",
  "UNKNOWN_TOPIC_ID",
  "INCONSISTENT_TOPIC_ID",
]);

export function fetchErrorMeaning(error: ErrorName): FetchErrorMeaning {
  if (error === "OFFSET_OUT_OF_RANGE") return "outOfRange";
  if (error === "CORRUPT_MESSAGE") return "damaged";
  return moved.has(error) ? "moved" : "retry";
}

/** What happened to `what`, and what to do about it where something can be done. */
export function explainFetchError(error: ErrorName, what: string): PartitionError {
  const explained = (message: string) => ({ code: error, message: `${message} (${error})` });
  switch (error) {
    case "TOPIC_AUTHORIZATION_FAILED":
      return explained(`this user may not read ${what}: an ACL that allows Read on the topic is needed`);
    case "UNKNOWN_TOPIC_OR_PARTITION":
    case "UNKNOWN_TOPIC_ID":
      return explained(`the broker does not know ${what}: was the topic deleted?`);
    case "INCONSISTENT_TOPIC_ID":
      return explained(`the topic of ${what} was deleted and created anew`);
    case "OFFSET_OUT_OF_RANGE":
      return explained(`the log of ${what} does not have the position: seek to an offset it has`);
    default:
      return explained(`the leader of ${what} refused to be read`);
  }
}
