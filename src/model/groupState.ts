import type { DeepReadonly } from "./deepReadonly.ts";
import type { GroupState } from "./groups.ts";
import { speaksFor } from "./seen.ts";

type Group = DeepReadonly<GroupState>;
export type OwnFact = Group["byMember"] extends ReadonlyMap<string, infer P> ? P : never;

/** The newest word of one of ours on its group; undefined when none of ours is in it. */
export function newestOwnFact(group: Group): OwnFact | undefined {
  let newest: OwnFact | undefined;
  for (const phase of group.byMember.values()) {
    if (phase.phase === "ended" || phase.phase === "fatal" || phase.phase === "unjoined") continue;
    if (!newest || phase.at > newest.at) newest = phase;
  }
  return newest;
}

/** Whether one of ours learnt more of the group than whoever was asked last. */
export function isOwnNewer(group: Group, own: OwnFact | undefined): own is OwnFact {
  return (
    group.byBroker === undefined &&
    own !== undefined &&
    own.at > (group.bySample ? speaksFor(group.bySample) : 0)
  );
}

/** The group's state as what one of ours does tells it. */
export function stateSeenByMember({ phase }: OwnFact): string | undefined {
  switch (phase) {
    case "joining":
      return "PreparingRebalance";
    case "syncing":
      return "CompletingRebalance";
    case "stable":
      return "Stable";
    case "direct":
    case "unjoined":
    case "revoking":
    case "leaving":
    case "fatal":
    case "ended":
      return undefined;
  }
}

/** The state of a group, as all vantages together know it. */
export function stateOfGroup(group: Group): string | undefined {
  const own = newestOwnFact(group);
  const seen = isOwnNewer(group, own) ? stateSeenByMember(own) : undefined;
  return seen ?? (group.byBroker ?? group.bySample)?.state ?? group.listed?.state;
}

/** Of consumer groups (KIP-848). */
export const betweenEpochs: ReadonlySet<string> = new Set(["Assigning", "Reconciling"]);

/** States in which the next assignment is not made yet. */
export const betweenGenerations: ReadonlySet<string> = new Set([
  "PreparingRebalance",
  "CompletingRebalance",
  ...betweenEpochs,
]);
