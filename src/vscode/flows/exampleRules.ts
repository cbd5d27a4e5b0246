import type { TroubleAim } from "#host/channel/playgroundRequests.ts";

/**
 * A rule to begin with, as JSON, rather than an empty page: some requests fail of the group, member, topic, partition or node
 * whose row it was asked for. Of a row that says none of these, every second commit does.
 */
export function exampleRules({ groupId, memberId, topic, partition, nodeId }: TroubleAim): string {
  const isOfGroup = groupId !== undefined || (topic === undefined && nodeId === undefined);
  const match = {
    ...(isOfGroup ? { api: "OffsetCommit" } : topic !== undefined && { api: "Fetch" }),
    ...(groupId !== undefined && { groupId }),
    ...(memberId !== undefined && { memberId }),
    ...(topic !== undefined && { topic }),
    ...(partition !== undefined && { partition }),
    ...(nodeId !== undefined && { nodeId }),
    everyNth: 2,
  };
  return `${JSON.stringify({ rules: [{ title: "my rule", match, ...whatHappens(match.api), times: 10 }] }, undefined, 2)}\n`;
}

/** What a broker could answer to that; whatever a node is asked, its connections can be cut. */
function whatHappens(api: string | undefined) {
  switch (api) {
    case "OffsetCommit":
      return { action: { kind: "error", code: "COORDINATOR_LOAD_IN_PROGRESS" } };
    case "Fetch":
      return { action: { kind: "error", code: "NOT_LEADER_OR_FOLLOWER" } };
    default:
      return { action: { kind: "cutConnection" } };
  }
}
