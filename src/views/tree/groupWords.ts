import { type Finding, findingText } from "#model/finding.ts";
import { betweenGenerations, stateOfGroup } from "#model/groupState.ts";
import { type GroupView, groupLag } from "#model/groupView.ts";
import { lagTrendOf } from "#model/lagTrend.ts";
import { missingMembers } from "#model/memberName.ts";
import type { ClusterModel, GroupModel } from "#model/model.ts";
import { requestOf, waitingIn } from "#model/unrest.ts";
import { countedText, listText } from "#model/words.ts";
import { clockPausedText, isClockPaused } from "./clockWords.ts";
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
  const storm = mark?.kind === "rebalanceStorm";
  return joined(
    // The present state is one of many.
    storm && markText(mark, view),
    stateText(view, at.now),
    waitText(group),
    waitsFor(view),
    !storm && mark && markText(mark, view),
    failure?.message,
    isUnfinished(group, view) && isClockPaused(cluster) && clockPausedText,
    groupLagText(cluster, group, view),
    typeText(view),
    mark && shownState(view) === "Stable" && "Stable",
    isSilentOnWhom(view) && "the coordinator does not say who it waits for",
  );
}

/**
 * Its finding, without the name that the row already has; nothing where a group that rebalances for too long, or whose
 * members wait, has just said so.
 */
function markText(mark: Finding, view: GroupView): string | undefined {
  if (mark.kind === "groupNotStable") return undefined;
  const text = mark.kind === "rebalanceStorm" ? mark.title : findingText(mark);
  const prefix = `${view.groupId}: `;
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

/** Members that have no answer yet although the coordinator calls the group Stable, or Empty. */
export function waitText(group: GroupModel): string | undefined {
  const state = stateOfGroup(group);
  if (!group.unrest || group.unrest.calmSince !== undefined) return undefined;
  if (state !== undefined && betweenGenerations.has(state)) return undefined;
  const waiting = waitingIn(group);
  const requests = new Set(waiting.map(({ phase }) => requestOf(phase)).filter((each) => each !== undefined));
  if (requests.size === 0) return undefined;
  const verb = waiting.length === 1 ? "waits" : "wait";
  return `${countedText(waiting.length, "member")} ${verb} for ${listText([...requests])}`;
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

/** It rebalances, or members of it have no answer yet. */
function isUnfinished(group: GroupModel, view: GroupView): boolean {
  return phaseWord(shownState(view)) === "rebalancing" || waitText(group) !== undefined;
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
