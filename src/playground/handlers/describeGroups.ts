import { describeGroups } from "#protocol/apis/describeGroups.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import { type ClassicGroup, noBytes } from "../group/classicGroup.ts";
import { metadataFor } from "../group/protocolVoting.ts";
import { allowedOperations, groupOperations } from "./authorizedOperations.ts";
import { distinct } from "./distinct.ts";
import { defineHandler } from "./handler.ts";
import { coordinatorError } from "./routing.ts";

/** Groups with their members; what members want is told only while the group is stable, as Kafka has it. */
export const describeGroupsHandler = defineHandler({
  api: describeGroups,
  subject: ({ groups }) => ({ groupIds: groups }),
  handle(request, context) {
    const operations = allowedOperations(request.includeAuthorizedOperations, groupOperations);
    return {
      groups: distinct(request.groups, (groupId) => groupId).map((groupId) => {
        const misplaced = coordinatorError(context, groupId);
        if (misplaced) return nothing(groupId, misplaced, "");
        const group = context.broker.groups.group(groupId);
        if (group?.type === "classic") return { ...describe(group), authorizedOperations: operations };
        // Before KIP-1043 a group nobody knows was called dead; to this API a consumer group is one (KIP-848).
        if (context.version < 6) {
          return { ...nothing(groupId, "NONE", "Dead"), authorizedOperations: operations };
        }
        const errorMessage = group
          ? `Group ${groupId} is not a classic group.`
          : `Group ${groupId} not found.`;
        return { ...nothing(groupId, "GROUP_ID_NOT_FOUND", "Dead"), errorMessage };
      }),
    };
  },
  failed: (request, code) => ({
    groups: request.groups.map((groupId) => ({ ...nothing(groupId, "NONE", ""), errorCode: code })),
  }),
});

function describe(group: ClassicGroup) {
  const isStable = group.phase.state === "Stable";
  return {
    errorCode: 0,
    groupId: group.groupId,
    groupState: group.phase.state,
    protocolType: group.protocolType ?? "",
    protocolData: isStable ? (group.protocolName ?? "") : "",
    members: Array.from(group.members.values(), (member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId ?? null,
      clientId: member.clientId,
      clientHost: member.clientHost,
      memberMetadata: isStable ? metadataFor(member, group.protocolName) : noBytes,
      memberAssignment: member.assignment,
    })),
  };
}

function nothing(groupId: string, error: KnownErrorName, groupState: string) {
  return {
    errorCode: errorCode(error),
    groupId,
    groupState,
    protocolType: "",
    protocolData: "",
    members: [],
  };
}
