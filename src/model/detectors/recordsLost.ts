import { topicPartitionText } from "#base/topicPartition.ts";
import type { PositionReset } from "#trace/observations/fetch.ts";
import { type Evidence, type Finding, findingId } from "../finding.ts";
import type { ClusterModel, SessionModel } from "../model.ts";
import { newestReset } from "../sessionHolds.ts";
import { sessionName } from "../sessionView.ts";
import { countedText, countText } from "../words.ts";

type Reset = NonNullable<ReturnType<typeof newestReset>>;

/** Positions of ours that were moved because the log no longer had them, with records that are gone. */
export function findLostRecords(cluster: ClusterModel): readonly Finding[] {
  const findings: Finding[] = [];
  for (const session of cluster.sessions.values()) {
    for (const key of session.partitions.keys()) {
      const reset = newestReset(session, key);
      if (reset && lostSomething(reset)) findings.push(finding(cluster, session, reset));
    }
  }
  return findings;
}

/** Why the log no longer has the position. */
export function resetCauseText(cause: PositionReset["cause"]): string {
  switch (cause) {
    case "outOfRange":
      return "the log no longer had its position";
    case "noCommittedOffset":
      return "nothing was committed";
    case "truncation":
      return "the log was cut off";
    case "topicRecreated":
      return "the topic was deleted and created anew";
  }
}

/** What is known of a reset, for finding and tooltip. */
export function resetEvidence(reset: Reset): readonly Evidence[] {
  const { fromOffset, toOffset, policy, lostRecords, deliveredRecords, skippedRecords } = reset;
  const count = (label: string, value: bigint | undefined) =>
    value === undefined || value === 0n ? [] : [{ label, value: countText(value) }];
  return [
    {
      label: "position",
      at: reset.at,
      value: `${fromOffset === undefined ? "–" : countText(fromOffset)} → ${countText(toOffset)}`,
    },
    { label: "policy", value: policy },
    ...(lostRecords === undefined || lostRecords === 0n ? [] : [{ label: "gone", value: lostText(reset) }]),
    ...count("of which delivered before", deliveredRecords),
    ...count("left out although they exist", skippedRecords),
  ];
}

/** `offsets 120–239 (120)` */
function lostText({ lostRecords, lostFromOffset, lostToOffset }: Reset): string {
  const many = lostRecords === undefined ? "an unknown number" : countText(lostRecords);
  if (lostFromOffset === undefined || lostToOffset === undefined) return many;
  const last = lostToOffset - 1n;
  return lostFromOffset === last
    ? `offset ${countText(last)}`
    : `offsets ${countText(lostFromOffset)}–${countText(last)} (${many})`;
}

function lostSomething({ cause, lostRecords, skippedRecords }: Reset): boolean {
  if (cause === "noCommittedOffset") return false;
  return (lostRecords ?? 0n) > 0n || (skippedRecords ?? 0n) > 0n;
}

function finding(cluster: ClusterModel, session: SessionModel, reset: Reset): Finding {
  const { topic, partition, cause, lostRecords, skippedRecords } = reset;
  const { sessionId } = session;
  const { clusterId } = cluster;
  const name = sessionName(session);
  const where = topicPartitionText({ topic, partition });
  const gone = lostRecords ?? 0n;
  const what =
    gone > 0n
      ? `${countedText(gone, "offset")} gone`
      : `${countedText(skippedRecords ?? 0n, "offset")} left out`;
  return {
    id: findingId("recordsLost", clusterId, sessionId, topic, partition),
    clusterId,
    kind: "recordsLost",
    severity: "warning",
    title: `${where}: ${what}`,
    detail: `${resetCauseText(cause)}; ${name} went on at ${countText(reset.toOffset)}`,
    cause: `${name} could not go on in ${where}: ${resetCauseText(cause)}. ${meaning(cause)} By its reset policy (${reset.policy}) it went on at ${countText(reset.toOffset)}.`,
    evidence: resetEvidence(reset),
    since: reset.at,
    subjects: [
      { kind: "sessionPartition", sessionId, topic, partition },
      { kind: "session", sessionId },
    ],
    remedies: [
      {
        title: "Seek…",
        hint: "Moves the position to where reading is to go on. What is gone cannot be brought back.",
        changes: true,
        action: { kind: "seek", clusterId, sessionId, topic, partition },
      },
    ],
  };
}

function meaning(cause: PositionReset["cause"]): string {
  switch (cause) {
    case "outOfRange":
      return "Usually retention deleted the records before they were read: the consumer is too slow, or was away for too long.";
    case "truncation":
      return "A new leader did not have records that the old one had (an unclean election, or acks below all): what was delivered of them does not exist any more, and other records stand at their offsets.";
    case "topicRecreated":
      return "Committed offsets of the old topic mean nothing in the new one.";
    case "noCommittedOffset":
      return "";
  }
}
