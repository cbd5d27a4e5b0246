import type { TopicPartition } from "#base/topicPartition.ts";
import type { Assignor, AssignorMember, AssignorTopics, GroupAssignment } from "./assignor.ts";

/**
 * Each topic on its own: its partitions in order, cut into one run per subscribed member, the first members one
 * longer when it does not divide. The same numbers as Java's RangeAssignor without racks.
 */
export const range: Assignor = { name: "range", rebalanceProtocol: "eager", assign };

function assign(members: readonly AssignorMember[], topics: AssignorTopics): GroupAssignment {
  const assignment = new Map<string, TopicPartition[]>(members.map((member) => [member.memberId, []]));
  for (const [topic, subscribers] of subscribersByTopic(members)) {
    const partitionCount = topics.get(topic)?.partitionCount ?? 0;
    const each = Math.floor(partitionCount / subscribers.length);
    const longer = partitionCount % subscribers.length;
    let partition = 0;
    for (const [index, member] of subscribers.entries()) {
      const end = partition + each + (index < longer ? 1 : 0);
      for (; partition < end; partition++) assignment.get(member.memberId)?.push({ topic, partition });
    }
  }
  return assignment;
}

function subscribersByTopic(members: readonly AssignorMember[]): Map<string, AssignorMember[]> {
  const byTopic = new Map<string, AssignorMember[]>();
  for (const member of members.toSorted(compareMembers)) {
    for (const topic of new Set(member.topics)) {
      const subscribers = byTopic.get(topic);
      if (subscribers) subscribers.push(member);
      else byTopic.set(topic, [member]);
    }
  }
  return new Map(Array.from(byTopic).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Static members first, by instance id, as their member id changes with every restart (KIP-345). */
function compareMembers(a: AssignorMember, b: AssignorMember): number {
  const [aId, bId] = [a.groupInstanceId, b.groupInstanceId];
  if (aId !== undefined && bId !== undefined) return aId < bId ? -1 : 1;
  if (aId !== undefined) return -1;
  if (bId !== undefined) return 1;
  return a.memberId < b.memberId ? -1 : 1;
}
