import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { defineHandler } from "./handler.ts";
import { isCoordinator } from "./routing.ts";

/** A member says that it lives, and hears whether the group rebalances. */
export const heartbeatHandler = defineHandler({
  api: heartbeat,
  subject: ({ groupId }) => ({ groupIds: [groupId] }),
  handle(request, context) {
    const { groupId, memberId, generationId } = request;
    if (!isCoordinator(context, groupId)) return { errorCode: errorCode("NOT_COORDINATOR") };
    const groupInstanceId = request.groupInstanceId ?? undefined;
    const error = context.broker.groups.heartbeat(groupId, { memberId, groupInstanceId, generationId });
    return { errorCode: errorCode(error) };
  },
  failed: (_request, code) => ({ errorCode: code }),
});
