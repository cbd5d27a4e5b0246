import type { NodeTarget } from "#views/treeNode.ts";
import type { RequestShape } from "./channelContract.ts";

/** One click that may help. */
export type RemedyStep =
  | {
      readonly kind: "retryBatch";
      readonly sessionId: string;
      readonly topic: string;
      readonly partition: number;
    }
  | {
      readonly kind: "skipBatch";
      readonly sessionId: string;
      readonly topic: string;
      readonly partition: number;
    }
  | { readonly kind: "releaseCommit"; readonly sessionId: string; readonly commitId: string }
  | { readonly kind: "releaseHeld"; readonly faultId: string }
  | { readonly kind: "showRebalances"; readonly clusterId: string; readonly groupId: string }
  | { readonly kind: "reconnect"; readonly clusterId: string }
  | { readonly kind: "reveal"; readonly target: NodeTarget };

/** Everything known about one finding, in words. */
export interface FindingReport {
  readonly findingId: string;
  readonly clusterId: string;
  readonly severity: "error" | "warning" | "info";
  readonly title: string;
  readonly detail: string;
  readonly cause: string;
  readonly evidence: readonly { readonly label: string; readonly value: string }[];
  readonly since: number;
  readonly remedies: readonly { readonly title: string; readonly step: RemedyStep }[];
}

export interface FindingRequests {
  /** Undefined when it is no longer true. */
  readonly "finding.get": RequestShape<
    { readonly clusterId: string; readonly findingId: string },
    FindingReport | undefined
  >;
  readonly "finding.list": RequestShape<Record<string, never>, readonly FindingReport[]>;
}
