import { compareTopicPartitions, type TopicPartition } from "#base/topicPartition.ts";
import type { Assignor, AssignorMember, AssignorTopics, GroupAssignment } from "./assignor.ts";
import { compareMembers, compareText } from "./memberOrder.ts";
import { racksOf } from "./rackAwareness.ts";
import { RangeTopic } from "./rangeTopic.ts";

/**
 * Each topic on its own: its partitions in order, cut into one run per subscribed member, the first members one
 * longer when it does not divide. The same numbers as Java's RangeAssignor, racks included (KIP-881).
 */
export const range: Assignor = { name: "range", rebalanceProtocol: "eager", assign };

function assign(members: readonly AssignorMember[], topics: AssignorTopics): GroupAssignment {
  const assignment = new Map<string, TopicPartition[]>(members.map((member) => [member.memberId, []]));
  const states = topicStates(members, topics, assignment);
  if (states.some((state) => state.racksMatter)) assignByRack(states);
  for (const state of states) state.giveRuns(() => true);
  for (const partitions of assignment.values()) partitions.sort(compareTopicPartitions);
  return assignment;
}

function topicStates(
  members: readonly AssignorMember[],
  topics: AssignorTopics,
  assignment: ReadonlyMap<string, TopicPartition[]>,
): RangeTopic[] {
  const racks = racksOf(members);
  const subscribers = new Map<string, string[]>();
  for (const { memberId, topics: wanted } of members.toSorted(compareMembers)) {
    for (const topic of new Set(wanted)) {
      const ofTopic = subscribers.get(topic);
      if (ofTopic) ofTopic.push(memberId);
      else subscribers.set(topic, [memberId]);
    }
  }
  const give = (memberId: string, partition: TopicPartition) => assignment.get(memberId)?.push(partition);
  return Array.from(topics)
    .sort(([a], [b]) => compareText(a, b))
    .flatMap(([name, topic]) => {
      const memberIds = subscribers.get(name);
      return memberIds ? [new RangeTopic({ name, topic, memberIds, racks, give })] : [];
    });
}

/** Topics with the same members and partition counts go hand in hand, so that what is joined by key stays joined. */
function assignByRack(states: readonly RangeTopic[]): void {
  const together = new Map<string, RangeTopic[]>();
  for (const state of states) {
    const key = JSON.stringify([state.racksKnown ? state.partitionCount : 0, state.memberIds]);
    const alike = together.get(key);
    if (alike) alike.push(state);
    else together.set(key, [state]);
  }
  for (const coPartitioned of together.values()) {
    const [first] = coPartitioned;
    if (coPartitioned.length > 1) giveTogether(coPartitioned);
    else if (first?.racksMatter) first.giveRuns((memberId, partition) => first.isNear(memberId, partition));
  }
}

function giveTogether(states: readonly RangeTopic[]): void {
  const [first] = states;
  if (!first?.racksKnown) return;
  const open = new Set(first.memberIds);
  for (let partition = 0; partition < first.partitionCount; partition++) {
    const taker = Array.from(open).find((memberId) =>
      states.every((state) => state.isNear(memberId, partition) && state.room(memberId) > 0),
    );
    if (taker === undefined) continue;
    for (const state of states) state.give(taker, partition);
    if (states.every((state) => state.room(taker) === 0)) open.delete(taker);
  }
}
