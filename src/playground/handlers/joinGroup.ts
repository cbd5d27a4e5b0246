import { randomUuid } from "#base/random.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { failedJoin, type JoinAnswer } from "../group/classicGroup.ts";
import { defineHandler } from "./handler.ts";
import { coordinatorError } from "./routing.ts";

/** A member enters, or comes back into, the next generation; parked until the group is complete. */
export const joinGroupHandler = defineHandler({
  api: joinGroup,
  subject: ({ groupId }) => ({ groupIds: [groupId] }),
  async handle(request, context) {
    const { broker, version, clientHost } = context;
    const { groupId, memberId } = request;
    const misplaced = coordinatorError(context, groupId);
    if (misplaced) return answer(failedJoin(misplaced, memberId), version);
    const clientId = context.clientId ?? "";
    const groupInstanceId = request.groupInstanceId ?? undefined;
    const joined = await broker.groups.join(groupId, {
      memberId,
      groupInstanceId,
      clientId,
      clientHost,
      sessionTimeoutMs: request.sessionTimeoutMs,
      // Version 0 has one timeout for both.
      rebalanceTimeoutMs:
        request.rebalanceTimeoutMs < 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs,
      protocolType: request.protocolType,
      // Copied, as the frame they came in is not kept.
      protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: metadata.slice() })),
      reason: request.reason ?? undefined,
      newMemberId: `${groupInstanceId ?? clientId}-${randomUuid(broker.random)}`,
      requiresKnownMemberId: version >= 4,
      supportsSkippingAssignment: version >= 9,
    });
    return answer(joined, version);
  },
  failed: (request, code, version) => ({
    ...answer(failedJoin("NONE", request.memberId), version),
    errorCode: code,
  }),
});

function answer(joined: JoinAnswer, version: number) {
  return {
    errorCode: errorCode(joined.error),
    generationId: joined.generationId,
    protocolType: joined.protocolType,
    // Before version 7 the name cannot be null.
    protocolName: version < 7 ? (joined.protocolName ?? "") : joined.protocolName,
    leader: joined.leaderId,
    skipAssignment: joined.skipAssignment,
    memberId: joined.memberId,
    members: joined.members,
  };
}
