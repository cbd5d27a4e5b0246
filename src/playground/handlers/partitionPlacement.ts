import type { Broker } from "../broker.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import type { Topic } from "../log/topicStore.ts";

/** Where a partition is, in the form that Metadata and DescribeTopicPartitions share. */
export function describePartition(broker: Broker, topic: Topic, log: PartitionLog) {
  const replicas = broker.replicasOf(log.id, topic.replicationFactor);
  return {
    errorCode: 0,
    partitionIndex: log.id.partition,
    leaderId: broker.leaderOf(log.id).nodeId,
    leaderEpoch: log.leaderEpoch,
    replicaNodes: replicas,
    isrNodes: replicas,
    offlineReplicas: [],
  };
}
