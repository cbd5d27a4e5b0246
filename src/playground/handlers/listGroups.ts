import { listGroups } from "#protocol/apis/listGroups.ts";
import { defineHandler } from "./handler.ts";

/** The groups this node coordinates, filtered by state (KIP-518) and type (KIP-848) without regard to case. */
export const listGroupsHandler = defineHandler({
  api: listGroups,
  handle({ statesFilter, typesFilter }, { broker, node }) {
    const states = new Set(statesFilter.map((state) => state.toLowerCase()));
    const types = new Set(typesFilter.map((type) => type.toLowerCase()));
    const groups = broker.groups.groups
      .filter(({ groupId }) => broker.coordinatorOf(groupId)?.nodeId === node.nodeId)
      .filter(({ phase }) => states.size === 0 || states.has(phase.state.toLowerCase()))
      .filter(() => types.size === 0 || types.has("classic"))
      .map(({ groupId, protocolType, phase }) => ({
        groupId,
        protocolType: protocolType ?? "",
        groupState: phase.state,
        groupType: "classic",
      }));
    return { errorCode: 0, groups };
  },
  failed: (_request, code) => ({ errorCode: code, groups: [] }),
});
