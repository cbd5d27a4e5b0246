import type { TopicPartition } from "#base/topicPartition.ts";
import type { Assignor, AssignorMember, AssignorTopics } from "./assignor.ts";
import { divideMixed } from "./mixedSticky.ts";
import { type Claim, type Claims, judgeClaims } from "./stickyClaims.ts";
import { assignmentUserData, readAssignmentClaim } from "./stickyUserData.ts";
import { divideUniform } from "./uniformSticky.ts";

/**
 * Even, and every member gets back what it had as far as that goes (KIP-54). Eager: what it had is not in the
 * subscription's owned partitions, which are empty when it joins, but in its user data.
 */
export const sticky: Assignor = {
  name: "sticky",
  rebalanceProtocol: "eager",
  subscriptionUserData: assignmentUserData,
  assign: (members, topics) =>
    divideSticky(members, topics, ({ userData }) => readAssignmentClaim(userData)).shares,
};

/** Java's two ways: a quick one when all subscribe to the same topics, and a general one. */
export function divideSticky(
  members: readonly AssignorMember[],
  topics: AssignorTopics,
  claimOf: (member: AssignorMember) => Claim,
): { readonly shares: Map<string, TopicPartition[]>; readonly claims: Claims } {
  const wanted = new Set(members.flatMap((member) => member.topics));
  const known = new Map(
    Array.from(topics).filter(([topic, { partitionCount }]) => wanted.has(topic) && partitionCount > 0),
  );
  const claims = judgeClaims(members, claimOf);
  const isUniform = members.every((member) => new Set(member.topics).size === wanted.size);
  const divide = isUniform ? divideUniform : divideMixed;
  return { shares: divide(members, known, claims), claims };
}
