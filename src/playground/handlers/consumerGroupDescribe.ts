import type { TopicPartition } from "#base/topicPartition.ts";
import { consumerGroupDescribe } from "#protocol/apis/consumerGroupDescribe.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import {
  type ConsumerGroup,
  type ConsumerMember,
  type Refusal,
  stateOf,
} from "../group/consumer/consumerGroup.ts";
import { heldBy } from "../group/consumer/describeConsumerGroup.ts";
import { groupByTopic } from "../group/consumer/partitions.ts";
import { preferredAssignor } from "../group/consumer/targetAssignment.ts";
import { allowedOperations, groupOperations } from "./authorizedOperations.ts";
import { distinct } from "./distinct.ts";
import { defineHandler } from "./handler.ts";
import { coordinatorError } from "./routing.ts";

/** Consumer groups with their epochs, and what each member has and is to have (KIP-848). */
export const consumerGroupDescribeHandler = defineHandler({
  api: consumerGroupDescribe,
  subject: ({ groupIds }) => ({ groupIds }),
  handle(request, context) {
    const { broker } = context;
    const authorizedOperations = allowedOperations(request.includeAuthorizedOperations, groupOperations);
    const groups = distinct(request.groupIds, (groupId) => groupId).map((groupId) => {
      if (broker.settings.rebalanceProtocols === "classic") {
        return nothing(groupId, { error: "UNSUPPORTED_VERSION", message: "" });
      }
      const misplaced = coordinatorError(context, groupId);
      if (misplaced) return nothing(groupId, { error: misplaced, message: "" });
      if (groupId === "") return nothing(groupId, { error: "INVALID_GROUP_ID", message: "" });
      const group = broker.groups.group(groupId);
      if (group?.type === "consumer") return { ...describe(group, broker), authorizedOperations };
      const message = group ? `Group ${groupId} is not a consumer group.` : `Group ${groupId} not found.`;
      return nothing(groupId, { error: "GROUP_ID_NOT_FOUND", message });
    });
    return { throttleTimeMs: 0, groups };
  },
  failed: (request, code) => ({
    throttleTimeMs: 0,
    groups: request.groupIds.map((groupId) => ({
      ...nothing(groupId, { error: "NONE", message: "" }),
      errorCode: code,
    })),
  }),
});

function describe(group: ConsumerGroup, broker: Broker) {
  const { groupId, groupEpoch, assignmentEpoch } = group;
  return {
    errorCode: 0,
    errorMessage: null,
    groupId,
    groupState: stateOf(group),
    groupEpoch,
    assignmentEpoch,
    assignorName: preferredAssignor(group).name,
    members: Array.from(group.members.values(), (member) => describeMember(group, member, broker)),
  };
}

function describeMember(group: ConsumerGroup, member: ConsumerMember, broker: Broker) {
  return {
    memberId: member.memberId,
    instanceId: member.instanceId ?? null,
    rackId: member.rackId ?? null,
    memberEpoch: member.memberEpoch,
    clientId: member.clientId,
    clientHost: member.clientHost,
    subscribedTopicNames: member.topicNames,
    subscribedTopicRegex: member.topicRegex,
    assignment: named(heldBy(member), broker),
    targetAssignment: named(group.target.get(member.memberId) ?? [], broker),
    memberType: member.classic === undefined ? 1 : 0,
  };
}

function named(partitions: readonly TopicPartition[], broker: Broker) {
  const topicPartitions = groupByTopic(partitions).flatMap(({ topicId, partitions: numbers }) => {
    const topic = broker.topics.byId(topicId);
    return topic ? [{ topicId, topicName: topic.name, partitions: numbers }] : [];
  });
  return { topicPartitions };
}

function nothing(groupId: string, { error, message }: Refusal) {
  return {
    errorCode: errorCode(error),
    errorMessage: message === "" ? null : message,
    groupId,
    groupState: "",
    groupEpoch: 0,
    assignmentEpoch: 0,
    assignorName: "",
    members: [],
  };
}
