import type { TopicPartition } from "#base/topicPartition.ts";

/** The stages a connection is diagnosed in, in order. */
export type ConnectionStage =
  | "resolve"
  | "connect"
  | "tls"
  | "apiVersions"
  | "sasl"
  | "metadata"
  | "advertised";

export interface ConnectionStep {
  readonly stage: ConnectionStage;
  /** What was tried: an address, a mechanism, a version. */
  readonly tried: string;
  readonly outcome: "ok" | "failed" | "skipped";
  readonly tookMs?: number | undefined;
  /** What happened and the likely cause, in words; for `failed` also what to do. */
  readonly detail?: string | undefined;
}

/** A cluster's profile exists, with its name; sent again when it changes. */
export interface ClusterProfile {
  readonly type: "cluster.profile";
  readonly name: string;
  readonly kind: "cluster" | "playground" | "trace";
  readonly bootstrapServers: readonly string[];
}

export interface ClusterRemoved {
  readonly type: "cluster.removed";
}

export interface ClusterConnection {
  readonly type: "cluster.connection";
  readonly state: "connecting" | "connected" | "failed" | "disconnected";
  readonly message?: string | undefined;
  readonly steps: readonly ConnectionStep[];
  readonly kafkaClusterId?: string | undefined;
  readonly controllerId?: number | undefined;
  readonly brokers?:
    | readonly {
        readonly nodeId: number;
        readonly host: string;
        readonly port: number;
        readonly rack?: string | undefined;
      }[]
    | undefined;
}

/** All topics of the cluster, as one Metadata answer says. */
export interface ClusterTopics {
  readonly type: "cluster.topics";
  readonly requestedAt: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly topicId?: string | undefined;
    readonly isInternal: boolean;
    readonly error?: string | undefined;
    readonly partitions: readonly {
      readonly partition: number;
      readonly leaderId?: number | undefined;
      readonly leaderEpoch?: number | undefined;
      readonly replicas: readonly number[];
      readonly isr: readonly number[];
      readonly error?: string | undefined;
    }[];
  }[];
}

/** Start and end offsets of partitions; those not named keep what was known. */
export interface ClusterOffsets {
  readonly type: "cluster.offsets";
  readonly requestedAt: number;
  readonly offsets: readonly (TopicPartition & {
    readonly logStartOffset?: bigint | undefined;
    readonly highWatermark?: bigint | undefined;
    readonly error?: string | undefined;
  })[];
}

/** Part of the observation failed; what was known before stands. */
export interface ClusterFailed {
  readonly type: "cluster.failed";
  readonly what: "topics" | "groups" | "offsets";
  readonly message: string;
  readonly requestedAt: number;
}

export type ClusterObservation =
  | ClusterProfile
  | ClusterRemoved
  | ClusterConnection
  | ClusterTopics
  | ClusterOffsets
  | ClusterFailed;
