import type { ConnectionStep } from "#trace/observations/cluster.ts";
import type { RequestShape } from "./channelContract.ts";
import type { ProfileWithSecrets } from "./clusterProfile.ts";

/** The worker's id of the playground's cluster; a generated profile id can never equal it. */
export const playgroundClusterId = "playground";

/** A connection, stage by stage. */
export interface ConnectionReport {
  readonly clusterName: string;
  readonly ok: boolean;
  readonly steps: readonly ConnectionStep[];
}

/** A cluster as a quick pick shows it. */
export interface ClusterSummary {
  readonly clusterId: string;
  readonly name: string;
  readonly kind: "cluster" | "playground" | "trace";
  readonly state: "connecting" | "connected" | "failed" | "disconnected";
  readonly bootstrapServers: readonly string[];
}

export interface TopicSummary {
  readonly topic: string;
  readonly partitions: number;
  readonly isInternal: boolean;
}

export interface GroupSummary {
  readonly groupId: string;
  readonly state: string | undefined;
  readonly groupType: string;
  /** Topics that its members are assigned, or that it has committed offsets in. */
  readonly topics: readonly string[];
}

/** A record as the user typed it; null is a tombstone. */
export interface RecordDraft {
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly partition?: number | undefined;
}

interface Named {
  readonly clusterId: string;
}

export interface ClusterRequests {
  readonly "cluster.list": RequestShape<Record<string, never>, readonly ClusterSummary[]>;
  /** Tries a profile without keeping it. */
  readonly "cluster.diagnose": RequestShape<ProfileWithSecrets, ConnectionReport, ConnectionStep>;
  /** Drops the connection, if there is one, and makes a new one. */
  readonly "cluster.reconnect": RequestShape<Named, ConnectionReport, ConnectionStep>;
  readonly "cluster.disconnect": RequestShape<Named, void>;
  readonly "cluster.refresh": RequestShape<{ readonly clusterId?: string | undefined }, void>;
  readonly "cluster.topics": RequestShape<Named, readonly TopicSummary[]>;
  readonly "cluster.groups": RequestShape<Named, readonly GroupSummary[]>;
  readonly "cluster.createTopic": RequestShape<
    Named & { readonly topic: string; readonly partitions: number; readonly replicationFactor: number },
    void
  >;
  readonly "cluster.produce": RequestShape<
    Named & { readonly topic: string; readonly record: RecordDraft },
    { readonly partition: number; readonly offset: bigint | undefined }
  >;
  /** Sends LeaveGroup for a member, as an administrator may. */
  readonly "group.removeMember": RequestShape<
    Named & { readonly groupId: string; readonly memberId: string },
    void
  >;
}

export interface ClusterNotifications {
  /** All profiles there are; those no longer named are closed and removed. */
  readonly "cluster.profiles": readonly ProfileWithSecrets[];
}
