import type { Cluster } from "#network/cluster.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { lookAgain, topicsByIdOrName } from "../position/topicReferences.ts";
import type { CommitOffset, CommittedPartition } from "./commitEntry.ts";
import type { CommitAuthority } from "./commitGate.ts";

/** Where commits go. */
export interface CommitTarget {
  readonly cluster: Cluster;
  readonly groupId: string;
  readonly groupInstanceId: string | undefined;
  /** The connection of all the group's requests: a commit is not overtaken by what is sent after it. */
  readonly channel: string;
  /** A connection silent for this long over a commit is given up: heartbeats wait behind it. */
  readonly silenceMs: number;
}

const patienceMs = 30_000;
/** Brokers may take 5 s for one, by their `offsets.commit.timeout.ms`, until the replicas have it. */
const leastSilenceMs = 7_500;

/** Two thirds of a session, within bounds: then there is time left to get a heartbeat through on another connection. */
export function commitSilenceMs(sessionTimeoutMs: number): number {
  return Math.max(leastSilenceMs, Math.min(patienceMs - 100, (sessionTimeoutMs * 2) / 3));
}

/**
 * Sends one OffsetCommit, by topic ids where they are known and the broker takes them: then an offset of a topic that was
 * deleted cannot end up in another one of its name, also when both happened with the request on its way. Rejects
 * when no answer came; then whether it was carried out is not known.
 */
export async function sendCommit(
  { cluster, groupId, groupInstanceId, channel, silenceMs }: CommitTarget,
  offsets: readonly CommitOffset[],
  authority: CommitAuthority,
): Promise<readonly CommittedPartition[]> {
  const named = topicsByIdOrName(cluster, offsets);
  const topics = named.topics.map(({ topic: name, topicId = zeroUuid, partitions: ofTopic }) => ({
    name,
    topicId,
    partitions: ofTopic.map(({ partition, offset, leaderEpoch, metadata }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch ?? -1,
      committedMetadata: metadata ?? "",
    })),
  }));
  const { body } = await cluster.send(
    { coordinator: groupId, channel },
    offsetCommit,
    {
      groupId,
      groupInstanceId: groupInstanceId ?? null,
      generationIdOrMemberEpoch: authority.generationId,
      memberId: authority.memberId,
      topics,
    },
    { timeoutMs: patienceMs, silenceMs, retry: "never", versions: named.haveIds ? [2, 10] : [2, 9] },
  );
  return body.topics.flatMap(({ name, topicId, partitions }) => {
    const topic = named.nameOf({ name, topicId });
    if (topic === undefined) return [];
    if (partitions.some(({ errorCode }) => errorName(errorCode) === "UNKNOWN_TOPIC_ID"))
      lookAgain(cluster, topic);
    return partitions.map(({ partitionIndex, errorCode }) => {
      const error = errorName(errorCode);
      return { topic, partition: partitionIndex, error: error === "NONE" ? undefined : error };
    });
  });
}
