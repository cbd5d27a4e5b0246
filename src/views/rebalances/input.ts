import type { Finding } from "#model/finding.ts";
import type { ClusterModel, GroupModel, Model } from "#model/model.ts";
import type { Bound, MarkRef, RebalancesState } from "#webview/rebalances/contract.ts";

/** What the Rebalances panel is drawn from. */
export interface RebalancesInput {
  readonly model: Model;
  /** As `detect` found them in that model at `now`. */
  readonly findings: readonly Finding[];
  readonly clusterId: string;
  readonly groupId: string;
  /** The present of that model: of a moment, that moment. */
  readonly now: number;
  readonly bound: Bound;
  /** As the page last told; undefined before it did. */
  readonly viewport?:
    | { readonly fromMs: number; readonly toMs: number; readonly widthPx: number }
    | undefined;
  readonly following: boolean;
  readonly showAs: "chart" | "table";
  readonly selected?: MarkRef | undefined;
  readonly tableWindow?: { readonly fromIndex: number; readonly count: number } | undefined;
  /** From the first to the last moment that can be shown; undefined when nothing is kept to show it from. */
  readonly reach?: { readonly fromAt: number; readonly toAt: number } | undefined;
  /** The moment that was asked for, while it is made ready. */
  readonly sought?: number | undefined;
  /** Why the last moment that was asked for is not shown. */
  readonly refusal?: string | undefined;
  /** A commit that waits longer than this hangs. */
  readonly commitToleranceMs: number;
  /** Raw bytes by id, as long as they are kept. */
  readonly bytesOf?: ((bytesId: string) => Uint8Array | undefined) | undefined;
}

/** What the parts of the panel are made from. */
export interface Scene {
  readonly input: RebalancesInput;
  readonly cluster: ClusterModel;
  readonly group: GroupModel;
  readonly now: number;
  /** The window that everything is complete for. */
  readonly range: { readonly fromMs: number; readonly toMs: number };
  /** What its members count. */
  readonly generationWord: RebalancesState["generationWord"];
  /** Marks nearer to each other than this cannot be told apart. */
  readonly bucketMs: number;
}
