import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { defineHandler } from "./handler.ts";
import { coordinatorError } from "./routing.ts";

/** A member says that it lives, and hears whether the group rebalances. */
export const heartbeatHandler = defineHandler({
  api: heartbeat,
  subject: ({ groupId }) => ({ groupIds: [groupId] }),
  handle(request, context) {
    const { groupId, memberId, generationId } = request;
    const misplaced = coordinatorError(context, groupId);
    // A coordinator that still reads the group does not know better, and lets its members live, as Kafka's does.
    if (misplaced === "COORDINATOR_LOAD_IN_PROGRESS") return { errorCode: 0 };
    if (misplaced) return { errorCode: errorCode(misplaced) };
    const groupInstanceId = request.groupInstanceId ?? undefined;
    const error = context.broker.groups.heartbeat(groupId, { memberId, groupInstanceId, generationId });
    return { errorCode: errorCode(error) };
  },
  failed: (_request, code) => ({ errorCode: code }),
});
