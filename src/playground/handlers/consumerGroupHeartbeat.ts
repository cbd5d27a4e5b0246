import { randomUuid } from "#base/random.ts";
import { consumerGroupHeartbeat } from "#protocol/apis/consumerGroupHeartbeat.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import type { Refusal } from "../group/consumer/consumerGroup.ts";
import { heartbeatProblem } from "../group/consumer/heartbeatRequest.ts";
import { defineHandler } from "./handler.ts";
import { coordinatorError } from "./routing.ts";

/** A member of a consumer group joins, goes on, or leaves, and hears what it is to consume (KIP-848). */
export const consumerGroupHeartbeatHandler = defineHandler({
  api: consumerGroupHeartbeat,
  subject: ({ groupId }) => ({ groupIds: [groupId] }),
  handle(request, context) {
    const { broker, version } = context;
    const { groupId, rebalanceTimeoutMs } = request;
    if (broker.settings.rebalanceProtocols === "classic") {
      return refused({ error: "UNSUPPORTED_VERSION", message: "" });
    }
    const misplaced = coordinatorError(context, groupId);
    if (misplaced) return refused({ error: misplaced, message: "" });
    const said = {
      groupId,
      memberId: request.memberId,
      memberEpoch: request.memberEpoch,
      instanceId: request.instanceId ?? undefined,
      rackId: request.rackId ?? undefined,
      rebalanceTimeoutMs: rebalanceTimeoutMs === -1 ? undefined : rebalanceTimeoutMs,
      topicNames: request.subscribedTopicNames ?? undefined,
      topicRegex: request.subscribedTopicRegex ?? undefined,
      serverAssignor: request.serverAssignor ?? undefined,
      owned: request.topicPartitions ?? undefined,
      clientId: context.clientId ?? "",
      clientHost: context.clientHost,
    };
    const problem = heartbeatProblem(said, version);
    if (problem) return refused(problem);
    const memberId = said.memberId === "" ? randomUuid(broker.random) : said.memberId;
    const outcome = broker.groups.consumerHeartbeat({ ...said, memberId });
    if (!outcome.ok) return refused(outcome.error);
    const { assignment, ...member } = outcome.value;
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      ...member,
      heartbeatIntervalMs: request.memberEpoch < 0 ? 0 : broker.settings.consumerGroups.heartbeatIntervalMs,
      assignment: assignment === undefined ? null : { topicPartitions: assignment },
    };
  },
  failed: (_request, code) => ({
    throttleTimeMs: 0,
    errorCode: code,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
  }),
});

function refused({ error, message }: Refusal) {
  return {
    throttleTimeMs: 0,
    errorCode: errorCode(error),
    errorMessage: message === "" ? null : message,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
  };
}
