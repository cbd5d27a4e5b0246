import type { ClusterModel } from "#model/model.ts";
import type { FaultLane } from "#webview/rebalances/contract.ts";
import type { Scene } from "./input.ts";
import { overlaps } from "./timeWindow.ts";

/** A fault as the model keeps it. */
export type Fault = ClusterModel["playground"]["pastFaults"][number];

const maxLanes = 20;

/** Faults that concern this group, or no group in particular; those taken away too. */
export function faultsOf({ cluster, group }: Pick<Scene, "cluster" | "group">): readonly Fault[] {
  return [...cluster.playground.faults.values(), ...cluster.playground.pastFaults].filter(
    ({ latest }) => latest.groupId === undefined || latest.groupId === group.groupId,
  );
}

export function faultLanes(scene: Scene): readonly FaultLane[] {
  return faultsOf(scene)
    .map(
      (fault): FaultLane => ({
        ref: { kind: "fault", faultId: fault.latest.faultId },
        title: fault.latest.title,
        segments: fault.segments
          .filter((segment) => overlaps(scene.range, segment))
          .map(({ fromAt, toAt }) => ({ fromMs: fromAt, toMs: toAt })),
        hits: fault.latest.hits,
        holding: fault.latest.holding,
      }),
    )
    .filter((lane) => lane.segments.length > 0)
    .slice(0, maxLanes);
}
