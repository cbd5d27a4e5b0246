import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { syncGroup } from "#protocol/apis/syncGroup.ts";
import { consumerProtocolAssignment } from "#protocol/data/consumerProtocolAssignment.ts";
import { consumerProtocolSubscription } from "#protocol/data/consumerProtocolSubscription.ts";
import { encodeData } from "#protocol/data/dataSchema.ts";
import type { RawClient } from "./rawClient.ts";

/** How a member of these tests joins. */
export interface MemberOptions {
  readonly memberId?: string;
  readonly groupId?: string;
  readonly clientId?: string;
  readonly owned?: readonly number[];
}

/** JoinGroup as a consumer of `orders`, in a version that needs no id first. */
export function joinAs(client: RawClient, options: MemberOptions = {}) {
  const { memberId = "", groupId = "billing", clientId = "member", owned = [] } = options;
  const metadata = encodeData(consumerProtocolSubscription, 1, {
    topics: ["orders"],
    ownedPartitions: owned.length > 0 ? [{ topic: "orders", partitions: owned }] : [],
  });
  return client.call(
    joinGroup,
    {
      groupId,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 5_000,
      memberId,
      protocolType: "consumer",
      protocols: [{ name: "range", metadata }],
    },
    { version: 3, clientId },
  );
}

/** SyncGroup; the leader gives these partitions of `orders` to these members. */
export function syncAs(
  client: RawClient,
  member: { readonly memberId: string; readonly generationId: number },
  partitionsOf: Readonly<Record<string, readonly number[]>> = {},
) {
  const assignments = Object.entries(partitionsOf).map(([memberId, partitions]) => ({
    memberId,
    assignment: encodeData(consumerProtocolAssignment, 1, {
      assignedPartitions: [{ topic: "orders", partitions }],
    }),
  }));
  const { memberId, generationId } = member;
  return client.call(syncGroup, { groupId: "billing", generationId, memberId, assignments }, { version: 3 });
}

/** OffsetCommit for partition 0 of `orders`. */
export function commitAs(
  client: RawClient,
  offset: bigint,
  member: { readonly memberId?: string; readonly generationId?: number; readonly partition?: number } = {},
) {
  const { memberId = "", generationId = -1, partition = 0 } = member;
  return client.call(
    offsetCommit,
    {
      groupId: "billing",
      generationIdOrMemberEpoch: generationId,
      memberId,
      topics: [
        {
          name: "orders",
          partitions: [{ partitionIndex: partition, committedOffset: offset, committedMetadata: null }],
        },
      ],
    },
    { version: 7, clientId: "member" },
  );
}
