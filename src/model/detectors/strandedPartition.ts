import { type TopicPartition, TopicPartitionMap, topicPartitionText } from "#base/topicPartition.ts";
import type { ObservedMember } from "#trace/observations/group.ts";
import { offersDiffer, offersText } from "../assignors.ts";
import { committedOf } from "../committedOffsets.ts";
import type { DeepReadonly } from "../deepReadonly.ts";
import {
  type DetectorSettings,
  type Evidence,
  type Finding,
  type FindingSubject,
  findingId,
} from "../finding.ts";
import {
  type GroupView,
  groupPartition,
  groupView,
  type MemberView,
  partitionsOfNobody,
  presentGroups,
} from "../groupView.ts";
import { memberName } from "../memberName.ts";
import type { ClusterModel, GroupModel } from "../model.ts";
import { sessionName } from "../sessionView.ts";
import { countText, durationText, partitionsText } from "../words.ts";

interface Place {
  readonly cluster: ClusterModel;
  readonly group: GroupModel;
  readonly view: GroupView;
  readonly now: number;
}

/** Partitions that nobody reads although the group should: assigned to no member, or to one that does not consume them. */
export function findStrandedPartitions(
  cluster: ClusterModel,
  now: number,
  settings: Pick<DetectorSettings, "strandedToleranceMs" | "stallEvidenceMs">,
): readonly Finding[] {
  return presentGroups(cluster).flatMap((group) => {
    if (!mayStrand(cluster, group, settings.stallEvidenceMs)) return [];
    const view = groupView(cluster, group);
    // Share groups have no owners: any member may take any record.
    if (view.state !== "Stable" || view.groupType === "share") return [];
    const place = { cluster, group, view, now };
    const settledMs = now - (view.stateSince ?? now);
    return [
      ...(settledMs >= settings.strandedToleranceMs ? ofNobody(place) : []),
      ...view.members.flatMap((member) =>
        member.session
          ? unreadByOurs(place, member, settings.strandedToleranceMs)
          : leftAlone(place, member, settings.stallEvidenceMs),
      ),
    ];
  });
}

/** Whether a closer look is worth it: nearly every one of ten thousand groups is well, and all are looked at often. */
function mayStrand(cluster: ClusterModel, group: GroupModel, evidenceMs: number): boolean {
  if (group.byMember.size > 0) return true;
  const described = group.byBroker ?? group.bySample;
  if (described?.state !== "Stable") return false;
  return hasPartitionOfNobody(cluster, described.members) || hasStalledCommit(cluster, group, evidenceMs);
}

function hasPartitionOfNobody(
  cluster: ClusterModel,
  members: readonly DeepReadonly<ObservedMember>[],
): boolean {
  const owned = new Map<string, Set<number>>();
  const of = (topic: string) => {
    const known = owned.get(topic) ?? new Set<number>();
    owned.set(topic, known);
    return known;
  };
  for (const { subscribedTopics, assigned } of members) {
    for (const topic of subscribedTopics ?? []) of(topic);
    for (const { topic, partition } of assigned ?? []) of(topic).add(partition);
  }
  for (const [topic, partitions] of owned) {
    if ((cluster.topics.byName.get(topic)?.partitions.length ?? 0) > partitions.size) return true;
  }
  return false;
}

function hasStalledCommit(cluster: ClusterModel, group: GroupModel, evidenceMs: number): boolean {
  for (const { entries } of group.committed.byVantage.values()) {
    for (const [key, { at, sinceAt, endAtSince }] of entries.entries()) {
      if (at - sinceAt < evidenceMs || endAtSince === undefined) continue;
      const end = cluster.topics.ends.get(key)?.highWatermark;
      if (end !== undefined && end > endAtSince) return true;
    }
  }
  return false;
}

