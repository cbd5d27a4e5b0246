import { type AwayMember, awayMembers } from "#model/awayMembers.ts";
import { findingText } from "#model/finding.ts";
import type { ClusterModel, SessionModel } from "#model/model.ts";
import type { TreeNode } from "../treeNode.ts";
import { clockPausedRemark, isClockPaused } from "./clockWords.ts";
import { contextValue } from "./contextValues.ts";
import { tooltip } from "./markdown.ts";
import { joined } from "./numbers.ts";
import { unusualState } from "./sessionWords.ts";
import {
  iconWith,
  markOf,
  nodeId,
  presentIn,
  readOnlyWord,
  type TreeContext,
  timeIn,
} from "./treeContext.ts";

/** Scripted members that a group does not have now, each with why. */
export function awayNodes(context: TreeContext, cluster: ClusterModel, groupId: string): readonly TreeNode[] {
  return [...awayMembers(cluster, groupId)]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((member) => awayNode(context, cluster, member));
}

/** `away`, or what one that lives does outside. */
function livingState(cluster: ClusterModel, session: SessionModel, now: number): string {
  return session.ended ? "away" : (unusualState(cluster, session, now) ?? "joins");
}

function awayNode(
  context: TreeContext,
  cluster: ClusterModel,
  { name, groupId, session, reason }: AwayMember,
): TreeNode {
  const { clusterId } = cluster;
  const { sessionId, started, ended } = session;
  const mark = markOf(
    context,
    clusterId,
    (subject) => subject.kind === "session" && subject.sessionId === sessionId,
  );
  const refused = mark?.kind === "joinRefused" ? mark : undefined;
  const state = refused ? "cannot join" : livingState(cluster, session, presentIn(context, cluster));
  const description = joined(state, refused?.detail ?? reason, started?.script);
  return {
    id: nodeId("awayMember", clusterId, groupId, name),
    target: { kind: "awayMember", clusterId, groupId, sessionId },
    label: name,
    description,
    tooltip: tooltip(
      name,
      [
        ["state", state],
        ["since", timeIn(context, ended?.at ?? started?.at)],
        ["because", refused?.detail ?? reason],
        ["script", started?.script],
        ["offers", started?.assignors.join(", ")],
        ["client id", started?.clientId],
        ["static id", started?.groupInstanceId],
      ],
      [
        ...(mark ? [findingText(mark), mark.cause] : ["It is not in the group now, and comes back."]),
        ...(isClockPaused(cluster) ? [clockPausedRemark] : []),
      ],
    ),
    icon: iconWith(mark, { codicon: "circle-outline" }),
    contextValue: contextValue(
      "awayMember",
      "scripted",
      isClockPaused(cluster) && "clockPaused",
      readOnlyWord(cluster),
    ),
    collapsible: "none",
    accessibilityLabel: `Scripted member ${name}, ${description}`,
  };
}
