import { type Finding, findingText } from "#model/finding.ts";
import type { GroupView, MemberView } from "#model/groupView.ts";
import { countedText, partitionsText } from "#model/words.ts";

/** Its broker says that nobody is in the group: a member that still thinks so will learn it from its next answer. */
export function isRemoved(view: GroupView): boolean {
  return view.state === "Empty" && view.stateBy === "broker";
}

/** What it has, as far as that is known. */
export function assignedText(member: MemberView): string | undefined {
  const assigned = member.assigned ?? [];
  switch (member.assignedKnown) {
    case "now":
      return member.session || assigned.length === 0
        ? partitionsText(assigned, 3)
        : countedText(assigned.length, "partition");
    case "last":
      // It gave everything up: what it has next is not decided, and that is no news of its own.
      return assigned.length === 0 ? undefined : `${countedText(assigned.length, "partition")} (last known)`;
    case "unknown":
      return "assignment not known";
  }
}

/** What one of ours does now, where the coordinator already thinks that all is well, or does not say. */
export function ownPhaseText(member: MemberView): string | undefined {
  switch (member.session?.phase?.phase) {
    case "joining":
      return "waits for JoinGroup";
    case "syncing":
      return "waits for SyncGroup";
    case "revoking":
      return "gives partitions up";
    case "leaving":
      return "leaves";
    case "direct":
    case "unjoined":
    case "stable":
    case "fatal":
    case "ended":
    case undefined:
      return undefined;
  }
}

/** Where it stands in a rebalance, as its broker tells. */
export function phaseText(member: MemberView): string | undefined {
  switch (member.phase) {
    case "joined":
    case "awaitingSync":
      return "rejoined";
    case "notRejoined":
      return "has not rejoined";
    case "revoking":
      return "gives up partitions";
    case "awaitingRelease":
      return "waits for partitions of others";
    case "awaitingHeartbeat":
      return "not told its new share yet";
    case "away":
      return "away, will come back";
    case "stable":
    case undefined:
      return undefined;
  }
}

/** What is wrong with it, without its own name in front; what is wrong with all of its group stands in the group's row. */
export function memberTrouble(mark: Finding | undefined, name: string): string | undefined {
  if (!mark || mark.kind === "groupNotStable" || mark.kind === "rebalanceStorm") return undefined;
  const said = findingText(mark);
  const own = `${name}: `;
  return said.startsWith(own) ? said.slice(own.length) : said;
}
