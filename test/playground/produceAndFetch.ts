import type { RequestInput } from "#protocol/api.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { produce } from "#protocol/apis/produce.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import type { RawClient } from "./rawClient.ts";

type FetchInput = RequestInput<typeof fetch>;

export function batchOf(...values: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  const records = values.map((value) => ({ timestamp: 1n, key: null, value: encoder.encode(value) }));
  return encodeBatch({ baseOffset: 0n, records });
}

/** Produces one batch; gives the partition's answer. */
export async function produceTo(
  client: RawClient,
  partition: number,
  records: Uint8Array,
  options: { readonly topic?: string; readonly acks?: number } = {},
) {
  const { topic: name = "orders", acks = -1 } = options;
  const answer = await client.call(
    produce,
    { acks, timeoutMs: 1_000, topicData: [{ name, partitionData: [{ index: partition, records }] }] },
    { version: 9 },
  );
  const [partitionAnswer] = answer.responses.flatMap(({ partitionResponses }) => partitionResponses);
  if (!partitionAnswer) throw new Error("Produce answered nothing");
  return partitionAnswer;
}

/** Fetches by name from the partitions of `orders` at these offsets. */
export async function fetchFrom(
  client: RawClient,
  offsets: Readonly<Record<number, bigint>>,
  options: Partial<FetchInput> = {},
) {
  const partitions = Object.entries(offsets).map(([partition, fetchOffset]) => ({
    partition: Number(partition),
    fetchOffset,
    partitionMaxBytes: 1_000_000,
  }));
  const answer = await client.call(
    fetch,
    {
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 10_000_000,
      topics: partitions.length > 0 ? [{ topic: "orders", partitions }] : [],
      ...options,
    },
    { version: 12 },
  );
  return { ...answer, partitions: answer.responses.flatMap((topic) => topic.partitions) };
}
