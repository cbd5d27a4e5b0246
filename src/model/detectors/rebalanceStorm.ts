import { type Churn, type Comer, churnSince, type Move } from "../churn.ts";
import { type Evidence, type Finding, findingId } from "../finding.ts";
import { groupView, presentGroups } from "../groupView.ts";
import { faultsHolding } from "../holdingFaults.ts";
import { memberName, nameOfMemberId } from "../memberName.ts";
import type { ClusterModel, GroupModel, SessionModel } from "../model.ts";
import type { Remedy } from "../remedy.ts";
import { sessionName } from "../sessionView.ts";
import { countedText, countText, durationText, listText, sentence } from "../words.ts";

interface Place {
  readonly cluster: ClusterModel;
  readonly group: GroupModel;
  readonly now: number;
  readonly churn: Churn;
}

/** A member that is seen to come and go. */
interface Named extends Comer {
  readonly name: string;
  readonly session: SessionModel | undefined;
}

/** How far back is looked. */
const windowMs = 180_000;

const fewGenerations = 4;

/** What comes after a rest as long as this is another matter. */
const restMs = 60_000;

/** So many more generations than members that came and went explain, with two for each as cooperative ones take. */
const unexplainedGenerations = 6;

/** At rest for longer than this, and half as long again as ever between two rounds: it is over. */
const calmMs = 10_000;

/**
 * Groups that rebalance again and again, each time for a short while only: because the same members come and go, or
 * for no reason that their coming and going would give. Members that are replaced one by one are neither.
 */
export function findRebalanceStorms(cluster: ClusterModel, now: number): readonly Finding[] {
  const findings: Finding[] = [];
  for (const group of presentGroups(cluster)) {
    const history = group.rebalances;
    if (!history || !mayBeStorm(history.generations.list, now)) continue;
    const churn = churnSince(history, beginOf(history.generations.list, now));
    if (churn.generations.length < fewGenerations) continue;
    const unexplained = churn.generations.length - 2 * churn.moves;
    if (churn.restless.length === 0 && unexplained < unexplainedGenerations) continue;
    if (!isOver(group, churn, now)) findings.push(finding({ cluster, group, now, churn }));
  }
  return findings;
}

type Generations = readonly { readonly fromAt: number }[];

/** Whether a closer look is worth it: most groups have not begun as many generations in days. */
function mayBeStorm(generations: Generations, now: number): boolean {
  const first = generations.at(-fewGenerations);
  return first !== undefined && first.fromAt >= now - windowMs;
}

/** Where the newest row of generations begins that followed each other without a long rest. */
function beginOf(generations: Generations, now: number): number {
  let begin = now;
  for (const { fromAt } of generations.toReversed()) {
    if (fromAt < now - windowMs || begin - fromAt > restMs) break;
    begin = fromAt;
  }
  return begin;
}

function isOver({ unrest }: GroupModel, { longestCalmMs }: Churn, now: number): boolean {
  const calmSince = unrest?.calmSince;
  return calmSince !== undefined && now - calmSince > Math.max(calmMs, 1.5 * longestCalmMs);
}

function finding(place: Place): Finding {
  const { cluster, group, now, churn } = place;
  const { clusterId } = cluster;
  const { groupId } = group;
  const restless = churn.restless.map((comer) => named(place, comer));
  const faults = faultsHolding(cluster, groupId, now);
  const since = churn.generations[0]?.fromAt ?? now;
  const word = (group.byBroker ?? group.bySample)?.groupEpoch === undefined ? "generation" : "epoch";
  const rounds = `${countedText(churn.generations.length, word)} in ${durationText(now - since)}`;
  return {
    id: findingId("rebalanceStorm", clusterId, groupId),
    clusterId,
    kind: "rebalanceStorm",
    severity: "warning",
    title: `${groupId}: rebalances again and again`,
    detail: [
      ...restlessText(restless),
      rounds,
      ...faults.map(({ title }) => `the fault “${title}” holds answers`),
    ].join(" · "),
    cause: [
      `${groupId} began ${rounds}: in each, its members stop and cannot commit until it is over.`,
      ...whoSentences(place, restless),
      ...faults.map(
        ({ title }) =>
          `The playground's fault “${title}” holds answers: members that wait for them are evicted, join again, and wait again.`,
      ),
      ...(faults.length > 0 ? [] : adviceOf(restless)),
    ].join(" "),
    evidence: [
      { label: `${word}s`, value: rounds, at: since },
      ...restless.slice(0, shownMembers).flatMap(movesEvidence),
      ...reasonOfLast(group),
    ],
    since,
    subjects: [
      { kind: "group", groupId },
      ...restless.flatMap(({ memberIds }) =>
        memberIds.map((memberId) => ({ kind: "member", groupId, memberId }) as const),
      ),
    ],
    remedies: remediesOf(place, restless),
  };
}

/** As many are told one by one. */
const shownMembers = 3;

