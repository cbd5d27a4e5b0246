import { type ConsumerGroup, type ConsumerMember, type Outcome, withMember } from "./consumerGroup.ts";
import { noPartitions } from "./partitions.ts";
import { updateTarget } from "./targetAssignment.ts";
import type { TopicsView } from "./topicsView.ts";
import { bumpEpoch } from "./updateSubscriptions.ts";

/**
 * The group has gone on without the member: it has an epoch that the member has never heard of, so that its next
 * heartbeat is FENCED_MEMBER_EPOCH, and waits for it to give everything up and join again with epoch 0 (KIP-848).
 */
export function fenceMember(
  group: ConsumerGroup,
  member: ConsumerMember,
  at: { readonly now: number; readonly topics: TopicsView },
): Omit<Outcome<unknown>, "answer"> {
  const bumped = bumpEpoch(group, `${member.memberId} was fenced`);
  const aimed = updateTarget({ ...bumped, assignedAt: undefined }, at.topics, at.now);
  const fenced: ConsumerMember = {
    ...member,
    memberEpoch: aimed.assignmentEpoch,
    // Not even a repeated heartbeat is forgiven.
    previousMemberEpoch: aimed.assignmentEpoch,
    // It is led to the target whatever that is, once it is back.
    state: "UnreleasedPartitions",
    pendingRevocation: noPartitions,
    revocationDueAt: undefined,
  };
  return { group: withMember(aimed, fenced), effects: [], quiet: false };
}
