import { commonAssignors, offersText } from "../assignors.ts";
import { type Evidence, type Finding, type FindingSubject, findingId } from "../finding.ts";
import { type GroupView, groupView } from "../groupView.ts";
import type { ClusterModel, SessionModel } from "../model.ts";
import type { Remedy } from "../remedy.ts";
import { sessionName } from "../sessionView.ts";
import { listText, sentence } from "../words.ts";
import { isFencing } from "./fencedMember.ts";

/** Members of ours that a group does not take, for a reason that trying again does not change. */
export function findRefusedJoins(cluster: ClusterModel, dismissed: ReadonlySet<string>): readonly Finding[] {
  return concerned(cluster).flatMap((session) => {
    const { state, started, sessionId } = session;
    const groupId = started?.groupId;
    if (groupId === undefined || state?.error === undefined || isFencing(state.error)) return [];
    if (dismissed.has(sessionId) || isSuperseded(cluster, session)) return [];
    return [finding(cluster, session, { groupId, error: state.error })];
  });
}

/** Every debug consumer, and of a scripted member the newest life of which it is known whether the group took it. */
function concerned(cluster: ClusterModel): readonly SessionModel[] {
  const decided = new Map<string, SessionModel>();
  const ours: SessionModel[] = [];
  for (const session of cluster.sessions.values()) {
    const name = sessionName(session);
    const member = cluster.playground.members.get(name);
    if (!session.started?.scripted) ours.push(session);
    else if (member?.groupId === session.started.groupId && isDecided(session)) decided.set(name, session);
  }
  return [...ours, ...decided.values()];
}

function isDecided({ state, takenAt, ended }: SessionModel): boolean {
  return ended !== undefined || state?.error !== undefined || takenAt !== undefined;
}

/** What the group refused is not what it offers now: whether that is taken has yet to be seen. */
function isSuperseded({ sessions, playground }: ClusterModel, refused: SessionModel): boolean {
  const newest = sessions.get(playground.members.get(sessionName(refused))?.sessionId ?? "");
  return refused.started?.scripted === true && newest?.started !== undefined && !offersSame(newest, refused);
}

function offersSame(one: SessionModel, other: SessionModel): boolean {
  return offerOf(one) === offerOf(other);
}

function offerOf({ started }: SessionModel): string {
  const protocol = started?.options?.find(({ name }) => name === "group protocol")?.text;
  return JSON.stringify([started?.assignors, protocol]);
}

function finding(
  cluster: ClusterModel,
  session: SessionModel,
  { groupId, error }: { readonly groupId: string; readonly error: string },
): Finding {
  const { clusterId } = cluster;
  const { sessionId, state, started } = session;
  const scripted = started?.scripted ?? false;
  const name = sessionName(session);
  const group = cluster.groups.byId.get(groupId);
  const view = group && othersOf(groupView(cluster, group), name);
  const said = state?.reason ?? error;
  const offered = started?.assignors ?? [];
  const isMismatch = error === "INCONSISTENT_GROUP_PROTOCOL";
  const mismatch = isMismatch && view ? mismatchOf(view, name, offered) : undefined;
  return {
    id: findingId("joinRefused", clusterId, groupId, scripted ? name : sessionId),
    clusterId,
    kind: "joinRefused",
    // A script tries again and again, as its group goes on; a debug consumer is out.
    severity: scripted ? "warning" : "error",
    title: `${name}: cannot join ${groupId}`,
    detail: mismatch?.detail ?? said,
    cause: [
      ...(mismatch?.sentences ?? [sentence(said)]),
      scripted ? "The script tries again every few seconds." : `${name} has ended.`,
    ].join(" "),
    evidence: [
      { label: "error", value: error },
      { label: `${name} offers`, value: offered.join(", ") },
      ...(mismatch?.evidence ?? []),
    ],
    since: session.refusedSince ?? session.started?.at ?? 0,
    subjects: [
      { kind: "session", sessionId },
      { kind: "group", groupId },
      ...newestLife(cluster, name, sessionId),
    ],
    remedies: remediesOf(clusterId, { groupId, name, scripted, view: mismatch && view }),
  };
}

