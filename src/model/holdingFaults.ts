import type { ClusterModel } from "./model.ts";
import { holdPauseMs } from "./playgroundRun.ts";

/** A fault of the playground that keeps answers from a group. */
export interface HoldingFault {
  readonly faultId: string;
  readonly title: string;
}

/** Faults that hold requests of this group, now or until a moment ago. */
export function faultsHolding(cluster: ClusterModel, groupId: string, now: number): readonly HoldingFault[] {
  return [...cluster.playground.faults].flatMap(([faultId, { latest, hold }]) => {
    const holds = latest.holding > 0 || (hold?.toAt !== undefined && now - hold.toAt < holdPauseMs);
    return latest.groupId === groupId && latest.enabled && holds ? [{ faultId, title: latest.title }] : [];
  });
}
