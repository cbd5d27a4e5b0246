import type { Cluster } from "#network/cluster.ts";
import { createTopics } from "#protocol/apis/createTopics.ts";
import { produce } from "#protocol/apis/produce.ts";
import { throwIfError } from "#protocol/brokerError.ts";
import { errorName, isRetriable } from "#protocol/errorCodes.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import type { CompressionName } from "#protocol/records/compression/codec.ts";

/** What a topic is filled with. */
export interface Filling {
  readonly topic: string;
  readonly partitions: number;
  readonly records: number;
  readonly valueBytes: number;
  readonly compression?: CompressionName | undefined;
}

/** What Java's producer makes of its default batch.size. */
const batchBytes = 16 * 1024;
const keyBytes = 16;
const letters = new TextEncoder().encode("abcdefghijklmnopqrstuvwxyz0123456789");

/** Creates a topic and fills it evenly with batches of a usual size; gives how many records it has then, at least as many as asked. */
export async function fillTopic(cluster: Cluster, filling: Filling): Promise<number> {
  const { topic, partitions, valueBytes, compression = "none" } = filling;
  const perBatch = Math.max(1, Math.floor(batchBytes / (valueBytes + keyBytes + 8)));
  const batches = Array.from({ length: 16 }, (_, variant) =>
    makeBatch(perBatch, { valueBytes, compression, variant }),
  );
  const perPartition = Math.ceil(filling.records / partitions / perBatch);
  const leader = await createTopic(cluster, topic, partitions);
  for (let round = 0; round < perPartition; round++) {
    const records = batches[round % batches.length] ?? new Uint8Array();
    let left = Array.from({ length: partitions }, (_, index) => index);
    // A partition may not be led yet right after its topic was created.
    while (left.length > 0) left = await append(cluster, { leader, topic, partitions: left, records });
  }
  return perPartition * partitions * perBatch;
}

/** Gives the partitions that have to be tried again. */
async function append(
  cluster: Cluster,
  to: {
    readonly leader: number;
    readonly topic: string;
    readonly partitions: readonly number[];
    readonly records: Uint8Array;
  },
): Promise<number[]> {
  const { leader, topic, partitions, records } = to;
  const topicData = [{ name: topic, partitionData: partitions.map((index) => ({ index, records })) }];
  const request = { acks: 1, timeoutMs: 30_000, topicData };
  const { body } = await cluster.send({ node: leader }, produce, request, { versions: [3, 12] });
  return body.responses.flatMap(({ partitionResponses }) =>
    partitionResponses.flatMap(({ index, errorCode }) => {
      if (isRetriable(errorName(errorCode))) return [index];
      throwIfError(produce, errorCode);
      return [];
    }),
  );
}

/** Gives the broker that leads all of its partitions. */
async function createTopic(cluster: Cluster, topic: string, partitions: number): Promise<number> {
  const { body } = await cluster.send({ controller: true }, createTopics, {
    topics: [{ name: topic, numPartitions: partitions, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 30_000,
  });
  for (const { errorCode, errorMessage } of body.topics) throwIfError(createTopics, errorCode, errorMessage);
  for (;;) {
    const { topics } = await cluster.refreshMetadata({ topics: [topic] });
    const known = topics.get(topic)?.partitions ?? [];
    const leader = known[0]?.leaderId;
    if (known.length === partitions && leader !== undefined) return leader;
  }
}

function makeBatch(
  count: number,
  how: { readonly valueBytes: number; readonly compression: CompressionName; readonly variant: number },
): Uint8Array {
  const { valueBytes, compression, variant } = how;
  const text = (length: number, from: number) =>
    Uint8Array.from({ length }, (_, index) => letters[(index * 7 + from) % letters.length] ?? 0);
  // The broker soon deletes what is older than its retention.
  const now = BigInt(Date.now());
  const records = Array.from({ length: count }, (_, index) => ({
    timestamp: now + BigInt(index),
    key: text(keyBytes, index + variant),
    value: text(valueBytes, index * 3 + variant),
    headers: [],
  }));
  return encodeBatch({ baseOffset: 0n, records, compression });
}
