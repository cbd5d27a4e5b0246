import type { ClusterModel, GroupModel } from "#model/model.ts";
import type { LaneRef, MarkRef } from "#webview/rebalances/contract.ts";
import type { NodeTarget } from "../treeNode.ts";
import type { RebalancesInput } from "./input.ts";

/** The row of the sidebar that a mark is about; undefined when the group is gone. */
export function targetOfMark(
  input: Pick<RebalancesInput, "model" | "clusterId" | "groupId">,
  mark: MarkRef,
): NodeTarget | undefined {
  const { clusterId, groupId } = input;
  const cluster = input.model.clusters.get(clusterId);
  const group = cluster?.groups.byId.get(groupId);
  if (!cluster || !group) return undefined;
  switch (mark.kind) {
    case "member":
    case "phase":
    case "gone":
    case "commits":
      return memberTarget(cluster, group, mark.lane);
    case "assignedPartition":
      return { kind: "groupPartition", clusterId, groupId, topic: mark.topic, partition: mark.partition };
    case "buffer":
      return { kind: "session", clusterId, sessionId: mark.sessionId };
    case "fault":
      return { kind: "fault", clusterId, faultId: mark.faultId };
    case "finding":
      return { kind: "finding", clusterId, findingId: mark.findingId };
    case "commit": {
      const commit = group.commits?.open.get(mark.sourceId)?.get(mark.commitId)?.latest;
      return commit?.sessionId === undefined
        ? { kind: "group", clusterId, groupId }
        : memberTarget(cluster, group, { by: "session", sessionId: commit.sessionId });
    }
    case "generation":
      return { kind: "group", clusterId, groupId };
  }
}

/** Ours stand among the debug consumers; scripted members and foreign ones in their group. */
function memberTarget(cluster: ClusterModel, group: GroupModel, lane: LaneRef): NodeTarget {
  const { clusterId } = cluster;
  const { groupId } = group;
  if (lane.by === "member") return { kind: "member", clusterId, groupId, memberId: lane.memberId };
  const session = cluster.sessions.get(lane.sessionId);
  const memberId = group.byMember.get(lane.sessionId)?.memberId;
  if (session?.started?.scripted && memberId !== undefined) {
    return { kind: "member", clusterId, groupId, memberId };
  }
  return { kind: "session", clusterId, sessionId: lane.sessionId };
}
