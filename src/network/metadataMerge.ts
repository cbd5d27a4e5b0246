import type { TopicPartition } from "#base/topicPartition.ts";
import type { ResponseOf } from "#protocol/api.ts";
import type { metadata } from "#protocol/apis/metadata.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import type { BrokerNode, ClusterMetadata, PartitionMetadata, TopicMetadata } from "./clusterMetadata.ts";

type MetadataAnswer = ResponseOf<typeof metadata>;

/**
 * What is known after an answer. Topics that were not asked for stay as they were; `all` forgets those that are gone.
 * An answer of another cluster (an address that was given to a new one) replaces everything.
 */
export function mergeMetadata(
  known: ClusterMetadata | undefined,
  answer: MetadataAnswer,
  asked: { readonly topics: readonly string[] | "all"; readonly requestedAt: number },
): ClusterMetadata {
  const kafkaClusterId = answer.clusterId ?? undefined;
  const isSame = known?.kafkaClusterId === undefined || known.kafkaClusterId === kafkaClusterId;
  const before = isSame ? known : undefined;
  const topics = new Map(asked.topics === "all" ? [] : before?.topics);
  for (const topic of answer.topics) {
    const read = readTopic(topic);
    if (read !== undefined) topics.set(read.topic, keepNewerLeaders(read, before?.topics.get(read.topic)));
  }
  return {
    requestedAt: asked.requestedAt,
    kafkaClusterId,
    controllerId: answer.controllerId >= 0 ? answer.controllerId : undefined,
    brokers: new Map(answer.brokers.map((broker) => [broker.nodeId, readBroker(broker)])),
    topics,
  };
}

/** A leader that an answer named on its own, and where the brokers are that it named (KIP-951). */
export interface LeaderHint {
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly nodes: readonly BrokerNode[];
}

/**
 * What is known with a hint taken in; undefined when it is no news. Only a higher epoch is: two brokers that point at
 * each other must not send us to and fro.
 */
export function mergeLeaderHint(
  known: ClusterMetadata | undefined,
  key: TopicPartition,
  hint: LeaderHint,
): ClusterMetadata | undefined {
  const topic = known?.topics.get(key.topic);
  const former = topic?.partitions.find(({ partition }) => partition === key.partition);
  if (known === undefined || topic === undefined || former === undefined) return undefined;
  const { leaderId, leaderEpoch, nodes } = hint;
  const brokers = new Map(known.brokers);
  for (const node of nodes) brokers.set(node.nodeId, node);
  if (leaderEpoch <= (former.leaderEpoch ?? -1) || !brokers.has(leaderId)) return undefined;
  const led = { ...former, leaderId, leaderEpoch, error: undefined };
  const partitions = topic.partitions.map((partition) => (partition === former ? led : partition));
  return { ...known, brokers, topics: new Map(known.topics).set(key.topic, { ...topic, partitions }) };
}

function readBroker({ nodeId, host, port, rack }: MetadataAnswer["brokers"][number]): BrokerNode {
  return { nodeId, host, port, rack: rack ?? undefined };
}

function readTopic(topic: MetadataAnswer["topics"][number]): TopicMetadata | undefined {
  // Only an answer about an unknown topic id comes without a name, and we ask by name.
  if (topic.name === null) return undefined;
  return {
    topic: topic.name,
    topicId: topic.topicId === zeroUuid ? undefined : topic.topicId,
    isInternal: topic.isInternal,
    error: topic.errorCode === 0 ? undefined : errorName(topic.errorCode),
    partitions: topic.partitions.map(readPartition).sort((a, b) => a.partition - b.partition),
  };
}

function readPartition(partition: MetadataAnswer["topics"][number]["partitions"][number]): PartitionMetadata {
  return {
    partition: partition.partitionIndex,
    leaderId: partition.leaderId >= 0 ? partition.leaderId : undefined,
    leaderEpoch: partition.leaderEpoch >= 0 ? partition.leaderEpoch : undefined,
    replicas: partition.replicaNodes,
    isr: partition.isrNodes,
    offline: partition.offlineReplicas,
    error: partition.errorCode === 0 ? undefined : errorName(partition.errorCode),
  };
}

/**
 * A broker that lags behind may still name the former leader: the higher leader epoch wins (KIP-320), unless the topic
 * was created anew, which starts its epochs anew.
 */
function keepNewerLeaders(read: TopicMetadata, known: TopicMetadata | undefined): TopicMetadata {
  if (known === undefined || known.topicId !== read.topicId || read.topicId === undefined) return read;
  const knownByNumber = new Map(known.partitions.map((partition) => [partition.partition, partition]));
  const partitions = read.partitions.map((partition) => {
    const former = knownByNumber.get(partition.partition);
    const isOlder =
      former?.leaderEpoch !== undefined &&
      partition.leaderEpoch !== undefined &&
      partition.leaderEpoch < former.leaderEpoch;
    return isOlder ? former : partition;
  });
  return { ...read, partitions };
}
