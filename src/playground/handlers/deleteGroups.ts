import { deleteGroups } from "#protocol/apis/deleteGroups.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { defineHandler } from "./handler.ts";
import { coordinatorError } from "./routing.ts";

/** Groups without members are forgotten with their offsets. */
export const deleteGroupsHandler = defineHandler({
  api: deleteGroups,
  subject: ({ groupsNames }) => ({ groupIds: groupsNames }),
  handle(request, context) {
    const results = request.groupsNames.map((groupId) => {
      const error = coordinatorError(context, groupId) ?? context.broker.groups.delete(groupId);
      return { groupId, errorCode: errorCode(error) };
    });
    return { throttleTimeMs: 0, results };
  },
  failed: (request, code) => ({
    throttleTimeMs: 0,
    results: request.groupsNames.map((groupId) => ({ groupId, errorCode: code })),
  }),
});
