import {
  groupByTopic,
  type TopicPartition,
  TopicPartitionMap,
  topicPartitionText,
} from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import { ConnectionError } from "#network/connectionError.ts";
import {
  type OffsetForLeaderEpochResponse,
  offsetForLeaderEpoch,
} from "#protocol/apis/offsetForLeaderEpoch.ts";
import { errorName, isRetriable } from "#protocol/errorCodes.ts";
import { errorText } from "../engineError.ts";
import { groupByLeader, noAnswer, type OffsetAnswer, type OffsetLookup } from "./offsetLookup.ts";

/** A partition, and the leader epoch whose end is wanted. */
export interface EpochQuestion extends TopicPartition {
  readonly epoch: number;
}

/** Where a leader epoch ends in the leader's log, or why that is not known. */
export type EpochAnswer =
  | {
      readonly ok: true;
      /** The epoch that was asked for, or the last one before it; undefined when the leader knows neither. */
      readonly end: { readonly epoch: number; readonly endOffset: bigint } | undefined;
      /** The leader epoch in which this was answered. */
      readonly leaderEpoch: number | undefined;
    }
  | Extract<OffsetAnswer, { readonly ok: false }>;

/** Before version 3 brokers answered to other brokers only. */
const versions: readonly [number, number] = [3, 4];

/**
 * Asks the leaders where leader epochs end (KIP-320): a position behind that was read from a log that exists no longer.
 * One answer for every question; rejects never.
 */
export async function lookUpEpochEnds(
  lookup: OffsetLookup,
  questions: readonly EpochQuestion[],
  signal?: AbortSignal,
): Promise<TopicPartitionMap<EpochAnswer>> {
  const answers = new TopicPartitionMap<EpochAnswer>();
  const epochs = new TopicPartitionMap<number>();
  for (const question of questions) epochs.set(question, question.epoch);
  const { byLeader, without } = await groupByLeader(lookup, questions, signal);
  for (const [key, error] of without) answers.set(key, { ok: false, error, retriable: true });
  await Promise.all(
    Array.from(byLeader, async ([nodeId, keys]) => {
      await askLeader(lookup, { nodeId, keys, epochs, signal }, answers);
      for (const key of keys) {
        const message = `the broker left ${topicPartitionText(key)} out of its answer`;
        if (!answers.has(key)) answers.set(key, noAnswer(message));
      }
    }),
  );
  return answers;
}

async function askLeader(
  { cluster, channel, timeoutMs }: OffsetLookup,
  ask: {
    readonly nodeId: number;
    readonly keys: readonly TopicPartition[];
    readonly epochs: TopicPartitionMap<number>;
    readonly signal: AbortSignal | undefined;
  },
  answers: TopicPartitionMap<EpochAnswer>,
): Promise<void> {
  const { nodeId, keys, epochs, signal } = ask;
  const leaderEpochs = new TopicPartitionMap<number | undefined>();
  for (const key of keys) leaderEpochs.set(key, leaderEpochOf(cluster, key));
  const topics = groupByTopic(keys).map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((partition) => ({
      partition,
      currentLeaderEpoch: leaderEpochs.get({ topic, partition }) ?? -1,
      leaderEpoch: epochs.get({ topic, partition }) ?? -1,
    })),
  }));
  try {
    const { body } = await cluster.send(
      { node: nodeId, channel },
      offsetForLeaderEpoch,
      { replicaId: -1, topics },
      { timeoutMs, signal, versions },
    );
    readTopics(cluster, body.topics, leaderEpochs, answers);
  } catch (failure) {
    // What a broker cannot be asked must not keep anybody from reading.
    const cannot = ConnectionError.is(failure, "UNSUPPORTED_VERSION");
    for (const key of keys) {
      answers.set(
        key,
        cannot
          ? { ok: true, end: undefined, leaderEpoch: leaderEpochs.get(key) }
          : noAnswer(errorText(failure)),
      );
    }
  }
}

function readTopics(
  cluster: Cluster,
  topics: OffsetForLeaderEpochResponse["topics"],
  leaderEpochs: TopicPartitionMap<number | undefined>,
  answers: TopicPartitionMap<EpochAnswer>,
): void {
  for (const { topic, partitions } of topics) {
    for (const { partition, errorCode, leaderEpoch: epoch, endOffset } of partitions) {
      const key = { topic, partition };
      const error = errorName(errorCode);
      if (error === "NONE") {
        // Undefined is no loss: the leader has nothing to compare with.
        const end = epoch < 0 || endOffset < 0n ? undefined : { epoch, endOffset };
        answers.set(key, { ok: true, end, leaderEpoch: leaderEpochs.get(key) });
        continue;
      }
      const retriable = isRetriable(error) || error === "FENCED_LEADER_EPOCH";
      if (retriable) cluster.forgetLeader(key);
      const message = `the leader of ${topicPartitionText(key)} would not say where leader epochs end: ${error}`;
      answers.set(key, { ok: false, error: { code: error, message }, retriable });
    }
  }
}

function leaderEpochOf(cluster: Cluster, { topic, partition }: TopicPartition): number | undefined {
  const known = cluster.metadata()?.topics.get(topic)?.partitions;
  return known?.find((each) => each.partition === partition)?.leaderEpoch;
}
