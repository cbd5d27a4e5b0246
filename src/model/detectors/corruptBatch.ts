import { topicPartitionText } from "#base/topicPartition.ts";
import type { BatchDamageCause, BatchRejected } from "#trace/observations/fetch.ts";
import type { DeepReadonly } from "../deepReadonly.ts";
import { type Evidence, type Finding, findingId } from "../finding.ts";
import type { ClusterModel, SessionModel } from "../model.ts";
import type { Remedy } from "../remedy.ts";
import type { Seen } from "../seen.ts";
import { sessionName } from "../sessionView.ts";
import { bytesText, countedText, countText, crcText } from "../words.ts";

type Rejected = DeepReadonly<Seen<BatchRejected>>;

/** Batches that stand in the way of one of our consumers. */
export function findCorruptBatches(cluster: ClusterModel): readonly Finding[] {
  const findings: Finding[] = [];
  for (const session of cluster.sessions.values()) {
    for (const batch of session.corrupt.values()) findings.push(finding(cluster, session, batch));
  }
  return findings;
}

/** `2,000–2,009`, `2,000` for one record, or where it begins when its end is not known. */
export function batchBoundsText(batch: Pick<Rejected, "baseOffset" | "lastOffset">): string {
  if (batch.lastOffset === batch.baseOffset) return countText(batch.baseOffset);
  return batch.lastOffset === undefined
    ? `from ${countText(batch.baseOffset)}`
    : `${countText(batch.baseOffset)}–${countText(batch.lastOffset)}`;
}

/** Short words for a row: `fails CRC`. */
export function damageWords(cause: BatchDamageCause): string {
  switch (cause) {
    case "length":
      return "has a wrong length";
    case "magic":
      return "has an unknown format";
    case "crc":
      return "fails CRC";
    case "codecUnknown":
      return "uses an unknown codec";
    case "decompression":
      return "cannot be decompressed";
    case "recordCount":
      return "has a wrong record count";
    case "recordLayout":
      return "has broken records";
    case "bomb":
      return "decompresses to too much";
    case "offsets":
      return "has impossible offsets";
    case "reported":
      return "is damaged in the broker's own log";
  }
}

/** What is known of the batch, for the finding, the tooltip and the inspector. */
export function batchEvidence(batch: Rejected): readonly Evidence[] {
  const { crcStored, crcComputed } = batch;
  const crc =
    crcStored === undefined || crcComputed === undefined
      ? undefined
      : `stored ${crcText(crcStored)}, computed ${crcText(crcComputed)}`;
  const rows: (Evidence | undefined)[] = [
    { label: "batch", value: batchBoundsText(batch) },
    // A checksum that does not fit says in words what the next row says in numbers.
    batch.cause === "crc" && crc !== undefined ? undefined : { label: "damage", value: batch.message },
    crc === undefined ? undefined : { label: "CRC", value: crc },
    batch.sizeInBytes === undefined ? undefined : { label: "size", value: bytesText(batch.sizeInBytes) },
    batch.compression === undefined ? undefined : { label: "compression", value: batch.compression },
    batch.recordCount === undefined ? undefined : { label: "records", value: countText(batch.recordCount) },
    batch.readFrom === undefined ? undefined : { label: "read from", value: `node ${batch.readFrom}` },
    batch.leaderEpoch === undefined ? undefined : { label: "leader epoch", value: String(batch.leaderEpoch) },
    { label: "bounds trusted", value: `${batch.boundsTrusted ? "yes" : "no"}: ${batch.boundsReason}` },
    { label: "next safe offset", value: nextSafeText(batch) },
  ];
  return rows.filter((row) => row !== undefined);
}

/** Safe it is only as far as the header is. */
function nextSafeText({ nextSafeOffset, boundsTrusted }: Rejected): string {
  if (nextSafeOffset === undefined) return "unknown";
  return `${countText(nextSafeOffset)}${boundsTrusted ? "" : ", if the header is right, which is in doubt"}`;
}

