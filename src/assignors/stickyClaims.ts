import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { AssignorMember, AssignorTopics } from "./assignor.ts";

/** Who may keep a partition, judged from what the members say they own. */
export interface Claims {
  /** The one member whose claim counts. */
  readonly ownerOf: (partition: TopicPartition) => string | undefined;
  /** True when somebody other than the member may still be consuming it, a stale or doubled claim included. */
  readonly claimedByOther: (partition: TopicPartition, memberId: string) => boolean;
  /** Two members of one generation claim it: neither can be believed, both have to let go. */
  readonly isDisputed: (partition: TopicPartition) => boolean;
}

/** No generation is known: older than any that is. */
const unknownGeneration = -1;

interface Claim {
  owner: string;
  generationId: number;
  disputed: boolean;
  readonly claimants: Set<string>;
}

/**
 * The latest generation wins: a member that was away for a generation may claim what has a new owner since
 * (KIP-792). Partitions of topics that are gone, or that the member no longer subscribes to, are nobody's to keep.
 */
export function judgeClaims(members: readonly AssignorMember[], topics: AssignorTopics): Claims {
  const claims = new TopicPartitionMap<Claim>();
  for (const member of members) {
    const generationId = generationOf(member);
    for (const partition of member.ownedPartitions)
      addClaim(claims, partition, member.memberId, generationId);
  }
  const subscriptions = new Map(members.map((member) => [member.memberId, new Set(member.topics)]));
  return {
    ownerOf(partition) {
      const claim = claims.get(partition);
      if (!claim || claim.disputed) return undefined;
      if (partition.partition >= (topics.get(partition.topic)?.partitionCount ?? 0)) return undefined;
      return subscriptions.get(claim.owner)?.has(partition.topic) ? claim.owner : undefined;
    },
    claimedByOther(partition, memberId) {
      const claimants = claims.get(partition)?.claimants;
      return claimants !== undefined && claimants.size > (claimants.has(memberId) ? 1 : 0);
    },
    isDisputed: (partition) => claims.get(partition)?.disputed ?? false,
  };
}

function addClaim(
  claims: TopicPartitionMap<Claim>,
  partition: TopicPartition,
  owner: string,
  generationId: number,
): void {
  const claim = claims.get(partition);
  if (!claim) {
    claims.set(partition, { owner, generationId, disputed: false, claimants: new Set([owner]) });
    return;
  }
  claim.claimants.add(owner);
  if (generationId > claim.generationId) {
    claim.owner = owner;
    claim.generationId = generationId;
    claim.disputed = false;
  } else if (generationId === claim.generationId && claim.owner !== owner) {
    claim.disputed = true;
  }
}

/** Subscriptions before v2 have no generation; cooperative-sticky members tell it in four bytes of user data. */
function generationOf({ generationId, userData }: AssignorMember): number {
  if (generationId !== undefined && generationId >= 0) return generationId;
  if (!userData || userData.byteLength < 4) return unknownGeneration;
  return new DataView(userData.buffer, userData.byteOffset, userData.byteLength).getInt32(0);
}

/** The user data of a cooperative-sticky member, as Java writes it: the generation as int32, -1 when it has none. */
export function generationUserData(generationId: number | undefined): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, generationId ?? unknownGeneration);
  return bytes;
}
