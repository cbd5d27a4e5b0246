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

/** `Kick billing-worker-1 in billing`, `Hold JoinGroup: billing`; the verb alone where nothing is known of the target yet. */
export function aimTitle(verb: string, aim: TroubleAim): string {
  const { topic, partition, memberId, groupId, nodeId, transactionalId } = aim;
  const named = namedVerb(verb, aim);
  const partitionText =
    topic !== undefined && partition !== undefined ? topicPartitionText({ topic, partition }) : topic;
  const rest = [
    named.includes(nameOfMember(memberId) ?? "\0") ? undefined : nameOfMember(memberId),
    partitionText === topic && named !== verb && topic !== undefined ? undefined : partitionText,
    nodeId === undefined || named.includes(`node ${nodeId}`) ? undefined : `node ${nodeId}`,
    transactionalId,
    groupId,
  ].filter((part) => part !== undefined);
  if (rest.length === 0) return named;
  return named === verb ? `${verb}: ${rest.join(" of ")}` : `${named} in ${rest.join(" of ")}`;
}

/** The verb with the name of what it is done to, where it says `a member`, `a node` or `a topic`. */
export function namedVerb(verb: string, { memberId, nodeId, topic }: TroubleAim): string {
  const names = [
    ["a member", nameOfMember(memberId)],
    ["a node", nodeId === undefined ? undefined : `node ${nodeId}`],
    ["a topic", topic],
  ] as const;
  for (const [what, name] of names) {
    // A function: a name may contain what stands for something in a replacement.
    if (name !== undefined && verb.includes(what)) return verb.replace(what, () => name);
  }
  return verb;
}

const uuid = /-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Brokers make a member id of the client id and a UUID that nobody reads. */
function nameOfMember(memberId: string | undefined): string | undefined {
  return memberId?.replace(uuid, "") || memberId;
}
