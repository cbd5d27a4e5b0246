import type { Cluster } from "#network/cluster.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { errorName } from "#protocol/errorCodes.ts";
import type { CommitOffset, CommittedPartition } from "./commitEntry.ts";
import type { CommitAuthority } from "./commitGate.ts";

/** Where commits go. */
export interface CommitTarget {
  readonly cluster: Cluster;
  readonly groupId: string;
  readonly groupInstanceId: string | undefined;
  /** The connection of all the group's requests: a commit is not overtaken by what is sent after it. */
  readonly channel: string;
}

const patienceMs = 30_000;

/** Sends one OffsetCommit. Rejects when no answer came; then whether it was carried out is not known. */
export async function sendCommit(
  { cluster, groupId, groupInstanceId, channel }: CommitTarget,
  offsets: readonly CommitOffset[],
  authority: CommitAuthority,
): Promise<readonly CommittedPartition[]> {
  const byTopic = Map.groupBy(offsets, ({ topic }) => topic);
  const topics = Array.from(byTopic, ([name, ofTopic]) => ({
    name,
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
    // Version 10 goes by topic id, which a broker before Kafka 2.8 does not tell.
    { timeoutMs: patienceMs, retry: "never", versions: [2, 9] },
  );
  return body.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, errorCode }) => {
      const error = errorName(errorCode);
      return { topic: name, partition: partitionIndex, error: error === "NONE" ? undefined : error };
    }),
  );
}
