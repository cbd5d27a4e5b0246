import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import type { TroubleAim } from "#host/channel/playgroundRequests.ts";

/** `Seek orders-4 of A`: what is asked, and what it will be done to. */
export function partitionsTitle(
  verb: string,
  partitions: readonly TopicPartition[],
  consumer: string,
): string {
  const [only] = partitions;
  const what = only && partitions.length === 1 ? topicPartitionText(only) : `${partitions.length} partitions`;
  return `${verb} ${what} of ${consumer}`;
}

/** `Kick a member: worker-1-8f3a of billing`; the verb alone where nothing is known of the target yet. */
export function aimTitle(verb: string, aim: TroubleAim): string {
  const { topic, partition, memberId, groupId, nodeId, transactionalId } = aim;
  const partitionText =
    topic !== undefined && partition !== undefined ? topicPartitionText({ topic, partition }) : topic;
  const node = nodeId === undefined ? undefined : `node ${nodeId}`;
  const of = [memberId, partitionText, node, transactionalId, groupId].filter((part) => part !== undefined);
  return of.length === 0 ? verb : `${verb}: ${of.join(" of ")}`;
}
