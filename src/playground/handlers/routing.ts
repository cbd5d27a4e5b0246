import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import type { Broker } from "../broker.ts";
import type { ReplicaView } from "../cluster/replicaView.ts";
import type { Topic } from "../log/topicStore.ts";
import type { RequestContext } from "./handler.ts";

/** Why this node does not answer for the group: another one coordinates it, or it still reads what was written of it. */
export function coordinatorError(
  { broker, node }: RequestContext,
  groupId: string,
): "NOT_COORDINATOR" | "COORDINATOR_LOAD_IN_PROGRESS" | undefined {
  if (broker.coordinatorOf(groupId)?.nodeId !== node.nodeId) return "NOT_COORDINATOR";
  return broker.groupCoordinators.isLoading(groupId) ? "COORDINATOR_LOAD_IN_PROGRESS" : undefined;
}

/** As `coordinatorError`, for a transactional id. */
export function transactionCoordinatorError(
  { broker, node }: RequestContext,
  transactionalId: string,
): "NOT_COORDINATOR" | "COORDINATOR_LOAD_IN_PROGRESS" | undefined {
  if (broker.transactionCoordinatorOf(transactionalId)?.nodeId !== node.nodeId) return "NOT_COORDINATOR";
  return broker.transactionCoordinators.isLoading(transactionalId)
    ? "COORDINATOR_LOAD_IN_PROGRESS"
    : undefined;
}

/** The topic a request means by id or, before its API had ids, by name. */
export function findTopic(
  broker: Broker,
  ref: { readonly topicId: string; readonly name: string },
): { readonly topic: Topic } | { readonly error: KnownErrorName } {
  if (ref.topicId !== zeroUuid) {
    const topic = broker.topics.byId(ref.topicId);
    return topic ? { topic } : { error: "UNKNOWN_TOPIC_ID" };
  }
  const topic = broker.topics.byName(ref.name);
  return topic ? { topic } : { error: "UNKNOWN_TOPIC_OR_PARTITION" };
}

/** What a client says of the partition it means. */
interface WantedReplica {
  readonly partition: number;
  readonly currentLeaderEpoch?: number | undefined;
}

/** The partition's log, if this node leads it and the client's idea of its leader epoch is current (KIP-320). */
export function findLog(
  context: RequestContext,
  topic: Topic,
  wanted: WantedReplica,
): ReplicaView | { readonly error: KnownErrorName } {
  const found = findReplica(context, topic, wanted);
  return "error" in found || found.isLeader ? found : { error: "NOT_LEADER_OR_FOLLOWER" };
}

/** As `findLog`, but a follower will do (KIP-392). */
export function findReplica(
  { broker, node }: RequestContext,
  topic: Topic,
  wanted: WantedReplica,
): ReplicaView | { readonly error: KnownErrorName } {
  const log = topic.partitions[wanted.partition];
  if (log === undefined) return { error: "UNKNOWN_TOPIC_OR_PARTITION" };
  const replica = broker.replicaOn(node.nodeId, topic, log);
  if (replica === undefined) return { error: "NOT_LEADER_OR_FOLLOWER" };
  const epoch = wanted.currentLeaderEpoch ?? -1;
  if (epoch >= 0 && epoch < replica.leaderEpoch) return { error: "FENCED_LEADER_EPOCH" };
  if (epoch > replica.leaderEpoch) return { error: "UNKNOWN_LEADER_EPOCH" };
  return replica;
}

/** Whole topics as faults name them: every partition of them. */
export function wholeTopics(
  broker: Broker,
  topics: Iterable<{ readonly topicId?: string; readonly name: string | null }>,
): readonly TopicPartition[] {
  const named = Array.from(topics, ({ topicId = zeroUuid, name }) => ({
    // Who names a topic need not give its id.
    topicId: name === null || name === "" ? topicId : zeroUuid,
    name: name ?? "",
    partitions: [-1],
  }));
  return namedPartitions(broker, named);
}

/** Partitions as faults name them, whether the request has names or ids. */
export function namedPartitions(
  broker: Broker,
  topics: readonly {
    readonly topicId: string;
    readonly name: string;
    readonly partitions: readonly number[];
  }[],
): readonly TopicPartition[] {
  return topics.flatMap(({ topicId, name, partitions }) => {
    const topic = topicId === zeroUuid ? name : broker.topics.byId(topicId)?.name;
    return topic === undefined ? [] : partitions.map((partition) => ({ topic, partition }));
  });
}
