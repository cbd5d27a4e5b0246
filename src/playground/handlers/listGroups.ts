import { listGroups } from "#protocol/apis/listGroups.ts";
import { type Group, stateOf } from "../group/consumer/consumerGroup.ts";
import { defineHandler } from "./handler.ts";

/** The groups this node coordinates, filtered by state (KIP-518) and type (KIP-848) without regard to case. */
export const listGroupsHandler = defineHandler({
  api: listGroups,
  handle({ statesFilter, typesFilter }, { broker, node }) {
    const states = new Set(statesFilter.map((state) => state.toLowerCase()));
    const types = new Set(typesFilter.map((type) => type.toLowerCase()));
    const groups = broker.groups.groups
      .filter(({ groupId }) => broker.coordinatorOf(groupId)?.nodeId === node.nodeId)
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
