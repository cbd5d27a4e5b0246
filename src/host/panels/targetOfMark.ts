import type { Model } from "#model/model.ts";
import type { NodeTarget } from "#views/treeNode.ts";
import type { LaneRef, MarkRef } from "#webview/rebalances/contract.ts";

/** The row of the sidebar that a mark of the Rebalances panel is about. */
export function targetOfMark(
  model: Model,
  group: { readonly clusterId: string; readonly groupId: string },
  mark: MarkRef,
): NodeTarget {
  const { clusterId, groupId } = group;
  switch (mark.kind) {
    case "member":
    case "phase":
    case "gone":
    case "commits":
      return targetOfLane(model, group, mark.lane);
    case "assignedPartition":
      return { kind: "groupPartition", clusterId, groupId, topic: mark.topic, partition: mark.partition };
    case "hold":
    case "buffer":
      return { kind: "session", clusterId, sessionId: mark.sessionId };
    case "fault":
      return { kind: "fault", clusterId, faultId: mark.faultId };
    case "finding":
      return { kind: "finding", clusterId, findingId: mark.findingId };
    case "generation":
    case "commit":
      return { kind: "group", clusterId, groupId };
  }
}

/** A debug consumer is found among the debug consumers, everyone else in the group. */
function targetOfLane(
  model: Model,
  { clusterId, groupId }: { readonly clusterId: string; readonly groupId: string },
  lane: LaneRef,
): NodeTarget {
  if (lane.by === "member") return { kind: "member", clusterId, groupId, memberId: lane.memberId };
  const { sessionId } = lane;
  const session = model.clusters.get(clusterId)?.sessions.get(sessionId);
  const memberId = session?.state?.memberId;
  if (!session?.started?.scripted) return { kind: "session", clusterId, sessionId };
  return memberId === undefined
    ? { kind: "group", clusterId, groupId }
    : { kind: "member", clusterId, groupId, memberId };
}
