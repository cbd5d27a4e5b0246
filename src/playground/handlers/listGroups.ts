import { listGroups } from "#protocol/apis/listGroups.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { type Group, stateOf } from "../group/consumer/consumerGroup.ts";
import { defineHandler } from "./handler.ts";
import { coordinatorError } from "./routing.ts";

/** The groups this node coordinates, filtered by state (KIP-518) and type (KIP-848) without regard to case. */
export const listGroupsHandler = defineHandler({
  api: listGroups,
  handle({ statesFilter, typesFilter }, context) {
    const { broker } = context;
    const states = new Set(statesFilter.map((state) => state.toLowerCase()));
    const types = new Set(typesFilter.map((type) => type.toLowerCase()));
    const errorOf = ({ groupId }: Group) => coordinatorError(context, groupId);
    // A list that lacks what is still read would look like groups that are gone.
    if (broker.groups.groups.some((group) => errorOf(group) === "COORDINATOR_LOAD_IN_PROGRESS")) {
      return { errorCode: errorCode("COORDINATOR_LOAD_IN_PROGRESS"), groups: [] };
    }
    const groups = broker.groups.groups
      .filter((group) => errorOf(group) === undefined)
      .map(listed)
      .filter(({ groupState }) => states.size === 0 || states.has(groupState.toLowerCase()))
      .filter(({ groupType }) => types.size === 0 || types.has(groupType));
    return { errorCode: 0, groups };
  },
  failed: (_request, code) => ({ errorCode: code, groups: [] }),
});

function listed(group: Group) {
  const { groupId, type: groupType } = group;
  if (group.type === "consumer") {
    return { groupId, groupType, protocolType: "consumer", groupState: stateOf(group) };
  }
  return { groupId, groupType, protocolType: group.protocolType ?? "", groupState: group.phase.state };
}