function ofNobody(place: Place): readonly Finding[] {
  const { view } = place;
  const since = view.stateSince ?? place.now;
  return byTopic(partitionsOfNobody(place.cluster, view) ?? []).map(([topic, partitions]) =>
    finding(place, {
      topic,
      partitions,
      owner: undefined,
      since,
      detail: `assigned to no member ${sinceGeneration(place)}`,
      cause: `${partitionsText(partitions)} ${partitions.length === 1 ? "is" : "are"} assigned to no member, although the group reads ${topic}. Nobody reads it until the next rebalance, and that comes by itself only when membership or the topic changes. ${assignorsSentence(view)}`,
      evidence: [{ label: "members", value: countText(view.members.length) }],
    }),
  );
}

/** A half-finished migration shows in what the members offer. */
function assignorsSentence(view: GroupView): string {
  return offersDiffer(view)
    ? `The members do not offer the same assignors: ${offersText(view)}. Members that claim what they own to an assignor that gives up nothing strand partitions: bring all of them to the same list.`
    : "Common causes: the members' assignors do not agree, or the leader did not know the partition when it assigned.";
}

/** One of ours: what it was assigned and what it reads are both known exactly. */
function unreadByOurs(place: Place, member: MemberView, toleranceMs: number): readonly Finding[] {
  const { session } = member;
  const phase = session?.phase;
  if (!session || phase?.phase !== "stable" || member.assignedKnown !== "now") return [];
  if (place.now - phase.at < toleranceMs || phase.groupId !== place.group.groupId) return [];
  const unread = (member.assigned ?? []).filter((key) => session.partitions.get(key)?.position === undefined);
  const name = memberName(member, place.view.members);
  return byTopic(unread).map(([topic, partitions]) =>
    finding(place, {
      topic,
      partitions,
      owner: member,
      since: phase.at,
      detail: `assigned to ${name}, which does not read it`,
      cause: `${name} was assigned ${partitionsText(partitions)} but neither reads it, nor loads its position, nor reports an error. That is a fault of the consumer: stopping it lets another member take over.`,
      evidence: [{ label: "seen", value: "from inside: what the session was assigned and what it reads" }],
    }),
  );
}

/**
 * A foreign member shows only its commits: one partition frozen with new records in it, while the same member commits
 * others, is as much as can be known from outside, so it takes time to say so.
 */
function leftAlone(place: Place, member: MemberView, evidenceMs: number): readonly Finding[] {
  if (member.assignedKnown !== "now" || (member.assigned?.length ?? 0) < 2) return [];
  const entries = (member.assigned ?? []).map((key) => ({
    key,
    entry: committedOf(place.group.committed, key),
  }));
  const settledAt = place.view.stateSince ?? place.now;
  const stalled = entries.filter(({ key, entry }) => {
    if (entry?.committedOffset === undefined || entry.endAtSince === undefined) return false;
    const from = Math.max(entry.sinceAt, settledAt);
    const { highWatermark, lag } = groupPartition(place.cluster, place.group, key);
    const grew = highWatermark !== undefined && highWatermark > entry.endAtSince;
    const othersMoved = entries.some(({ entry: other }) => other !== entry && (other?.sinceAt ?? 0) > from);
    return entry.at - from >= evidenceMs && grew && (lag ?? 0n) > 0n && othersMoved;
  });
  const name = memberName(member, place.view.members);
  return byTopic(stalled.map(({ key }) => key)).map(([topic, partitions]) => {
    const first = stalled.find(({ key }) => key.topic === topic)?.entry;
    const since = Math.max(first?.sinceAt ?? settledAt, settledAt);
    const frozenMs = (first?.at ?? since) - since;
    return finding(place, {
      topic,
      partitions,
      owner: member,
      since,
      detail: `${name} has it but has not committed it for ${durationText(frozenMs)}, others it has`,
      cause: `${name} owns ${partitionsText(partitions)} and commits its other partitions, but this one's committed offset has stood still for ${durationText(frozenMs)} while records arrived. Seen from outside this means that the member does not consume it, paused it, or fails on its records. Restarting the member usually helps; its log says which it is.`,
      evidence: partitions.slice(0, 5).map((key) => stallEvidence(place, key)),
    });
  });
}

