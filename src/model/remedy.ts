import type { TopicPartition } from "#base/topicPartition.ts";

/**
 * What can be done about a finding, as data: the panels' contract has the same union, so a remedy passes through
 * host and page unchanged.
 */
export type RemedyAction =
  | {
      readonly kind: "showCommit";
      readonly clusterId: string;
      readonly groupId: string;
      readonly sourceId: string;
      readonly commitId: string;
    }
  | {
      readonly kind: "releaseCommit";
      readonly clusterId: string;
      readonly sessionId: string;
      readonly commitId: string;
    }
  | {
      readonly kind: "retryBatch" | "seek";
      readonly clusterId: string;
      readonly sessionId: string;
      readonly topic: string;
      readonly partition: number;
    }
  | {
      readonly kind: "skipBatch";
      /** The batch may end elsewhere than it says. */
      readonly inDoubt: boolean;
      readonly clusterId: string;
      readonly sessionId: string;
      readonly topic: string;
      readonly partition: number;
    }
  | {
      readonly kind: "resume" | "skipToEnd" | "skipByDiscarding" | "skipToTime";
      readonly clusterId: string;
      readonly sessionId: string;
      readonly partitions: readonly TopicPartition[];
    }
  | {
      readonly kind: "saveBatch";
      readonly clusterId: string;
      readonly sessionId: string;
      readonly bytesId: string;
    }
  | {
      readonly kind: "removeMember";
      readonly clusterId: string;
      readonly groupId: string;
      readonly memberId: string;
    }
  | {
      /** A scripted member of the playground. */
      readonly kind: "changeMember";
      readonly clusterId: string;
      readonly groupId: string;
      readonly name: string;
    }
  | {
      readonly kind: "showRebalances" | "startConsumer" | "migrateAssignor";
      readonly clusterId: string;
      readonly groupId: string;
    }
  | {
      readonly kind: "stopSession" | "allowRebalance" | "poll" | "commit";
      readonly clusterId: string;
      readonly sessionId: string;
    }
  | { readonly kind: "disableFault"; readonly clusterId: string; readonly faultId: string }
  | { readonly kind: "startPlayground" }
  | { readonly kind: "reconnectCluster" | "editCluster"; readonly clusterId: string };

/** A button: what it says, what it will do, and whether it changes anything. */
export interface Remedy {
  readonly title: string;
  readonly hint: string;
  readonly changes: boolean;
  readonly action: RemedyAction;
}
