import type { ErrorName } from "#protocol/errorCodes.ts";
import { explainGroupError, meaningOf } from "../groupErrors.ts";

/** What an error of a ConsumerGroupHeartbeat means for the membership (KIP-848). */
export type ConsumerErrorMeaning =
  | "coordinatorMoved"
  /** The coordinator no longer knows this member, or not in this epoch: nothing is ours, and it joins with epoch 0. */
  | "lost"
  /** Another member holds our instance id; it may be gone soon. */
  | "unreleased"
  /** This broker has no such groups, or this group is of another type: the classic protocol may work. */
  | "otherProtocol"
  | "fatal"
  | "retry";

const meanings: ReadonlyMap<ErrorName, ConsumerErrorMeaning> = new Map<ErrorName, ConsumerErrorMeaning>([
  ["UNKNOWN_MEMBER_ID", "lost"],
  ["FENCED_MEMBER_EPOCH", "lost"],
  ["STALE_MEMBER_EPOCH", "lost"],
  ["ILLEGAL_GENERATION", "lost"],
  ["UNRELEASED_INSTANCE_ID", "unreleased"],
  ["GROUP_ID_NOT_FOUND", "otherProtocol"],
  ["UNSUPPORTED_VERSION", "otherProtocol"],
  ["INCONSISTENT_GROUP_PROTOCOL", "otherProtocol"],
  ["UNSUPPORTED_ASSIGNOR", "fatal"],
  ["INVALID_REGULAR_EXPRESSION", "fatal"],
  ["INVALID_REQUEST", "fatal"],
]);

export function consumerMeaningOf(error: ErrorName): ConsumerErrorMeaning {
  const own = meanings.get(error);
  if (own !== undefined) return own;
  const meaning = meaningOf(error);
  return meaning === "rebalance" ? "retry" : meaning;
}

/** What happened to `groupId`, in words, with what the broker said about it, and what to do where something can be done. */
export function explainConsumerError(
  error: ErrorName,
  of: { readonly groupId: string; readonly said?: string | undefined },
): string {
  const { groupId, said } = of;
  const text = explanation(error, groupId);
  return said === undefined || said === "" ? text : `${text}; the broker says: ${said.slice(0, 500)}`;
}

function explanation(error: ErrorName, groupId: string): string {
  switch (error) {
    case "UNRELEASED_INSTANCE_ID":
      return `another member of ${groupId} still has this group.instance.id (${error}): it has to be stopped, or its session to time out; every member needs an instance id of its own`;
    case "UNSUPPORTED_ASSIGNOR":
      return `the broker does not have the chosen server-side assignor (${error}): usually uniform and range are there`;
    case "INVALID_REGULAR_EXPRESSION":
      return `the broker cannot read the topic pattern (${error}): it has to be a regular expression of RE2`;
    case "GROUP_ID_NOT_FOUND":
    case "INCONSISTENT_GROUP_PROTOCOL":
      return `${groupId} is a group of another type, and the broker does not change it into a consumer group (${error})`;
    case "UNSUPPORTED_VERSION":
      return `the broker has no consumer groups (${error}): it is older than Kafka 4, or group.coordinator.rebalance.protocols leaves them out`;
    case "INVALID_REQUEST":
      return `the broker does not accept this consumer's heartbeat (${error})`;
    default:
      return explainGroupError(error, groupId);
  }
}
