import type { ErrorName } from "#protocol/errorCodes.ts";

/** A broker as it advertises itself. */
export interface BrokerNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack?: string | undefined;
}

/** A partition as the cluster describes it. */
export interface PartitionMetadata {
  readonly partition: number;
  /** Undefined while the partition has no leader. */
  readonly leaderId: number | undefined;
  /** Undefined where the broker does not say (before Kafka 2.1). */
  readonly leaderEpoch: number | undefined;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offline: readonly number[];
  readonly error: ErrorName | undefined;
}

/** A topic as the cluster describes it. */
export interface TopicMetadata {
  readonly topic: string;
  /** Kafka's base64url text; undefined where the broker does not say (before Kafka 2.8). */
  readonly topicId: string | undefined;
  readonly isInternal: boolean;
  /** `UNKNOWN_TOPIC_OR_PARTITION` for a topic that was asked for and does not exist. */
  readonly error: ErrorName | undefined;
  /** In order of partition number. */
  readonly partitions: readonly PartitionMetadata[];
}

/** What is known of a cluster; parts may be older than `requestedAt` when only some topics were asked for. */
export interface ClusterMetadata {
  /** When the newest answer was asked for, by the client's clock. */
  readonly requestedAt: number;
  readonly kafkaClusterId: string | undefined;
  readonly controllerId: number | undefined;
  readonly brokers: ReadonlyMap<number, BrokerNode>;
  readonly topics: ReadonlyMap<string, TopicMetadata>;
}
