import type { ClusterModel } from "#model/model.ts";
import type { RebalancesState } from "#webview/rebalances/contract.ts";
import type { RebalancesInput } from "./input.ts";

/** Whether the playground that a group lives on does not run. */
export function isStopped(cluster: ClusterModel | undefined): boolean {
  if (cluster?.profile?.kind !== "playground") return false;
  const { started, stopped } = cluster.playground;
  return started === undefined || stopped !== undefined;
}

/** Why the present stands still: a playground's clock can be paused, and a playground stopped. */
export function standstillOf(
  { bound }: RebalancesInput,
  cluster: ClusterModel | undefined,
): RebalancesState["standstill"] {
  if (bound.kind !== "live") return null;
  if (isStopped(cluster)) return { text: "stopped", remedies: [startPlayground] };
  return cluster?.playground.clock?.mode === "paused" ? { text: "clock paused", remedies: [] } : null;
}

const startPlayground = {
  title: "Start Playground",
  hint: "Starts the embedded broker again; a group on it begins anew unless it has a data directory.",
  changes: false,
  action: { kind: "startPlayground" },
} as const;
