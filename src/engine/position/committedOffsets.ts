import { groupByTopic, type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { type ErrorName, errorName, isRetriable } from "#protocol/errorCodes.ts";
import { errorText } from "../engineError.ts";
import { explainGroupError, meaningOf } from "../group/groupErrors.ts";
import type { OffsetAnswer } from "./offsetLookup.ts";

/** How the group's committed offsets are asked for. */
export interface CommittedLookup {
  readonly cluster: Cluster;
  readonly groupId: string;
  /** The connection commits take: what was committed before is seen. */
  readonly channel: string;
  readonly timeoutMs: number;
  /** Who asks, in a consumer group (KIP-848): the coordinator refuses what a member asks in an epoch that is over. */
  readonly asMember?: (() => ConsumerStanding | undefined) | undefined;
  /** The coordinator refused the question with this; the answer comes when the epoch is known. */
  readonly onRefused?: ((error: ErrorName, memberEpoch: number) => void) | undefined;
}

/** A member of a consumer group in one of its epochs. */
export interface ConsumerStanding {
  readonly memberId: string;
  readonly memberEpoch: number;
}

/** One answer for every partition; no offset means that the group never committed there. Rejects never. */
export async function lookUpCommitted(
  lookup: CommittedLookup,
  keys: readonly TopicPartition[],
  signal?: AbortSignal,
): Promise<TopicPartitionMap<OffsetAnswer>> {
  const { cluster, groupId, channel, timeoutMs } = lookup;
  const topics = groupByTopic(keys).map(({ topic: name, partitions: partitionIndexes }) => ({
    name,
    partitionIndexes,
  }));
  const answers = new TopicPartitionMap<OffsetAnswer>();
  const standing = lookup.asMember?.();
  let failure = refused(lookup, "UNKNOWN_SERVER_ERROR");
  try {
    const { body, version } = await cluster.send(
      { coordinator: groupId, channel },
      offsetFetch,
      // Version 10 asks by topic id, which a broker before Kafka 2.8 does not tell.
      { groupId, topics, groups: [{ groupId, ...standing, topics }], requireStable: true },
      { timeoutMs, signal, versions: [1, 9] },
    );
    const group = version >= 8 ? body.groups[0] : body;
    const error = errorName(group?.errorCode ?? 0);
    if (error === "NONE") readTopics(lookup, group?.topics ?? [], answers);
    else {
      if (standing) lookup.onRefused?.(error, standing.memberEpoch);
      failure = refused(lookup, error);
    }
  } catch (error) {
    failure = { ok: false, error: { code: "NO_ANSWER", message: errorText(error) }, retriable: true };
  }
  for (const key of keys) {
    if (!answers.has(key)) answers.set(key, failure);
  }
  return answers;
}

function readTopics(
  lookup: CommittedLookup,
  topics: readonly {
    readonly name: string;
    readonly partitions: readonly {
      readonly partitionIndex: number;
      readonly committedOffset: bigint;
      readonly committedLeaderEpoch: number;
      readonly errorCode: number;
    }[];
  }[],
  answers: TopicPartitionMap<OffsetAnswer>,
): void {
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, errorCode } of partitions) {
      const error = errorName(errorCode);
      const offset = committedOffset < 0n ? undefined : committedOffset;
      const leaderEpoch = committedLeaderEpoch < 0 ? undefined : committedLeaderEpoch;
      const answer: OffsetAnswer =
        error === "NONE" ? { ok: true, offset, leaderEpoch } : refused(lookup, error);
      answers.set({ topic: name, partition: partitionIndex }, answer);
    }
  }
}

function refused({ cluster, groupId }: CommittedLookup, error: ErrorName): OffsetAnswer {
  const meaning = meaningOf(error);
  if (meaning === "coordinatorMoved") cluster.forgetCoordinator(groupId);
  const message =
    error === "UNSTABLE_OFFSET_COMMIT"
      ? `a transaction has committed offsets of ${groupId} and is still open (${error})`
      : explainGroupError(error, groupId);
  const isMembersTrouble = error === "STALE_MEMBER_EPOCH" || error === "UNKNOWN_MEMBER_ID";
  const retriable =
    meaning === "coordinatorMoved" ||
    isMembersTrouble ||
    isRetriable(error) ||
    error === "UNKNOWN_SERVER_ERROR";
  return { ok: false, error: { code: error, message }, retriable };
}
