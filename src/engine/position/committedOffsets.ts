import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { type ErrorName, errorName, isRetriable } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { errorText } from "../engineError.ts";
import { explainGroupError, meaningOf } from "../group/groupErrors.ts";
import type { OffsetAnswer } from "./offsetLookup.ts";
import { lookAgain, type TopicReferences, topicsByIdOrName } from "./topicReferences.ts";

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
  await hearOf(lookup, keys, signal);
  const named = topicsByIdOrName(
    cluster,
    keys.map(({ topic, partition }) => ({ topic, partition })),
  );
  const topics = named.topics.map(({ topic: name, topicId = zeroUuid, partitions }) => ({
    name,
    topicId,
    partitionIndexes: partitions.map(({ partition }) => partition),
  }));
  const answers = new TopicPartitionMap<OffsetAnswer>();
  const standing = lookup.asMember?.();
  let failure = refused(lookup, "UNKNOWN_SERVER_ERROR");
  try {
    const { body, version } = await cluster.send(
      { coordinator: groupId, channel },
      offsetFetch,
      { groupId, topics, groups: [{ groupId, ...standing, topics }], requireStable: true },
      { timeoutMs, signal, versions: named.haveIds ? [1, 10] : [1, 9] },
    );
    const group = version >= 8 ? body.groups[0] : body;
    const error = errorName(group?.errorCode ?? 0);
    if (error === "NONE") readTopics(lookup, named, group?.topics ?? [], answers);
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

/**
 * A member that does not lead may not have heard of its topics yet. Asked by name, an offset of a topic that is created
 * anew meanwhile would pass for one of the new topic.
 */
async function hearOf(
  { cluster, timeoutMs }: CommittedLookup,
  keys: readonly TopicPartition[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const known = cluster.metadata()?.topics;
  const topics = keys.map(({ topic }) => topic).filter((topic) => !known?.has(topic));
  if (topics.length === 0) return;
  // Without an answer names have to do.
  await cluster
    .refreshMetadata({ topics: Array.from(new Set(topics)), timeoutMs, signal })
    .catch(() => undefined);
}

interface PartitionAnswer {
  readonly partitionIndex: number;
  readonly committedOffset: bigint;
  readonly committedLeaderEpoch: number;
  readonly errorCode: number;
}

function readTopics(
  lookup: CommittedLookup,
  asked: TopicReferences<TopicPartition>,
  topics: readonly {
    readonly name: string;
    readonly topicId?: string;
    readonly partitions: readonly PartitionAnswer[];
  }[],
  answers: TopicPartitionMap<OffsetAnswer>,
): void {
  for (const { name, topicId = zeroUuid, partitions } of topics) {
    const topic = asked.nameOf({ name, topicId });
    if (topic === undefined) continue;
    const about = { topic, topicId: name === "" ? topicId : undefined };
    for (const each of partitions) {
      answers.set({ topic, partition: each.partitionIndex }, answerOf(lookup, about, each));
    }
  }
}

function answerOf(
  lookup: CommittedLookup,
  { topic, topicId }: { readonly topic: string; readonly topicId: string | undefined },
  answer: PartitionAnswer,
): OffsetAnswer {
  const idNow = lookup.cluster.metadata()?.topics.get(topic)?.topicId;
  // The topic was created anew while the question was on its way: the answer is about the one that is gone.
  const isOfAnother = topicId !== undefined && topicId !== idNow;
  const error = isOfAnother ? "UNKNOWN_TOPIC_ID" : errorName(answer.errorCode);
  if (error === "UNKNOWN_TOPIC_ID") lookAgain(lookup.cluster, topic);
  return error === "NONE" ? committed(answer, topicId) : refused(lookup, error);
}

function committed(
  { committedOffset, committedLeaderEpoch }: PartitionAnswer,
  topicId: string | undefined,
): OffsetAnswer {
  return {
    ok: true,
    topicId,
    offset: committedOffset < 0n ? undefined : committedOffset,
    leaderEpoch: committedLeaderEpoch < 0 ? undefined : committedLeaderEpoch,
  };
}

function refused({ cluster, groupId }: CommittedLookup, error: ErrorName): OffsetAnswer {
  const meaning = meaningOf(error);
  if (meaning === "coordinatorMoved") cluster.forgetCoordinator(groupId);
  const message = explainRefusal(error, groupId);
  const isMembersTrouble = error === "STALE_MEMBER_EPOCH" || error === "UNKNOWN_MEMBER_ID";
  const retriable =
    meaning === "coordinatorMoved" ||
    isMembersTrouble ||
    isRetriable(error) ||
    error === "UNKNOWN_SERVER_ERROR";
  return { ok: false, error: { code: error, message }, retriable };
}

function explainRefusal(error: ErrorName, groupId: string): string {
  switch (error) {
    case "UNSTABLE_OFFSET_COMMIT":
      return `a transaction has committed offsets of ${groupId} and is still open (${error})`;
    case "UNKNOWN_TOPIC_ID":
      return `the coordinator of ${groupId} does not know the topic by its id (${error}): was it deleted, or created anew?`;
    default:
      return explainGroupError(error, groupId);
  }
}