/** `view` where it is known whom it does not agree with. */
function remediesOf(
  clusterId: string,
  of: {
    readonly groupId: string;
    readonly name: string;
    readonly scripted: boolean;
    readonly view: GroupView | undefined;
  },
): readonly Remedy[] {
  const { groupId, name, scripted, view } = of;
  return [
    scripted ? changeMember(clusterId, groupId, name) : startAnother(clusterId, groupId),
    ...(view && canMigrate(view) ? [migrate(clusterId, groupId, scripted ? name : undefined)] : []),
    {
      title: "Show rebalances",
      hint: "Opens the group over time, with every attempt to join.",
      changes: false,
      action: { kind: "showRebalances", clusterId, groupId },
    },
  ];
}

function startAnother(clusterId: string, groupId: string): Remedy {
  return {
    title: "Start another one…",
    hint: "Opens the form for a debug consumer of the same group.",
    changes: true,
    action: { kind: "startConsumer", clusterId, groupId },
  };
}

/** Another offer for the one … */
function changeMember(clusterId: string, groupId: string, name: string): Remedy {
  return {
    title: `Change ${name}…`,
    hint: "Asks what it does and what it offers; it restarts with that.",
    changes: true,
    action: { kind: "changeMember", clusterId, groupId, name },
  };
}

/** … or another assignor for all. */
function migrate(clusterId: string, groupId: string, name: string | undefined): Remedy {
  const among = name === undefined ? "" : ` ${name} among them,`;
  return {
    title: "Migrate the assignor…",
    hint: `Moves all scripted members of ${groupId} to one assignor,${among} one restart at a time.`,
    changes: true,
    action: { kind: "migrateAssignor", clusterId, groupId },
  };
}

/** A migration restarts scripted members and nobody else. */
function canMigrate({ groupType, members }: GroupView): boolean {
  return groupType === "classic" && members.every(({ session }) => session?.started?.scripted === true);
}

/** It has begun, and nobody knows yet whether the group takes it this time. */
function newestLife(cluster: ClusterModel, name: string, decided: string): readonly FindingSubject[] {
  const sessionId = cluster.playground.members.get(name)?.sessionId;
  return sessionId === undefined || sessionId === decided ? [] : [{ kind: "session", sessionId }];
}

interface Mismatch {
  readonly detail: string;
  readonly sentences: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** Whom it has to agree with: its own next life may already be among the members. */
function othersOf(view: GroupView, name: string): GroupView {
  return {
    ...view,
    members: view.members.filter(({ session }) => !session || sessionName(session) !== name),
  };
}

/** Who lacks which assignor; undefined where nobody has told what the others offer. */
function mismatchOf(view: GroupView, name: string, offered: readonly string[]): Mismatch | undefined {
  if (view.groupType === "consumer") {
    return {
      detail: "it speaks the classic protocol, the group the consumer protocol (KIP-848)",
      sentences: [
        `${name} speaks the classic protocol, and the members of ${view.groupId} the consumer protocol (KIP-848): they divide partitions in ways that do not fit together. Let it speak the consumer protocol.`,
      ],
      evidence: [],
    };
  }
  const offers = offersText(view);
  const common = commonAssignors(view);
  if (common === undefined) return undefined;
  const lacks = common.filter((assignor) => !offered.includes(assignor));
  const wanted = lacks.length > 0 ? listText(lacks) : undefined;
  const [target] = offered;
  return {
    detail: `offers ${listText(offered)} only; ${offers}`,
    sentences: [
      `All members of a group must share an assignor. ${name} offers ${listText(offered)}; ${offers}.`,
      wanted === undefined
        ? "No assignor is offered by everybody who is in the group."
        : `${name} lacks ${wanted}, which all others offer: give it ${lacks.length === 1 ? "that" : "one of these"}.`,
      ...(wanted === undefined || target === undefined
        ? []
        : [
            `To move the group to ${target} without stopping it, restart its members one by one with both, [${target}, ${lacks[0]}], and then once more with ${target} alone (KIP-429).`,
          ]),
    ],
    evidence: [{ label: "others", value: offers }],
  };
}