function named({ cluster, group }: Place, comer: Comer): Named {
  const view = groupView(cluster, group);
  const ids = new Set(comer.memberIds);
  const member = view.members.find(({ memberId }) => ids.has(memberId));
  const lanes = [...(group.rebalances?.lanes.bySession.entries() ?? [])];
  const own = lanes.findLast(([, { memberIds }]) => memberIds.some((memberId) => ids.has(memberId)));
  const session = member?.session ?? (own && cluster.sessions.get(own[0]));
  const name = session
    ? sessionName(session)
    : member
      ? memberName(member, view.members)
      : comer.said || nameOfMemberId(view, comer.memberIds.at(-1) ?? "");
  return { ...comer, name, session };
}

/** `worker-3 left and came back 9×`; of several only who they are. */
function restlessText(restless: readonly Named[]): readonly string[] {
  const [first, ...others] = restless;
  if (!first) return [];
  if (others.length === 0)
    return [`${first.name} ${wentWord(first)} and came back ${countText(first.arrivals)}×`];
  return [`${listText(shortList(restless))} come and go`];
}

function shortList(restless: readonly Named[]): readonly string[] {
  const names = restless.map(({ name }) => name);
  const more = names.length - shownMembers;
  return more > 0 ? [...names.slice(0, shownMembers), `${countText(more)} more`] : names;
}

/** How it went, the last time. */
function wentWord({ moves }: Comer): string {
  const last = moves.findLast(({ what }) => what !== "joined")?.what;
  switch (last) {
    case "evicted":
    case "fenced":
      return `was ${last}`;
    case "left":
      return "left";
    case "joined":
    case "ended":
    case "disappeared":
    case undefined:
      return "went";
  }
}

function whoSentences({ group }: Place, restless: readonly Named[]): readonly string[] {
  if (restless.length === 0) {
    const reason = group.byBroker?.rebalanceReason;
    const last = reason === undefined ? "" : ` The last one began because ${reason}.`;
    return [
      `Members that came or went do not explain so many: somebody joins anew for another reason, such as a change of what it reads.${last}`,
    ];
  }
  return restless.slice(0, shownMembers).map((comer) => {
    const reason = comer.moves.findLast(({ what }) => what !== "joined")?.reason;
    const why = reason === undefined || reason === "" ? "" : `, the last time with “${reason}”`;
    return `${comer.name} (${comer.said}) joined ${countedText(comer.arrivals, "time")} and ${wentWord(comer)}${why}.`;
  });
}

/** Where to look. */
function adviceOf(restless: readonly Named[]): readonly string[] {
  const how = new Set(restless.map(wentWord));
  const advice: string[] = [];
  if (how.has("left")) {
    advice.push(
      "Who leaves does so on purpose: a process that is started again and again, or one that polls more seldom than its max.poll.interval.ms.",
    );
  }
  if (how.has("was evicted")) {
    advice.push("Who is evicted was silent for its session timeout: it crashed, hung, or was cut off.");
  }
  if (how.has("was fenced")) advice.push("Who is fenced shares its id with another process.");
  return restless.length === 0
    ? advice
    : [...advice, "Its log says which; a static id (group.instance.id) lets it restart without a rebalance."];
}

function movesEvidence(comer: Named): readonly Evidence[] {
  return comer.moves.slice(-4).map((move) => ({ label: comer.name, at: move.at, value: moveText(move) }));
}

function moveText({ what, reason }: Move): string {
  const did = what === "disappeared" ? "was gone" : what;
  return reason === undefined || reason === "" ? did : `${did}: ${sentence(reason)}`;
}

function reasonOfLast({ byBroker }: GroupModel): readonly Evidence[] {
  const reason = byBroker?.rebalanceReason;
  return reason === undefined ? [] : [{ label: "last begun by", value: reason }];
}

function remediesOf({ cluster, group, now }: Place, restless: readonly Named[]): readonly Remedy[] {
  const { clusterId } = cluster;
  const { groupId } = group;
  const faults = faultsHolding(cluster, groupId, now);
  const ours = restless.flatMap(({ session }) =>
    session && !session.started?.scripted && !session.ended ? [session] : [],
  );
  return [
    ...faults.map(
      ({ faultId, title }): Remedy => ({
        title: `Turn off “${title}”`,
        hint: "The playground answers what it held back.",
        changes: true,
        action: { kind: "disableFault", clusterId, faultId },
      }),
    ),
    {
      title: "Show rebalances",
      hint: "Opens the group over time: who comes and goes.",
      changes: false,
      action: { kind: "showRebalances", clusterId, groupId },
    },
    // With answers held back, nobody who comes and goes is to blame.
    ...(faults.length > 0 ? [] : ours).map(
      (session): Remedy => ({
        title: `Stop ${sessionName(session)}`,
        hint: "It leaves the group for good.",
        changes: true,
        action: { kind: "stopSession", clusterId, sessionId: session.sessionId },
      }),
    ),
  ];
}
