import type { AssignorMember } from "#assignors/assignor.ts";
import { err, ok, type Result } from "#base/result.ts";
import { groupByTopic, type TopicPartition, ungroupTopics } from "#base/topicPartition.ts";
import { consumerProtocolAssignment } from "#protocol/data/consumerProtocolAssignment.ts";
import { consumerProtocolSubscription } from "#protocol/data/consumerProtocolSubscription.ts";
import { decodeData, encodeData } from "#protocol/data/dataSchema.ts";

/** The protocol type every consumer group has, whatever its assignor. */
export const consumerProtocolType = "consumer";

/** What a member tells the group's leader. */
export interface Subscription {
  readonly topics: readonly string[];
  readonly userData: Uint8Array | null;
  /** Exactly what is being consumed at this moment (KIP-429). */
  readonly owned: readonly TopicPartition[];
  /** The generation it is owned in (KIP-792). */
  readonly generationId: number | undefined;
  /** Where the member is, so that it may get partitions with a replica near (KIP-881). */
  readonly rackId: string | undefined;
}

export function encodeSubscription(subscription: Subscription): Uint8Array {
  const { topics, userData, owned, generationId, rackId } = subscription;
  return encodeData(consumerProtocolSubscription, 3, {
    topics: topics.toSorted(),
    userData,
    ownedPartitions: groupByTopic(owned),
    generationId: generationId ?? -1,
    rackId: rackId ?? null,
  });
}

/** A member as its own subscription describes it; the leader decodes those of everybody. */
export function decodeSubscription(
  memberId: string,
  groupInstanceId: string | null,
  metadata: Uint8Array,
): Result<AssignorMember, Error> {
  const decoded = decodeAnySubscription(metadata);
  if (!decoded.ok) return decoded;
  const { topics, userData, ownedPartitions, generationId, rackId } = decoded.value.body;
  return ok({
    memberId,
    groupInstanceId: groupInstanceId ?? undefined,
    topics,
    userData,
    ownedPartitions: ungroupTopics(ownedPartitions),
    generationId: generationId < 0 ? undefined : generationId,
    rackId: rackId ?? undefined,
  });
}

/** Some clients (Sarama) say a later version and write what version 0 has: that much is read. */
function decodeAnySubscription(metadata: Uint8Array) {
  const decoded = decodeData(consumerProtocolSubscription, metadata);
  if (decoded.ok || metadata.byteLength < 2) return decoded;
  const asFirst = Uint8Array.from(metadata);
  asFirst.fill(0, 0, 2);
  const again = decodeData(consumerProtocolSubscription, asFirst);
  return again.ok ? again : decoded;
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Uint8Array {
  return encodeData(consumerProtocolAssignment, 3, {
    assignedPartitions: groupByTopic(partitions),
    userData: null,
  });
}

/** What one consumer follows; each partition costs memory, and time before the first record. */
const mostPartitions = 10_000;

/** An empty assignment has no bytes at all when the leader did not know this member. */
export function decodeAssignment(bytes: Uint8Array): Result<readonly TopicPartition[], Error> {
  if (bytes.byteLength === 0) return ok([]);
  const decoded = decodeData(consumerProtocolAssignment, bytes);
  if (!decoded.ok) return decoded;
  const { assignedPartitions } = decoded.value.body;
  const count = assignedPartitions.reduce((sum, { partitions }) => sum + partitions.length, 0);
  if (count <= mostPartitions) return ok(ungroupTopics(assignedPartitions));
  const most = `more than the ${mostPartitions} a debug consumer follows`;
  return err(new Error(`it has ${count} partitions, ${most}`));
}
