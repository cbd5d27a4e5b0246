import { topicPartitionText } from "#base/topicPartition.ts";
import { type Evidence, type Finding, findingId } from "../finding.ts";
import type { ClusterModel, SessionModel } from "../model.ts";
import type { Remedy } from "../remedy.ts";
import { bufferTotals } from "../sessions.ts";
import { type SessionPartitionView, sessionName, sessionPartitions } from "../sessionView.ts";
import { countedText, countText, partitionsText } from "../words.ts";

/**
 * Partitions of ours whose logs grew while they are paused, one finding per consumer: a pause keeps the position, so all
 * that arrives meanwhile is delivered afterwards, which is not what everybody who pauses expects.
 */
export function findPausedPartitions(
  cluster: ClusterModel,
  now: number,
  toleranceMs: number,
): readonly Finding[] {
  const findings: Finding[] = [];
  for (const session of cluster.sessions.values()) {
    if (session.ended) continue;
    const paused = sessionPartitions(cluster, session).flatMap(isGrowing(session));
    const since = Math.min(...paused.map(({ pausedAt }) => pausedAt));
    if (paused.length > 0 && now - since >= toleranceMs) {
      findings.push(finding({ cluster, session, now, since }, paused));
    }
  }
  return findings;
}

/** A paused partition with records to come that it had not when it was paused. */
interface Growing {
  readonly view: SessionPartitionView;
  readonly pausedAt: number;
  readonly arrived: bigint;
}

interface At {
  readonly cluster: ClusterModel;
  readonly session: SessionModel;
  readonly now: number;
  readonly since: number;
}

function isGrowing(session: SessionModel): (view: SessionPartitionView) => readonly Growing[] {
  return (view) => {
    const pausedAt = session.partitions.get(view)?.pausedAt;
    const arrived = view.arrivedSincePause ?? 0n;
    return pausedAt === undefined || arrived === 0n ? [] : [{ view, pausedAt, arrived }];
  };
}

function finding(at: At, paused: readonly Growing[]): Finding {
  const { cluster, session, now, since } = at;
  const { clusterId } = cluster;
  const { sessionId } = session;
  const name = sessionName(session);
  const [one, ...others] = paused;
  const single = one && others.length === 0 ? one : undefined;
  const records = countedText(arrivedIn(paused), "record");
  const wholeSession = { kind: "session", sessionId } as const;
  return {
    id: findingId("pausedPartitions", clusterId, sessionId),
    clusterId,
    kind: "pausedPartitions",
    severity: "info",
    title: single
      ? `${name}: ${topicPartitionText(single.view)} is paused`
      : `${name}: ${countText(paused.length)} partitions are paused`,
    lastedMs: now - since,
    detail: single
      ? `${records} arrived meanwhile; the position stays at ${offsetText(single.view.position)}`
      : `${records} arrived meanwhile; the positions stay`,
    cause: `${name} does not deliver ${partitionsText(views(paused))} until ${single ? "it is" : "they are"} resumed. A pause moves no position and loses nothing: ${records} arrived meanwhile, and resuming delivers everything${single ? ` from offset ${offsetText(single.view.position)} on` : " from the positions on"}, oldest first. Who wants only what comes from now on has to skip before resuming; what was skipped but not committed is delivered again after a restart. ${pausedShareText(session)}`,
    evidence: [...paused.map(partitionEvidence), ...bufferEvidence(session)],
    since,
    subjects: single
      ? [partitionSubject(sessionId, single), wholeSession]
      : [wholeSession, ...paused.map((each) => partitionSubject(sessionId, each))],
    remedies: remedies(at, paused),
  };
}

function partitionSubject(sessionId: string, { view: { topic, partition } }: Growing) {
  return { kind: "sessionPartition", sessionId, topic, partition } as const;
}

function views(paused: readonly Growing[]): readonly SessionPartitionView[] {
  return paused.map(({ view }) => view);
}

function arrivedIn(paused: readonly Growing[]): bigint {
  return paused.reduce((sum, { arrived }) => sum + arrived, 0n);
}

function partitionEvidence({ view, pausedAt, arrived }: Growing): Evidence {
  const position = offsetText(view.position);
  return {
    label: topicPartitionText(view),
    at: pausedAt,
    value: `paused; position ${position}, end ${offsetText(view.highWatermark)}, ${countText(arrived)} arrived since; resuming delivers ${position} first`,
  };
}

/** What the two numbers of the row, buffered and paused, mean for this consumer. */
export function pausedShareText(session: SessionModel): string {
  const { records, pausedRecords } = bufferTotals(session);
  if (session.started?.pausedBuffer === "discard") {
    return "This consumer keeps no fetched records of a paused partition: what it had fetched was dropped when it was paused, is not counted as buffered, and is fetched again after resuming.";
  }
  if (pausedRecords === 0) return "Nothing of it is in the buffer: it is fetched after resuming.";
  const share =
    pausedRecords === records
      ? `All ${countText(records)} buffered records are`
      : `Of its ${countedText(records, "buffered record")}, ${countText(pausedRecords)} are`;
  return `${share} of paused partitions: fetched already and kept, they count as buffered, no poll returns them, and resuming delivers them without fetching them again.`;
}

function bufferEvidence(session: SessionModel): readonly Evidence[] {
  const { records, pausedRecords } = bufferTotals(session);
  return [{ label: "buffered", value: `${countText(records)}, of which paused ${countText(pausedRecords)}` }];
}

function offsetText(offset: bigint | undefined): string {
  return offset === undefined ? "–" : countText(offset);
}

function remedies({ cluster, session }: At, paused: readonly Growing[]): readonly Remedy[] {
  const { clusterId } = cluster;
  const { sessionId } = session;
  const partitions = views(paused).map(({ topic, partition }) => ({ topic, partition }));
  const about = { clusterId, sessionId, partitions };
  return [
    {
      title: "Resume",
      hint: "Delivers everything that waits, what arrived during the pause included.",
      changes: true,
      action: { kind: "resume", ...about },
    },
    {
      title: "Skip to the end…",
      hint: "Shows what would be left out, and then moves the position; with or without a commit. It stays paused.",
      changes: true,
      action: { kind: "skipToEnd", ...about },
    },
    {
      title: "Skip by discarding…",
      hint: "Fetches everything up to the end, counts it and drops it: exact, and slower.",
      changes: true,
      action: { kind: "skipByDiscarding", ...about },
    },
    {
      title: "Skip to a time…",
      hint: "Leaves out what is older than a time of yours.",
      changes: true,
      action: { kind: "skipToTime", ...about },
    },
  ];
}
