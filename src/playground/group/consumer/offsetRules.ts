import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { ConsumerGroup, ConsumerMember } from "./consumerGroup.ts";
import { epochOf } from "./partitions.ts";

/** OffsetCommit from this version on knows what a stale epoch is. */
const firstVersionWithEpochs = 9;

/**
 * Why these partitions (topics by id) must not be committed, or NONE. A member may commit with an older epoch what it
 * has had since then: its epoch moves on while commits are on their way (KIP-1251).
 */
export function commitError(
  group: ConsumerGroup,
  request: { readonly memberId: string; readonly memberEpoch: number; readonly version: number },
  partitions: readonly TopicPartition[],
): KnownErrorName {
  const { memberId, memberEpoch, version } = request;
  // A tool, or a consumer that manages its partitions itself: fine while nobody is a member.
  if (memberEpoch < 0 && group.members.size === 0) return "NONE";
  const member = group.members.get(memberId);
  if (member === undefined) return "UNKNOWN_MEMBER_ID";
  if (member.classic === undefined && version < firstVersionWithEpochs) return "UNSUPPORTED_VERSION";
  if (memberEpoch === member.memberEpoch) return "NONE";
  const hadThen = (partition: TopicPartition) => {
    const since = epochOf(member.assigned, partition) ?? epochOf(member.pendingRevocation, partition);
    return since !== undefined && memberEpoch >= since;
  };
  const isFine = memberEpoch < member.memberEpoch && partitions.every(hadThen);
  return isFine ? "NONE" : staleFor(member);
}

/** Why the group's offsets must not be told to whoever asks, or NONE. */
export function fetchError(
  group: ConsumerGroup,
  asker: { readonly memberId: string | undefined; readonly memberEpoch: number },
): KnownErrorName {
  const { memberId, memberEpoch } = asker;
  if (memberId === undefined && memberEpoch < 0) return "NONE";
  const member = group.members.get(memberId ?? "");
  if (member === undefined) return "UNKNOWN_MEMBER_ID";
  return memberEpoch === member.memberEpoch ? "NONE" : staleFor(member);
}

function staleFor(member: ConsumerMember): KnownErrorName {
  return member.classic === undefined ? "STALE_MEMBER_EPOCH" : "ILLEGAL_GENERATION";
}
