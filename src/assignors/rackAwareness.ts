import type { AssignorMember, AssignorTopic } from "./assignor.ts";

const nowhere: ReadonlySet<string> = new Set();

/** The rack of each member that says where it is; no entry for the others. */
export function racksOf(members: readonly AssignorMember[]): ReadonlyMap<string, string> {
  return new Map(
    members.flatMap(({ memberId, rackId }) =>
      rackId === undefined || rackId === "" ? [] : [[memberId, rackId]],
    ),
  );
}

/** Where a partition has replicas. */
export function replicaRacks(topic: AssignorTopic | undefined, partition: number): ReadonlySet<string> {
  return topic?.racks?.[partition] ?? nowhere;
}

/**
 * Whether racks make a difference (KIP-881): some member is where replicas are, and not every partition is everywhere.
 */
export function racksMatter(memberRacks: Iterable<string>, topics: Iterable<AssignorTopic>): boolean {
  const each = Array.from(topics, (topic) =>
    Array.from({ length: topic.partitionCount }, (_, partition) => replicaRacks(topic, partition)),
  ).flat();
  const all = new Set(each.flatMap((racks) => Array.from(racks)));
  const isSomewhere = Array.from(memberRacks).some((rack) => all.has(rack));
  return isSomewhere && each.some((racks) => racks.size !== all.size);
}
