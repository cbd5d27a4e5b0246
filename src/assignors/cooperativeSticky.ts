import type { TopicPartition } from "#base/topicPartition.ts";
import type { Assignor, AssignorMember, AssignorTopics, GroupAssignment } from "./assignor.ts";
import { balance } from "./stickyBalance.ts";
import { type Claims, generationUserData, judgeClaims } from "./stickyClaims.ts";

/**
 * Even and sticky, and nobody stops consuming what it keeps (KIP-429): a partition that changes hands is left out
 * of this generation, its owner lets go of it and joins again, and the next generation gives it away.
 */
export const cooperativeSticky: Assignor = {
  name: "cooperative-sticky",
  rebalanceProtocol: "cooperative",
  subscriptionUserData: ({ generationId }) => generationUserData(generationId),
  assign,
};

function assign(members: readonly AssignorMember[], topics: AssignorTopics): GroupAssignment {
  const claims = judgeClaims(members, topics);
  const target = balance(members, topics, claims.ownerOf);
  return new Map(
    Array.from(target, ([memberId, partitions]) => [
      memberId,
      partitions.filter((partition) => mayHaveNow(partition, memberId, claims)),
    ]),
  );
}

/** A member may have at once what it owns already and what nobody else might still be consuming. */
function mayHaveNow(partition: TopicPartition, memberId: string, claims: Claims): boolean {
  if (claims.isDisputed(partition)) return false;
  return claims.ownerOf(partition) === memberId || !claims.claimedByOther(partition, memberId);
}
