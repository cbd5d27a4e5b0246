import { serverAssignorByName, serverAssignorNames } from "#assignors/serverSide/serverAssignorByName.ts";
import { leaveEpoch, type Refusal, staticLeaveEpoch } from "./consumerGroup.ts";
import type { TopicPartitions } from "./partitions.ts";

/** A ConsumerGroupHeartbeat request; what is undefined is as before. */
export interface ConsumerHeartbeat {
  readonly groupId: string;
  /** Before version 1 the coordinator gives new members their id. */
  readonly memberId: string;
  readonly memberEpoch: number;
  readonly instanceId: string | undefined;
  readonly rackId: string | undefined;
  readonly rebalanceTimeoutMs: number | undefined;
  readonly topicNames: readonly string[] | undefined;
  readonly topicRegex: string | undefined;
  readonly serverAssignor: string | undefined;
  readonly owned: readonly TopicPartitions[] | undefined;
  readonly clientId: string;
  readonly clientHost: string;
}

/** The answer to one that was granted. */
export interface HeartbeatAnswer {
  readonly memberId: string;
  readonly memberEpoch: number;
  /** Undefined when it is what the member knows already. */
  readonly assignment: readonly TopicPartitions[] | undefined;
}

/** What is wrong with a request whatever the group looks like, as Kafka checks it. */
export function heartbeatProblem(request: ConsumerHeartbeat, version: number): Refusal | undefined {
  const { memberEpoch, memberId } = request;
  const needsId = version >= 1 || memberEpoch > 0 || memberEpoch === leaveEpoch;
  const checks: readonly (readonly [isWrong: boolean, message: string])[] = [
    [needsId && isBlank(memberId), "MemberId can't be empty."],
    [isBlank(request.groupId), "GroupId can't be empty."],
    [isBlank(request.instanceId), "InstanceId can't be empty."],
    [isBlank(request.rackId), "RackId can't be empty."],
    ...joinChecks(request),
    [memberEpoch === staticLeaveEpoch && request.instanceId === undefined, "InstanceId can't be null."],
    [memberEpoch < staticLeaveEpoch, "MemberEpoch is invalid."],
  ];
  const wrong = checks.find(([isWrong]) => isWrong);
  if (wrong) return { error: "INVALID_REQUEST", message: wrong[1] };
  const { serverAssignor } = request;
  if (serverAssignor === undefined || serverAssignorByName(serverAssignor)) return undefined;
  const supported = serverAssignorNames.join(", ");
  const message = `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${supported}.`;
  return { error: "UNSUPPORTED_ASSIGNOR", message };
}

function joinChecks(request: ConsumerHeartbeat): readonly (readonly [boolean, string])[] {
  if (request.memberEpoch !== 0) return [];
  const { rebalanceTimeoutMs, owned, topicNames, topicRegex } = request;
  return [
    [rebalanceTimeoutMs === undefined, "RebalanceTimeoutMs must be provided in first request."],
    [owned === undefined || owned.length > 0, "TopicPartitions must be empty when (re-)joining."],
    [
      topicNames === undefined && topicRegex === undefined,
      "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.",
    ],
  ];
}

function isBlank(text: string | undefined): boolean {
  return text !== undefined && text.trim() === "";
}
