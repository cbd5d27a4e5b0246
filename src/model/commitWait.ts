import type { CommitBlock, CommitState } from "#trace/observations/commit.ts";
import { commitHolder } from "./commitHolder.ts";
import type { CommitView } from "./commits.ts";
import { blockText, coordinatorText, queuedText } from "./commitWords.ts";
import type { Evidence } from "./finding.ts";
import { groupView } from "./groupView.ts";
import { type HeldUp, heldUpBy, type MissingMember, missingMembers } from "./memberName.ts";
import type { ClusterModel, GroupModel } from "./model.ts";
import { ownHold } from "./ownHold.ts";
import type { Remedy } from "./remedy.ts";
import { sessionName } from "./sessionView.ts";
import { durationText, listText } from "./words.ts";

/** Why a commit is not answered yet, for the finding and the commit inspector. */
export interface CommitWait {
  /** `join in progress`: a few words for a lane. */
  readonly waitsFor: string;
  /** `the group rebalances; worker-2 has not rejoined` */
  readonly reason: string;
  /** Whole sentences: what holds it, and who. */
  readonly because: readonly string[];
  readonly evidence: readonly Evidence[];
  /** What ends the wait by itself, soonest first. */
  readonly endsBy: readonly Evidence[];
  readonly remedies: readonly Remedy[];
}

/** Where a commit stands: the model, its group, and the time that is now. */
interface At {
  readonly cluster: ClusterModel;
  readonly group: GroupModel;
  readonly now: number;
}

/** Who holds a commit's rebalance or its answer up now, in a few words each; empty when nobody is known to. */
export function whoHoldsUp(at: At, commit: CommitState): readonly string[] {
  return holdersOf(at, commit).short;
}

function holdersOf(at: At, commit: CommitState) {
  const view = groupView(at.cluster, at.group);
  const missing = missingMembers(view);
  const rebalancing = isRebalanceBlock(commit.blocked);
  const who = rebalancing ? whoIsMissing({ missing, now: at.now }, commit.blocked) : undefined;
  const ours = rebalancing && missing === undefined ? oursThatHold(at) : [];
  const faults = holdingFaults(at.cluster, at.group, commit);
  const short = [
    ...(who?.short === undefined ? [] : [who.short]),
    ...ours.map((each) => each.short),
    ...faults.map(({ title }) => `the fault “${title}” holds the answer`),
  ];
  return { view, missing, rebalancing, who, ours, faults, short };
}

/** The present holder of an open commit; `now` decides how long it has been. */
export function commitWait(at: At, commit: CommitView): CommitWait {
  const { latest } = commit;
  const holder = commitHolder(at, latest);
  const own = ownHold(at, latest);
  const { view, missing, rebalancing, who, ours, faults, short } = holdersOf(at, latest);
  return {
    waitsFor: holder.waitsFor,
    reason: [holder.reason, ...short].join("; "),
    because: [
      holder.sentence,
      ...(who ? who.sentences : []),
      ...ours.map(({ sentence }) => sentence),
      ...faults.map(
        ({ title }) =>
          `The playground's fault “${title}” holds the answer. Turning it off lets it go at once.`,
      ),
    ],
    evidence: [
      { label: "queued", at: latest.queuedAt, value: queuedText(latest) },
      ...commit.blocks.map((block) => ({
        label: "blocked",
        at: block.since,
        value: blockText(block, { ...at, commit: latest }),
      })),
      ...(latest.sentAt === undefined
        ? []
        : [{ label: "sent", at: latest.sentAt, value: coordinatorText(view.coordinator) }]),
      ...(rebalancing ? heartbeats(missing) : []),
      ...own.evidence,
    ],
    endsBy: [...own.endsBy, ...endings(latest, rebalancing ? missing : undefined)].sort(
      (a, b) => (a.at ?? 0) - (b.at ?? 0),
    ),
    remedies: [
      ...own.remedies,
      ...remediesOf(at, latest, { missing: rebalancing ? (missing ?? []) : [], faults }),
    ],
  };
}

function isRebalanceBlock(block: CommitBlock | undefined): boolean {
  return block?.by === "joinInFlight" || block?.by === "syncInFlight" || block?.by === "notJoined";
}

/** Our own consumers in the group that hold the rebalance up, where the coordinator does not say who is missing. */
function oursThatHold({
  cluster,
  group,
  now,
}: At): readonly { readonly short: string; readonly sentence: string }[] {
  return [...cluster.sessions.values()].flatMap((session) => {
    if (session.started?.groupId !== group.groupId || session.ended) return [];
    const held = session.state?.membership === "revoking" ? heldUpBy(session) : undefined;
    if (!held) return [];
    const name = sessionName(session);
    return [{ short: `${name} holds it up`, sentence: heldUpText(name, held, now) }];
  });
}

function heldUpText(name: string, { what, since }: HeldUp, now: number): string {
  return `${name} ${what}, for ${durationText(now - since)} now.`;
}

