import type { Finding } from "#model/finding.ts";
import { type GroupView, groupLag } from "#model/groupView.ts";
import { lagTrendOf } from "#model/lagTrend.ts";
import { missingMembers } from "#model/memberName.ts";
import type { ClusterModel, GroupModel } from "#model/model.ts";
import { listText } from "#model/words.ts";
import { joined, lasting, nothingCommittedText, numberText } from "./numbers.ts";

/**
 * A group in one line: `PreparingRebalance 4.2 s · waits for worker-2 · lag 284 ↗ · classic generation 6`. A side bar
 * shows about 25 characters of it, so what the icon says already gives way to the lag.
 */
export function groupText(
  cluster: ClusterModel,
  group: GroupModel,
  at: { readonly view: GroupView; readonly now: number; readonly mark: Finding | undefined },
): string {
  const { view, mark } = at;
  const failure = [...group.failures.values()][0];
  return joined(
    stateText(view, at.now),
    // A group that rebalances for too long has just said so.
    mark && (mark.kind !== "groupNotStable" || shownState(view) === "Stable") && mark.title,
    failure?.message,
    waitsFor(view),
    groupLagText(cluster, group, view),
    typeText(view),
    mark && shownState(view) === "Stable" && "Stable",
    isSilentOnWhom(view) && "the coordinator does not say who it waits for",
  );
}

/** With how long it rebalances; nothing when all is as it should be. */
function stateText(view: GroupView, now: number): string | undefined {
  const state = shownState(view);
  if (state === "Stable") return undefined;
  if (phaseWord(state) !== "rebalancing") return state ?? "–";
  const lasts = view.stateSince === undefined ? "" : lasting(now - view.stateSince);
  return `${state}${lasts}`;
}

/** `lag 284 ↗`, `lag 284 or more`. */
function groupLagText(cluster: ClusterModel, group: GroupModel, view: GroupView): string {
  const { known, unknown, nothingCommitted } = groupLag(cluster, group, view);
  if (nothingCommitted) return nothingCommittedText;
  return `lag ${numberText(known)}${unknown > 0 && known !== undefined ? " or more" : ""}${trendArrow(group)}`;
}

/**
 * As the broker reports it. DescribeGroups calls every group that is not classic Dead: that is the wrong question's
 * answer, not a state.
 */
export function shownState(view: GroupView): string | undefined {
  return view.state === "Dead" && view.groupType !== "classic" ? undefined : view.state;
}

/** `consumer (KIP-848) epoch 12`, `classic generation 6`. */
function typeText(view: GroupView): string {
  const name = typeName(view) ?? "type unknown";
  if (view.groupType === "classic") {
    return view.generationId === undefined ? name : `${name} generation ${view.generationId}`;
  }
  return view.groupEpoch === undefined ? name : `${name} epoch ${view.groupEpoch}`;
}

/** Undefined when nobody has said. */
export function typeName({ groupType }: GroupView): string | undefined {
  if (groupType === "unknown") return undefined;
  return groupType === "consumer" ? "consumer (KIP-848)" : groupType;
}

function waitsFor(view: GroupView): string | undefined {
  if (phaseWord(shownState(view)) !== "rebalancing") return undefined;
  const missing = missingMembers(view) ?? [];
  return missing.length === 0 ? undefined : `waits for ${listText(missing.map(({ name }) => name))}`;
}

function isSilentOnWhom(view: GroupView): boolean {
  return view.state === "PreparingRebalance" && missingMembers(view) === undefined;
}

const rebalancingStates = new Set(["PreparingRebalance", "CompletingRebalance", "Assigning", "Reconciling"]);

/** For `when` clauses and icons. */
export function phaseWord(state: string | undefined): "stable" | "empty" | "rebalancing" | "other" {
  if (state === "Stable") return "stable";
  if (state === "Empty") return "empty";
  return state !== undefined && rebalancingStates.has(state) ? "rebalancing" : "other";
}

function trendArrow(group: GroupModel): string {
  switch (lagTrendOf(group.lagSamples)) {
    case "rising":
      return " ↗";
    case "falling":
      return " ↘";
    case "steady":
    case undefined:
      return "";
  }
}