function sentenceStart(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Fetch again, and skip where the header says where to. */
function batchRemedies(clusterId: string, batch: Rejected): readonly Remedy[] {
  // While it asks again by itself there is nothing to decide.
  if (batch.action === "retrying") return [];
  const { sessionId, topic, partition, nextSafeOffset, cause } = batch;
  const helpsWhen =
    cause === "reported"
      ? "another replica leads by now, or its log was repaired"
      : "it was damaged on the way";
  const retry: Remedy = {
    title: "Fetch again",
    hint: `Reads the batch once more; helps when ${helpsWhen}.`,
    changes: false,
    action: { kind: "retryBatch", clusterId, sessionId, topic, partition },
  };
  if (nextSafeOffset === undefined) {
    const hint =
      "Nothing credible says where the damage ends: seek to an offset behind it, further each time until it can be read. What lies between is not delivered.";
    const action = { kind: "seek", clusterId, sessionId, topic, partition } as const;
    return [retry, { title: "Seek behind it…", hint, changes: true, action }];
  }
  const inDoubt = !batch.boundsTrusted;
  const loss = inDoubt ? `${lossText(batch)} or more, as its header is in doubt,` : lossText(batch);
  return [
    retry,
    {
      title: `Skip to ${countText(nextSafeOffset)}`,
      hint: `${sentenceStart(loss)} will not be delivered; the gap is recorded.`,
      changes: true,
      action: { kind: "skipBatch", inDoubt, clusterId, sessionId, topic, partition },
    },
  ];
}

/** `10 records`, by its header or its offsets. */
function lossText(batch: Pick<Rejected, "recordCount" | "baseOffset" | "lastOffset">): string {
  if (batch.lastOffset !== undefined && batch.lastOffset >= batch.baseOffset) {
    return countedText(batch.lastOffset - batch.baseOffset + 1n, "record");
  }
  return "an unknown number of records";
}

/** `halted`, or which attempt is next. */
export function haltWords({ action, attempt, attempts }: Rejected): string {
  if (action !== "retrying") return "halted";
  return attempt === undefined ? "asking again" : `asking again (${attempt} of ${attempts ?? attempt})`;
}

function consequence(batch: Rejected, session: SessionModel): string {
  const { action, attempt, attempts, cause, nextSafeOffset } = batch;
  const name = sessionName(session);
  if (action !== "retrying") {
    const wantsToSkip = session.started?.corruptBatchPolicy === "skip" && nextSafeOffset === undefined;
    const why = wantsToSkip
      ? " It is to skip corrupt batches, but nothing credible says where this one ends."
      : "";
    return `${name} stopped this partition there and reads the others; nothing after it is delivered until you decide.${why}`;
  }
  const which = attempt === undefined ? "" : ` (${attempt} of ${attempts ?? attempt})`;
  const how =
    cause === "reported"
      ? "of another replica where there is one"
      : "as it may have been damaged on the way, then from another replica";
  return `${name} asks for it again${which}, ${how}; nothing after it is delivered meanwhile.`;
}

const skippedBefore =
  " It was skipped before, but the group's committed offset stayed in front of it, so whoever reads from there stops here again: skip it, and commit.";

/** Whether this consumer, or another one of ours in its group, has gone past the batch already. */
function wasSkipped(cluster: ClusterModel, session: SessionModel, batch: Rejected): boolean {
  const groupId = session.started?.groupId;
  return [...cluster.sessions.values()]
    .filter((other) => other === session || (groupId !== undefined && other.started?.groupId === groupId))
    .some(({ gaps }) =>
      gaps.some(
        (gap) =>
          gap.type === "fetch.gap" &&
          gap.topic === batch.topic &&
          gap.partition === batch.partition &&
          gap.at < batch.at &&
          gap.toOffset > batch.baseOffset &&
          (gap.fromOffset ?? 0n) <= batch.baseOffset,
      ),
    );
}

function finding(cluster: ClusterModel, session: SessionModel, batch: Rejected): Finding {
  const { topic, partition, sessionId } = batch;
  const where = topicPartitionText({ topic, partition });
  const groupId = session.started?.groupId;
  const again = wasSkipped(cluster, session, batch);
  return {
    id: findingId("corruptBatch", cluster.clusterId, sessionId, topic, partition),
    clusterId: cluster.clusterId,
    kind: "corruptBatch",
    severity: "error",
    title: `${where}: corrupt batch`,
    detail: `${haltWords(batch)} at ${countText(batch.baseOffset)}; ${again ? "skipped before, not committed" : `${lossText(batch)} cannot be read`}`,
    cause: `The batch ${batchBoundsText(batch)} ${damageWords(batch.cause)}. ${consequence(batch, session)} What stands before the batch can still be delivered.${again ? skippedBefore : ""}`,
    evidence: batchEvidence(batch),
    since: batch.at,
    subjects: [
      { kind: "sessionPartition", sessionId, topic, partition },
      { kind: "session", sessionId },
      ...(groupId === undefined ? [] : [{ kind: "groupPartition", groupId, topic, partition } as const]),
    ],
    remedies: batchRemedies(cluster.clusterId, batch),
  };
}
