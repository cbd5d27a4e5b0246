import { errorCode } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import type { Topic } from "../log/topicStore.ts";

/** Where a partition is, in the form that Metadata and DescribeTopicPartitions share. */
export function describePartition(broker: Broker, topic: Topic, log: PartitionLog) {
  const { leaderId, leaderEpoch, replicas, isr } = broker.leadership.of(topic, log);
  const leader = broker.cluster.reachable(leaderId);
  return {
    errorCode: errorCode(leader ? "NONE" : "LEADER_NOT_AVAILABLE"),
    partitionIndex: log.id.partition,
    leaderId: leader?.nodeId ?? -1,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: isr,
    offlineReplicas: replicas.filter((nodeId) => !broker.cluster.isUp(nodeId)),
  };
}