function stallEvidence(place: Place, key: TopicPartition): Evidence {
  const { committedOffset, highWatermark } = groupPartition(place.cluster, place.group, key);
  const entry = committedOf(place.group.committed, key);
  const shown = (offset: bigint | undefined) => (offset === undefined ? "–" : countText(offset));
  return {
    label: topicPartitionText(key),
    at: entry?.sinceAt,
    value: `committed ${shown(committedOffset)} since then, end ${shown(entry?.endAtSince)} → ${shown(highWatermark)}`,
  };
}

function finding(
  place: Place,
  what: {
    readonly topic: string;
    readonly partitions: readonly TopicPartition[];
    readonly owner: MemberView | undefined;
    readonly since: number;
    readonly detail: string;
    readonly cause: string;
    readonly evidence: readonly Evidence[];
  },
): Finding {
  const { cluster, group } = place;
  const { clusterId } = cluster;
  const { groupId } = group;
  const [first] = what.partitions;
  const more = what.partitions.length - 1;
  const rows = what.partitions.map(
    ({ topic, partition }): FindingSubject => ({ kind: "groupPartition", groupId, topic, partition }),
  );
  const name = first ? topicPartitionText(first) : what.topic;
  const session = what.owner?.session;
  return {
    id: findingId("strandedPartition", clusterId, groupId, what.topic, what.owner?.memberId ?? 0),
    clusterId,
    kind: "strandedPartition",
    severity: "warning",
    title: more > 0 ? `${name} and ${countText(more)} more stranded` : `${name} stranded`,
    detail: what.detail,
    cause: what.cause,
    evidence: [{ label: "partitions", value: partitionsText(what.partitions) }, ...what.evidence],
    since: what.since,
    subjects: [
      rows[0] ?? { kind: "group", groupId },
      ...rows.slice(1),
      { kind: "group", groupId },
      ...(session
        ? what.partitions.map(
            (key): FindingSubject => ({ kind: "sessionPartition", sessionId: session.sessionId, ...key }),
          )
        : []),
    ],
    remedies: [
      {
        title: "Show rebalances",
        hint: "Opens the group over time: which generation left it without a reader.",
        changes: false,
        action: { kind: "showRebalances", clusterId, groupId },
      },
      session
        ? {
            title: `Stop ${sessionName(session)}`,
            hint: "It leaves the group, and the others take over its partitions.",
            changes: true,
            action: { kind: "stopSession", clusterId, sessionId: session.sessionId },
          }
        : {
            title: "Join with a debug consumer…",
            hint: "A new member makes the group rebalance and assign all partitions again.",
            changes: true,
            action: { kind: "startConsumer", clusterId, groupId },
          },
    ],
  };
}

/** `since generation 6 (range → cooperative-sticky)`, as far as the history tells. */
function sinceGeneration({ group, view }: Place): string {
  const list = group.rebalances?.generations.list ?? [];
  const last = list.at(-1);
  const number = last?.generationId ?? view.generationId;
  if (number === undefined) return "since the last rebalance";
  const [before, after] = [list.at(-2)?.assignor, last?.assignor];
  const change =
    before !== undefined && after !== undefined && before !== after ? ` (${before} → ${after})` : "";
  return `since generation ${number}${change}`;
}

function byTopic(partitions: readonly TopicPartition[]): [string, readonly TopicPartition[]][] {
  const unique = new TopicPartitionMap<true>();
  for (const key of partitions) unique.set(key, true);
  const topics = new Map<string, TopicPartition[]>();
  for (const key of unique.keys()) topics.set(key.topic, [...(topics.get(key.topic) ?? []), key]);
  return [...topics];
}
