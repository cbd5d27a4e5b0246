import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { AssignorMember } from "./assignor.ts";

/** What a member says it owns or owned, and in which generation that was. */
export interface Claim {
  readonly partitions: readonly TopicPartition[];
  /** Undefined when it does not say: older than any that is known. */
  readonly generationId: number | undefined;
}

/** Who may keep a partition, judged from what the members say they own. */
export interface Claims {
  /** The one member whose claim counts. */
  readonly ownerOf: (partition: TopicPartition) => string | undefined;
  /** The claim counts, but its member no longer subscribes to the topic: the partition has to move. */
  readonly isGivenUp: (partition: TopicPartition) => boolean;
  /** True when somebody other than the member may still be consuming it, a stale or doubled claim included. */
  readonly claimedByOther: (partition: TopicPartition, memberId: string) => boolean;
  /** Two members of one generation claim it: neither can be believed, both have to let go. */
  readonly isDisputed: (partition: TopicPartition) => boolean;
  /** Who owned it last among the members that missed the latest generation: it goes back there rather than anywhere. */
  readonly formerOwnerOf: (partition: TopicPartition) => string | undefined;
}

/** Older than any generation that is known. */
const unknownGeneration = -1;

interface Judged {
  owner: string;
  generationId: number;
  disputed: boolean;
  readonly claimants: Set<string>;
}

/**
 * The latest generation wins: a member that was away for a generation may claim what has a new owner since
 * (KIP-341, KIP-792). What a member no longer subscribes to is not its to keep.
 */
export function judgeClaims(
  members: readonly AssignorMember[],
  claimOf: (member: AssignorMember) => Claim,
): Claims {
  const judged = new TopicPartitionMap<Judged>();
  const former = new TopicPartitionMap<{ readonly owner: string; readonly generationId: number }>();
  const claims = members.map((member) => {
    const { partitions, generationId = unknownGeneration } = claimOf(member);
    return { memberId: member.memberId, partitions, generationId };
  });
  const latest = Math.max(unknownGeneration, ...claims.map(({ generationId }) => generationId));
  for (const { memberId, partitions, generationId } of claims) {
    for (const partition of partitions) {
      addClaim(judged, partition, { owner: memberId, generationId });
      const known = former.get(partition);
      if (generationId < latest && (!known || generationId > known.generationId)) {
        former.set(partition, { owner: memberId, generationId });
      }
    }
  }
  const subscriptions = new Map(members.map((member) => [member.memberId, new Set(member.topics)]));
  const mayOwn = (memberId: string, { topic }: TopicPartition) =>
    subscriptions.get(memberId)?.has(topic) === true;
  const claimantOf = (partition: TopicPartition) => {
    const claim = judged.get(partition);
    return claim && !claim.disputed ? claim.owner : undefined;
  };
  return {
    ownerOf(partition) {
      const claimant = claimantOf(partition);
      return claimant !== undefined && mayOwn(claimant, partition) ? claimant : undefined;
    },
    isGivenUp(partition) {
      const claimant = claimantOf(partition);
      return claimant !== undefined && !mayOwn(claimant, partition);
    },
    claimedByOther(partition, memberId) {
      const claimants = judged.get(partition)?.claimants;
      return claimants !== undefined && claimants.size > (claimants.has(memberId) ? 1 : 0);
    },
    isDisputed: (partition) => judged.get(partition)?.disputed ?? false,
    formerOwnerOf(partition) {
      const owner = former.get(partition)?.owner;
      return owner !== undefined && mayOwn(owner, partition) ? owner : undefined;
    },
  };
}

function addClaim(
  claims: TopicPartitionMap<Judged>,
  partition: TopicPartition,
  { owner, generationId }: { readonly owner: string; readonly generationId: number },
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
