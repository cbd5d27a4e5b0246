import { type Finding, findingId } from "../finding.ts";
import { betweenEpochs, betweenGenerations, stateOfGroup } from "../groupState.ts";
import { type GroupView, groupView, presentGroups } from "../groupView.ts";
import { type MissingMember, memberName, missingMembers } from "../memberName.ts";
import type { ClusterModel, GroupModel } from "../model.ts";
import { speaksFor } from "../seen.ts";
import { waitingIn } from "../unrest.ts";
import { listText } from "../words.ts";
import { waitingSessions } from "./waitingSessions.ts";

interface Place {
  readonly cluster: ClusterModel;
  readonly group: GroupModel;
  readonly now: number;
}

/** Groups in which there was no moment for longer than `toleranceMs` at which everyone was stable. */
export function findUnstableGroups(
  cluster: ClusterModel,
  now: number,
  { toleranceMs, except }: { readonly toleranceMs: number; readonly except: ReadonlySet<string> },
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const group of presentGroups(cluster)) {
    const { unrest } = group;
    if (!unrest || unrest.calmSince !== undefined || except.has(group.groupId)) continue;
    const seenAt = asOf(group, now);
    if (seenAt - unrest.since < toleranceMs) continue;
    const place = { cluster, group, now: seenAt };
    const state = stateOfGroup(group);
    if (state !== undefined && betweenGenerations.has(state))
      findings.push(finding(place, state, unrest.since));
    else findings.push(...waitingSessions(place, unrest.since));
  }
  return findings;
}

/** Until when the state is known to have held: nobody asks while no view is open, and a wait must not grow unseen. */
function asOf(group: GroupModel, now: number): number {
  const told = group.byBroker !== undefined || waitingIn(group).length > 0;
  return !told && group.bySample ? speaksFor(group.bySample) : now;
}

function finding(at: Place, state: string, since: number): Finding {
  const { clusterId } = at.cluster;
  const { groupId } = at.group;
  const view = groupView(at.cluster, at.group);
  const missing = missingMembers(view);
  // Several rounds of which none led to rest: the present state is not what lasts.
  const isOneRound = view.stateSince !== undefined && view.stateSince <= since;
  return {
    id: findingId("groupNotStable", clusterId, groupId),
    clusterId,
    kind: "groupNotStable",
    severity: "warning",
    title: isOneRound ? `${groupId}: ${state}` : `${groupId}: not stable`,
    lastedMs: at.now - since,
    detail: [
      ...(isOneRound ? [] : [state]),
      betweenEpochs.has(state) ? waitsForRevocation(view) : waitsForText(state, missing),
    ].join(": "),
    cause: `${isOneRound ? "" : severalRounds}${causeOf(state, missing)} ${consequenceOf(state)}`,
    evidence: [
      { label: "not stable", at: since, value: "since then" },
      { label: "state", at: view.stateSince, value: `${state} since then` },
      ...(view.rebalanceReason === undefined ? [] : [{ label: "begun by", value: view.rebalanceReason }]),
      ...(missing ?? []).flatMap(({ name, lastHeartbeatAt, evictedAt }) => [
        ...(lastHeartbeatAt === undefined
          ? []
          : [{ label: name, at: lastHeartbeatAt, value: "its last heartbeat came then" }]),
        ...(evictedAt === undefined
          ? []
          : [{ label: name, at: evictedAt, value: "is evicted then unless it is heard of" }]),
      ]),
    ],
    since,
    subjects: [
      { kind: "group", groupId },
      ...(missing ?? []).map(({ memberId }) => ({ kind: "member", groupId, memberId }) as const),
    ],
    remedies: [
      {
        title: "Show rebalances",
        hint: "Opens the group over time.",
        changes: false,
        action: { kind: "showRebalances", clusterId, groupId },
      },
      ...(missing ?? []).slice(0, 3).map(
        ({ memberId, name }) =>
          ({
            title: `Remove ${name} from the group…`,
            hint: "The coordinator removes the member, and the rebalance goes on without it. It may join again.",
            changes: true,
            action: { kind: "removeMember", clusterId, groupId, memberId },
          }) as const,
      ),
    ],
  };
}

const severalRounds =
  "One rebalance followed another, and at no moment since then had everyone an assignment. ";

function waitsForText(state: string, missing: readonly MissingMember[] | undefined): string {
  if (missing === undefined) return "the coordinator does not say who it waits for";
  if (missing.length > 0) return `waits for ${listText(missing.map(({ name }) => name))}`;
  return state === "CompletingRebalance" ? "waits for the leader's assignment" : "everyone has rejoined";
}

/** Who still has what the assignment gives to others, where somebody who knows has told. */
function waitsForRevocation(view: GroupView): string {
  const revoking = view.members.filter(({ phase }) => phase === "revoking");
  if (revoking.length === 0) return "members have not followed the new assignment yet";
  return `waits for ${listText(revoking.map((member) => memberName(member, view.members)))} to give partitions up`;
}

function consequenceOf(state: string): string {
  return betweenEpochs.has(state)
    ? "Partitions that are to move are read by their old owner, or by nobody, until then; all others go on."
    : "While a group rebalances, its members cannot commit, and with eager assignors nobody reads.";
}

function causeOf(state: string, missing: readonly MissingMember[] | undefined): string {
  switch (state) {
    case "PreparingRebalance": {
      if (missing === undefined) {
        return "The coordinator waits until every member has sent JoinGroup, or its rebalance timeout has passed. It does not say who is missing: look for a member that is busy with records, or gone without leaving.";
      }
      if (missing.length === 0)
        return "Every member has rejoined; the coordinator is about to begin the next generation.";
      const have = missing.length === 1 ? "has" : "have";
      return `${listText(missing.map(({ name }) => name))} ${have} not sent JoinGroup: busy with records for too long, or gone without leaving. The others wait.`;
    }
    case "CompletingRebalance":
      return "Everyone has joined; the members wait for the assignment that the group's leader must send with SyncGroup.";
    default:
      return "The coordinator has changed the assignment and waits until members have given up what they must give up. A member that is slow to revoke holds it.";
  }
}
