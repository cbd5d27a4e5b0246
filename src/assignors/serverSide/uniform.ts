import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { AssignorTopics, GroupAssignment } from "../assignor.ts";
import { balance } from "../stickyBalance.ts";
import type { ServerAssignor, ServerAssignorMember } from "./serverAssignor.ts";

/**
 * Even and sticky over all topics together: everybody keeps what it has up to its share, and the rest fills up whoever
 * has less (KIP-848). Shares differ by one at most while all members subscribe to the same topics.
 */
export const uniform: ServerAssignor = { name: "uniform", assign };

function assign(members: readonly ServerAssignorMember[], topics: AssignorTopics): GroupAssignment {
  const [first] = members;
  if (first === undefined) return new Map();
  const subscribed = new Set(first.topics);
  const alike = members.every(
    (member) => member.topics.length === subscribed.size && member.topics.every((id) => subscribed.has(id)),
  );
  return alike ? assignAlike(members, subscribed, topics) : assignUnlike(members, topics);
}

/** All members subscribe to the same topics: shares are counted once and filled in order of joining. */
function assignAlike(
  members: readonly ServerAssignorMember[],
  subscribed: ReadonlySet<string>,
  topics: AssignorTopics,
): GroupAssignment {
  const existing = partitionsOf(subscribed, topics);
  const free = withoutTaken(existing, members);
  const share = Math.floor(existing.length / members.length);
  let longer = existing.length % members.length;
  const assignment = new Map<string, TopicPartition[]>();
  const unfilled: { readonly partitions: TopicPartition[]; readonly room: number }[] = [];
  for (const [index, { memberId, target }] of members.entries()) {
    const most = share + (longer > 0 ? 1 : 0);
    const had = target.filter(({ topic, partition }) => {
      return subscribed.has(topic) && partition < (topics.get(topic)?.partitionCount ?? 0);
    });
    const partitions = had.slice(0, most);
    free.push(...had.slice(most));
    // Whoever has not got the one more yet leaves it to a later member, as long as enough of them follow.
    const takesMore = longer > 0 && (partitions.length === most || members.length - index <= longer);
    const room = (takesMore ? most : share) - partitions.length;
    if (room > 0) unfilled.push({ partitions, room });
    if (takesMore) longer--;
    assignment.set(memberId, partitions);
  }
  let next = 0;
  for (const { partitions, room } of unfilled) {
    partitions.push(...free.slice(next, next + room));
    next += room;
  }
  return assignment;
}

function partitionsOf(subscribed: ReadonlySet<string>, topics: AssignorTopics): TopicPartition[] {
  return Array.from(subscribed).flatMap((topic) =>
    Array.from({ length: topics.get(topic)?.partitionCount ?? 0 }, (_, partition) => ({ topic, partition })),
  );
}

function withoutTaken(
  partitions: readonly TopicPartition[],
  members: readonly ServerAssignorMember[],
): TopicPartition[] {
  const taken = new TopicPartitionMap<true>();
  for (const { target } of members) for (const partition of target) taken.set(partition, true);
  return partitions.filter((partition) => !taken.has(partition));
}

/** Subscriptions differ: the same balance that cooperative-sticky members find among themselves. */
function assignUnlike(members: readonly ServerAssignorMember[], topics: AssignorTopics): GroupAssignment {
  const owners = new TopicPartitionMap<string>();
  for (const { memberId, target, topics: subscribed } of members) {
    for (const partition of target) if (subscribed.includes(partition.topic)) owners.set(partition, memberId);
  }
  const balanced = members.map(({ memberId, topics: subscribed }) => ({
    memberId,
    topics: subscribed,
    ownedPartitions: [],
  }));
  return balance(balanced, topics, (partition) => owners.get(partition));
}
