import { groupView } from "#model/groupView.ts";
import type { ClusterModel, GroupModel } from "#model/model.ts";
import type { RebalancesState } from "#webview/rebalances/contract.ts";

/** What the members of the group count: generations, or epochs (KIP-848). */
export function generationWord(
  cluster: ClusterModel | undefined,
  group: GroupModel | undefined,
): RebalancesState["generationWord"] {
  const groupType = cluster && group ? groupView(cluster, group).groupType : "unknown";
  return groupType === "classic" || groupType === "unknown" ? "generation" : "epoch";
}
