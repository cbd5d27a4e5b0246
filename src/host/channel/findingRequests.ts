import type { RemedyAction } from "#webview/rebalances/contract.ts";
import type { RequestShape } from "./channelContract.ts";

export type { RemedyAction };

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
  /** Those it is about. */
  readonly sessionIds: readonly string[];
  readonly remedies: readonly {
    readonly title: string;
    readonly hint: string;
    /** Cannot be undone: asked about once more. */
    readonly changes: boolean;
    readonly action: RemedyAction;
  }[];
}

interface Named {
  readonly clusterId: string;
  readonly findingId: string;
}

export interface FindingRequests {
  /** Undefined when it is no longer true. */
  readonly "finding.get": RequestShape<Named, FindingReport | undefined>;
  readonly "finding.list": RequestShape<Record<string, never>, readonly FindingReport[]>;
}
