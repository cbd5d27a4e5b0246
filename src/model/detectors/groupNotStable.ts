import { type Finding, findingId } from "../finding.ts";
import { type GroupView, groupView, presentGroups } from "../groupView.ts";
import { type MissingMember, memberName, missingMembers } from "../memberName.ts";
import type { ClusterModel, GroupModel } from "../model.ts";
import { speaksFor } from "../seen.ts";
import { durationText, listText } from "../words.ts";
import { waitingSessions } from "./waitingSessions.ts";

interface Place {
  readonly cluster: ClusterModel;
  readonly group: GroupModel;
  readonly now: number;
}

/** Of consumer groups (KIP-848). */
const betweenEpochs = new Set(["Assigning", "Reconciling"]);
const betweenGenerations = new Set(["PreparingRebalance", "CompletingRebalance", ...betweenEpochs]);

/** Groups that have been between two generations for longer than `toleranceMs`. */
export function findUnstableGroups(
  cluster: ClusterModel,
  now: number,
  toleranceMs: number,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const group of presentGroups(cluster)) {
    if (group.byMember.size === 0 && !mayBeUnstable(group)) continue;
    const view = groupView(cluster, group);
    const { state, stateSince } = view;
    if (state === undefined || stateSince === undefined || !betweenGenerations.has(state)) {
      findings.push(...waitingSessions({ cluster, group, now }, toleranceMs));
      continue;
    }
    const seenAt = asOf(group, view, now);
    if (seenAt - stateSince >= toleranceMs) {
      findings.push(finding({ cluster, group, now: seenAt }, view, { state, stateSince }));
    }
  }
  return findings;
}

function mayBeUnstable(group: GroupModel): boolean {
  const state = (group.byBroker ?? group.bySample)?.state;
  return state !== undefined && betweenGenerations.has(state);
}

/** Until when the state is known to have held: nobody asks while no view is open, and a wait must not grow unseen. */
function asOf(group: GroupModel, view: GroupView, now: number): number {
  return view.stateBy === "sampled" && group.bySample ? speaksFor(group.bySample) : now;
}

function finding(
  at: Place,
  view: GroupView,
  stuck: { readonly state: string; readonly stateSince: number },
): Finding {
  const { clusterId } = at.cluster;
  const { groupId } = at.group;
  const missing = missingMembers(view);
  const waits = durationText(at.now - stuck.stateSince);
  return {
    id: findingId("groupNotStable", clusterId, groupId),
    clusterId,
    kind: "groupNotStable",
    severity: "warning",
    title: `${groupId}: ${stuck.state} for ${waits}`,
    detail: betweenEpochs.has(stuck.state) ? waitsForRevocation(view) : waitsForText(stuck.state, missing),
    cause: `${causeOf(stuck.state, missing)} ${consequenceOf(stuck.state)}`,
    evidence: [
      { label: "state", at: stuck.stateSince, value: `${stuck.state} since then` },
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
    since: stuck.stateSince,
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
