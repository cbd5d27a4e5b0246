import { syncGroup } from "#protocol/apis/syncGroup.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { failedSync, type SyncAnswer } from "../group/classicGroup.ts";
import { defineHandler } from "./handler.ts";
import { coordinatorError } from "./routing.ts";

/** The leader brings everybody's assignment, the others wait for theirs. */
export const syncGroupHandler = defineHandler({
  api: syncGroup,
  subject: ({ groupId }) => ({ groupIds: [groupId] }),
  async handle(request, context) {
    const { groupId, protocolType, protocolName } = request;
    if (context.version >= 5 && (protocolType === null || protocolName === null)) {
      return answer(failedSync("INCONSISTENT_GROUP_PROTOCOL"));
    }
    const misplaced = coordinatorError(context, groupId);
    if (misplaced) return answer(failedSync(misplaced));
    const synced = await context.broker.groups.sync(groupId, {
      memberId: request.memberId,
      groupInstanceId: request.groupInstanceId ?? undefined,
      generationId: request.generationId,
      protocolType: protocolType ?? undefined,
      protocolName: protocolName ?? undefined,
      // Copied, as the frame they came in is not kept.
      assignments: new Map(
        request.assignments.map(({ memberId, assignment }) => [memberId, assignment.slice()]),
      ),
    });
    return answer(synced);
  },
  failed: (_request, code) => ({ ...answer(failedSync("NONE")), errorCode: code }),
});

function answer(synced: SyncAnswer) {
  return {
    errorCode: errorCode(synced.error),
    protocolType: synced.protocolType,
    protocolName: synced.protocolName,
    assignment: synced.assignment,
  };
}
