import type { TopicPartition } from "#base/topicPartition.ts";
import type { Assignor, AssignorMember, AssignorTopics, GroupAssignment } from "./assignor.ts";
import { compareMembers, compareText } from "./memberOrder.ts";

/** All partitions of all topics in order, dealt to the members in turn; the same as Java's RoundRobinAssignor. */
export const roundRobin: Assignor = { name: "roundrobin", rebalanceProtocol: "eager", assign };

/**
 * The same under the name that members of kafkajs vote with. What they say of themselves has the layout of Kafka's
 * consumer protocol v0. Unlike kafkajs as leader, this gives a topic to those who subscribe to it only: a kafkajs
 * member would leave any other one lying.
 */
export const kafkajsRoundRobin: Assignor = { ...roundRobin, name: "RoundRobinAssigner" };

function assign(members: readonly AssignorMember[], topics: AssignorTopics): GroupAssignment {
  const circle = members
    .toSorted(compareMembers)
    .map(({ memberId, topics: wanted }) => ({ memberId, topics: new Set(wanted) }));
  const assignment = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]));
  let turn = 0;
  for (const [topic, { partitionCount }] of Array.from(topics).sort(([a], [b]) => compareText(a, b))) {
    if (!circle.some((member) => member.topics.has(topic))) continue;
    for (let partition = 0; partition < partitionCount; partition++) {
      while (!circle[turn % circle.length]?.topics.has(topic)) turn++;
      const taker = circle[turn++ % circle.length];
      if (taker) assignment.get(taker.memberId)?.push({ topic, partition });
    }
  }
  return assignment;
}
