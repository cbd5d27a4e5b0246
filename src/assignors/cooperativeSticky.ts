import type { TopicPartition } from "#base/topicPartition.ts";
import type { Assignor, AssignorMember, AssignorTopics, GroupAssignment } from "./assignor.ts";
import { divideSticky } from "./sticky.ts";
import type { Claim, Claims } from "./stickyClaims.ts";
import { generationUserData, readGeneration } from "./stickyUserData.ts";

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
  const { shares, claims } = divideSticky(members, topics, ownedClaim);
  return new Map(
    Array.from(shares, ([memberId, partitions]) => [
      memberId,
      partitions.filter((partition) => mayHaveNow(partition, memberId, claims)),
    ]),
  );
}

/** Subscriptions before v2 have no generation; cooperative-sticky members tell it in their user data. */
function ownedClaim({ ownedPartitions, generationId, userData }: AssignorMember): Claim {
  return { partitions: ownedPartitions, generationId: generationId ?? readGeneration(userData) };
}

/**
 * A member may have at once what it owns already and what nobody else might still be consuming. Its own claim does not
 * count when another member's is of a later generation: to give it the partition is a transfer like any other.
 */
function mayHaveNow(partition: TopicPartition, memberId: string, claims: Claims): boolean {
  if (claims.isDisputed(partition)) return false;
  return claims.ownerOf(partition) === memberId || !claims.claimedByOther(partition, memberId);
}
