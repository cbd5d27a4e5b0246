import { leaveGroup } from "#protocol/apis/leaveGroup.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { defineHandler } from "./handler.ts";
import { coordinatorError } from "./routing.ts";

/** Members go; from version 3 on several at once, each with its own outcome. */
export const leaveGroupHandler = defineHandler({
  api: leaveGroup,
  subject: ({ groupId }) => ({ groupIds: [groupId] }),
  handle(request, context) {
    const { groupId } = request;
    const misplaced = coordinatorError(context, groupId);
    if (misplaced) return { errorCode: errorCode(misplaced), members: [] };
    if (groupId === "") return { errorCode: errorCode("INVALID_GROUP_ID"), members: [] };
    const leaving =
      context.version >= 3
        ? request.members
        : [{ memberId: request.memberId, groupInstanceId: null, reason: null }];
    const errors = context.broker.groups.leave(
      groupId,
      leaving.map(({ memberId, groupInstanceId, reason }) => ({
        memberId,
        groupInstanceId: groupInstanceId ?? undefined,
        reason: reason ?? undefined,
      })),
    );
    if (context.version < 3) return { errorCode: errorCode(errors[0] ?? "NONE") };
    const members = leaving.map(({ memberId, groupInstanceId }, index) => ({
      memberId,
      groupInstanceId,
      errorCode: errorCode(errors[index] ?? "NONE"),
    }));
    return { errorCode: 0, members };
  },
  failed: (_request, code) => ({ errorCode: code, members: [] }),
});
