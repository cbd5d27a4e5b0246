import type { TroubleAim, TroubleSummary } from "#host/channel/playgroundRequests.ts";
import type { NodeTarget } from "#views/treeNode.ts";

/** Something a trouble has to be told. */
export type TroubleNeed = TroubleSummary["needs"][number];

/** What a row says of what a trouble may be aimed at. */
export function targetOfRow(target: NodeTarget | undefined): TroubleAim {
  if (!target) return {};
  return {
    ...("groupId" in target && { groupId: target.groupId }),
    ...("memberId" in target && target.memberId !== undefined && { memberId: target.memberId }),
    ...("topic" in target && { topic: target.topic }),
    ...("partition" in target && { partition: target.partition }),
    ...("nodeId" in target && { nodeId: target.nodeId }),
  };
}

/** What a row of this kind can be in trouble with: what it says, and what follows from that with one more question. */
export function concernsRow({ id, needs, takes }: TroubleSummary, target: NodeTarget | undefined): boolean {
  switch (target?.kind) {
    case "group":
    case "topicGroup":
      return needs.includes("group");
    case "member":
      return needs.includes("group");
    case "groupPartition":
      return needs.includes("group") || needs.includes("partition") || needs.includes("topic");
    case "topic":
    case "topicPartition":
      return needs.includes("partition") || needs.includes("topic");
    case "nodes":
      return needs.includes("node") || id === "addNode";
    case "node":
      return needs.includes("node") || (needs.length === 0 && takes.includes("node"));
    default:
      return true;
  }
}

/** What a row is of, by the heading of its own troubles. */
const ownHeadings: Readonly<Partial<Record<NodeTarget["kind"], string>>> = {
  group: "Group",
  topicGroup: "Group",
  member: "Member",
  groupPartition: "Partition",
  topic: "Topic",
  topicPartition: "Partition",
  nodes: "Node",
  node: "Node",
};

/** What is known of a row beside what it says itself. */
export interface RowFacts {
  /** Of a node: whether it is up. */
  readonly isUp?: boolean | undefined;
  /** Of a member: whether it has a group.instance.id. */
  readonly isStatic?: boolean | undefined;
}

/** False for what would change nothing, or be refused, on this very row. */
export function canHappen({ id }: TroubleSummary, { isUp, isStatic }: RowFacts): boolean {
  switch (id) {
    case "startNode":
      return isUp !== true;
    case "stopNode":
    case "bounceNode":
      return isUp !== false;
    case "fenceMember":
      return isStatic !== false;
    default:
      return true;
  }
}

const headingOrder = ["Group", "Member", "Partition", "Topic", "Node", "Transaction", "All clients"];

/**
 * The troubles of the row's own kind come first: of a member's row those of a member, then those of its group. Without a
 * row it begins with what concerns most: groups.
 */
export function ownKindFirst(
  troubles: readonly TroubleSummary[],
  target: NodeTarget | undefined,
): readonly TroubleSummary[] {
  const own = target && ownHeadings[target.kind];
  const place = (trouble: TroubleSummary) =>
    headingOf(trouble) === own ? -1 : headingOrder.indexOf(headingOf(trouble));
  return troubles.toSorted((a, b) => place(a) - place(b));
}

/** Under which heading it is listed. */
export function headingOf({ id, needs }: TroubleSummary): string {
  if (needs.includes("member")) return "Member";
  if (needs.includes("group")) return "Group";
  if (needs.includes("partition")) return "Partition";
  if (needs.includes("topic")) return "Topic";
  if (needs.includes("node") || id === "addNode" || id === "skewClock") return "Node";
  if (needs.includes("transactional id")) return "Transaction";
  return "All clients";
}