function whoIsMissing(
  { missing, now }: { readonly missing: readonly MissingMember[] | undefined; readonly now: number },
  block: CommitBlock | undefined,
): { readonly short: string | undefined; readonly sentences: readonly string[] } {
  if (missing === undefined) {
    return block?.by === "joinInFlight"
      ? { short: undefined, sentences: ["The coordinator does not say who has not rejoined."] }
      : { short: undefined, sentences: [] };
  }
  if (missing.length === 0) return { short: undefined, sentences: [] };
  const names = listText(missing.map(({ name }) => name));
  const have = missing.length === 1 ? "has" : "have";
  const held = missing.flatMap((member) =>
    member.heldUpBy ? [heldUpText(member.name, member.heldUpBy, now)] : [],
  );
  return {
    short: `${names} ${have} not rejoined`,
    sentences: [`${names} ${have} not rejoined.`, ...held],
  };
}

function heartbeats(missing: readonly MissingMember[] | undefined): readonly Evidence[] {
  return (missing ?? []).flatMap(({ name, lastHeartbeatAt }) =>
    lastHeartbeatAt === undefined
      ? []
      : [
          {
            label: "because",
            at: lastHeartbeatAt,
            value: `${name} has not rejoined; its last heartbeat came then`,
          },
        ],
  );
}

function endings(commit: CommitState, missing: readonly MissingMember[] | undefined): readonly Evidence[] {
  const ends: (Evidence & { readonly at: number })[] = [];
  for (const { name, evictedAt, sessionTimeoutMs } of missing ?? []) {
    if (evictedAt === undefined) continue;
    const why = sessionTimeoutMs === undefined ? "" : ` (session timeout ${durationText(sessionTimeoutMs)})`;
    ends.push({ label: "ends by", at: evictedAt, value: `${name} is evicted unless it is heard of${why}` });
  }
  if (commit.blocked?.by === "throttled") {
    ends.push({ label: "ends by", at: commit.blocked.untilAt, value: "the throttle ends" });
  }
  if (commit.deadlineAt !== undefined) {
    ends.push({ label: "ends by", at: commit.deadlineAt, value: "the commit's own deadline" });
  }
  return ends.sort((a, b) => a.at - b.at);
}

function remediesOf(
  at: At,
  commit: CommitState & { readonly sourceId: string },
  causes: {
    readonly missing: readonly MissingMember[];
    readonly faults: readonly { readonly faultId: string; readonly title: string }[];
  },
): readonly Remedy[] {
  const { clusterId } = at.cluster;
  const { groupId } = at.group;
  const { commitId, sourceId, sessionId } = commit;
  return [
    {
      title: "Show what it waits for",
      hint: "Opens the Rebalances panel on this commit.",
      changes: false,
      action: { kind: "showCommit", clusterId, groupId, sourceId, commitId },
    },
    ...(sessionId === undefined
      ? []
      : [
          {
            title: "Release the waiter",
            hint: "Whoever waits for the commit goes on; a request that was already sent stays sent, and its answer is recorded.",
            changes: true,
            action: { kind: "releaseCommit", clusterId, sessionId, commitId },
          } satisfies Remedy,
        ]),
    ...causes.faults.map(
      ({ faultId, title }): Remedy => ({
        title: `Turn off “${title}”`,
        hint: "The playground answers what it held back.",
        changes: true,
        action: { kind: "disableFault", clusterId, faultId },
      }),
    ),
    ...causes.missing.slice(0, 3).map(
      ({ memberId, name }): Remedy => ({
        title: `Remove ${name} from the group…`,
        hint: "The coordinator removes the member, and the rebalance goes on without it. It may join again.",
        changes: true,
        action: { kind: "removeMember", clusterId, groupId, memberId },
      }),
    ),
  ];
}

/** Faults of the playground that hold requests of this group now. */
function holdingFaults(
  cluster: ClusterModel,
  group: GroupModel,
  commit: CommitState,
): readonly { readonly faultId: string; readonly title: string }[] {
  const named = new Set([commit.heldByFaultId, ...brokersWord(group, commit)]);
  const faults: { faultId: string; title: string }[] = [];
  for (const [faultId, { latest }] of cluster.playground.faults) {
    const concerns = latest.groupId === group.groupId && latest.holding > 0 && latest.enabled;
    if (named.has(faultId) || concerns) faults.push({ faultId, title: latest.title });
  }
  return faults;
}

/** What the broker says of the same commit: it sees the request that the member sent. */
function brokersWord(group: GroupModel, commit: CommitState): readonly (string | undefined)[] {
  if (commit.state !== "inFlight") return [];
  const held: (string | undefined)[] = [];
  for (const commits of group.commits?.open.values() ?? []) {
    for (const { latest } of commits.values()) {
      if (latest.vantage === "broker" && latest.memberId === commit.memberId) held.push(latest.heldByFaultId);
    }
  }
  return held;
}
