import { groupByTopic, type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import { type ListOffsetsResponse, listOffsets } from "#protocol/apis/listOffsets.ts";
import { errorName, isRetriable } from "#protocol/errorCodes.ts";
import type { IsolationLevel } from "../consumerOptions.ts";
import { errorText } from "../engineError.ts";
import type { PartitionError } from "./assignedPartition.ts";

/** An offset that was found, or why not. */
export type OffsetAnswer =
  /** Undefined: the log has no such offset, as for a timestamp after its last record. */
  | {
      readonly ok: true;
      readonly offset: bigint | undefined;
      /** Of the record before a committed offset, where it was committed with it (KIP-320). */
      readonly leaderEpoch?: number | undefined;
      /** Of the topic that a committed offset is a place in, where the coordinator was asked by id. */
      readonly topicId?: string | undefined;
    }
  | { readonly ok: false; readonly error: PartitionError; readonly retriable: boolean };

/** ListOffsets' own numbers for the two ends of a log. */
export const startTimestamp = -2n;
export const endTimestamp = -1n;

/** How ListOffsets is asked. */
export interface OffsetLookup {
  readonly cluster: Cluster;
  readonly isolation: IsolationLevel;
  readonly channel: string;
  readonly timeoutMs: number;
}

/** One answer for every partition. Rejects never: what cannot be reached is an answer too. */
export async function lookUpOffsets(
  lookup: OffsetLookup,
  keys: readonly TopicPartition[],
  timestamp: bigint,
  signal?: AbortSignal,
): Promise<TopicPartitionMap<OffsetAnswer>> {
  const answers = new TopicPartitionMap<OffsetAnswer>();
  const { byLeader, without } = await groupByLeader(lookup, keys, signal);
  for (const [key, error] of without) answers.set(key, { ok: false, error, retriable: true });
  await Promise.all(
    Array.from(byLeader, ([nodeId, led]) =>
      askLeader(lookup, { nodeId, keys: led, timestamp, signal }, answers),
    ),
  );
  return answers;
}

/** Whom to ask about which partition, and why nobody where no leader is known. */
export async function groupByLeader(
  lookup: OffsetLookup,
  keys: readonly TopicPartition[],
  signal?: AbortSignal,
) {
  const { cluster, timeoutMs } = lookup;
  let failure: unknown;
  const unknown = keys.filter((key) => cluster.leaderOf(key) === undefined);
  if (unknown.length > 0) {
    const topics = Array.from(new Set(unknown.map(({ topic }) => topic)));
    await cluster.refreshMetadata({ topics, timeoutMs, signal }).catch((error: unknown) => {
      failure = error;
    });
  }
  const byLeader = new Map<number, TopicPartition[]>();
  const without = new TopicPartitionMap<PartitionError>();
  for (const key of keys) {
    const leaderId = cluster.leaderOf(key);
    const led = leaderId === undefined ? undefined : byLeader.get(leaderId);
    if (leaderId === undefined) without.set(key, noLeader(cluster, key, failure));
    else if (led) led.push(key);
    else byLeader.set(leaderId, [key]);
  }
  return { byLeader, without: Array.from(without.entries()) };
}

/** Why no leader is known: no metadata, no such topic, or nobody leads at the moment. */
export function noLeader(cluster: Cluster, key: TopicPartition, failure?: unknown): PartitionError {
  if (failure !== undefined) return { code: "METADATA_UNKNOWN", message: errorText(failure) };
  const topic = cluster.metadata()?.topics.get(key.topic);
  const known = topic?.partitions.find(({ partition }) => partition === key.partition);
  if (topic?.error !== undefined || !known) {
    const code = topic?.error ?? "UNKNOWN_TOPIC_OR_PARTITION";
    return {
      code,
      message: `the cluster does not know ${key.topic}-${key.partition} (${code}): was it deleted?`,
    };
  }
  const code = known.error ?? "LEADER_NOT_AVAILABLE";
  return { code, message: `${key.topic}-${key.partition} has no leader at the moment (${code})` };
}

async function askLeader(
  { cluster, isolation, channel, timeoutMs }: OffsetLookup,
  ask: {
    readonly nodeId: number;
    readonly keys: readonly TopicPartition[];
    readonly timestamp: bigint;
    readonly signal?: AbortSignal | undefined;
  },
  answers: TopicPartitionMap<OffsetAnswer>,
): Promise<void> {
  const { nodeId, keys, timestamp, signal } = ask;
  const topics = groupByTopic(keys).map(({ topic: name, partitions }) => ({
    name,
    partitions: partitions.map((partitionIndex) => ({ partitionIndex, timestamp })),
  }));
  const body = {
    replicaId: -1,
    isolationLevel: isolation === "read_committed" ? 1 : 0,
    topics,
    timeoutMs,
  };
  try {
    const answer = await cluster.send({ node: nodeId, channel }, listOffsets, body, {
      timeoutMs,
      signal,
      versions: [1, 11],
    });
    readTopics(cluster, answer.body.topics, answers);
  } catch (failure) {
    const message = errorText(failure);
    for (const key of keys) answers.set(key, noAnswer(message));
  }
  for (const key of keys) {
    if (!answers.has(key)) {
      answers.set(key, noAnswer(`the broker left ${key.topic}-${key.partition} out of its answer`));
    }
  }
}

/** It may be different the next time. */
export function noAnswer(message: string): Extract<OffsetAnswer, { readonly ok: false }> {
  return { ok: false, error: { code: "NO_ANSWER", message }, retriable: true };
}

function readTopics(
  cluster: Cluster,
  topics: ListOffsetsResponse["topics"],
  answers: TopicPartitionMap<OffsetAnswer>,
): void {
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, errorCode, offset } of partitions) {
      const key = { topic: name, partition: partitionIndex };
      const error = errorName(errorCode);
      if (error === "NONE") {
        answers.set(key, { ok: true, offset: offset < 0n ? undefined : offset });
        continue;
      }
      const retriable = isRetriable(error);
      if (retriable) cluster.forgetLeader(key);
      answers.set(key, { ok: false, error: refusal(error, key), retriable });
    }
  }
}

function refusal(code: string, key: TopicPartition): PartitionError {
  const what = `${key.topic}-${key.partition}`;
  switch (code) {
    case "TOPIC_AUTHORIZATION_FAILED":
      return { code, message: `this user may not read ${what} (${code}): an ACL that allows Read is needed` };
    case "UNSUPPORTED_FOR_MESSAGE_FORMAT":
      return { code, message: `the log of ${what} is too old to be searched by time (${code})` };
    default:
      return { code, message: `the leader of ${what} refused to look up an offset: ${code}` };
  }
}
