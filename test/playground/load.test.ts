import { monitorEventLoopDelay } from "node:perf_hooks";
import { expect, test } from "vitest";
import { parseAddress } from "#network/address.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { produce } from "#protocol/apis/produce.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { decodeBatch, readBatches } from "#protocol/records/batchReader.ts";
import { startLivePlayground } from "./livePlayground.ts";
import { batchOf } from "./produceAndFetch.ts";
import { RawClient } from "./rawClient.ts";

const topicCount = 1_000;
const connectionCount = 500;
const rounds = 3;
const indexes = Array.from({ length: 10 }, (_, index) => index);
const decoder = new TextDecoder();

/** Writes to every partition of its topics, round by round, and reads all of it back: what was refused, what was read. */
async function writeAndRead(client: RawClient, topics: readonly string[]) {
  const codes: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const topicData = topics.map((name) => ({
      name,
      partitionData: indexes.map((index) => ({ index, records: batchOf(`${name} ${index} ${round}`) })),
    }));
    const written = await client.call(produce, { acks: -1, timeoutMs: 60_000, topicData }, { version: 9 });
    codes.push(
      ...written.responses.flatMap((each) => each.partitionResponses.map(({ errorCode }) => errorCode)),
    );
  }
  const wanted = topics.map((topic) => ({
    topic,
    partitions: indexes.map((partition) => ({ partition, fetchOffset: 0n, partitionMaxBytes: 100_000 })),
  }));
  const asked = { maxWaitMs: 0, minBytes: 1, maxBytes: 50_000_000, topics: wanted };
  const read = (await client.call(fetch, asked, { version: 12 })).responses.flatMap(
    (each) => each.partitions,
  );
  codes.push(...read.map(({ errorCode }) => errorCode));
  return { errors: codes.map(errorName).filter((name) => name !== "NONE"), values: read.flatMap(valuesOf) };
}

function valuesOf({ records }: { readonly records: Uint8Array | null }): readonly string[] {
  const frames = Array.from(readBatches(records ?? new Uint8Array(0)));
  return frames.flatMap((frame) => {
    if (frame.type !== "batch") throw new Error(`a ${frame.type} came back`);
    const batch = decodeBatch(frame);
    if (!batch.ok) throw batch.error;
    return Array.from(batch.value.records, ({ value }) => decoder.decode(value ?? undefined));
  });
}

test("of 500 connections that write and read 1,000 topics of 10 partitions none is refused and nothing is lost", {
  timeout: 120_000,
}, async () => {
  const live = await startLivePlayground();
  const names = Array.from({ length: topicCount }, (_, index) => `topic-${index}`);
  for (const name of names) live.playground.createTopic(name, { partitions: indexes.length });
  const endpoint = parseAddress(live.bootstrapServers);
  if (endpoint === undefined) throw new Error("no address");
  const clients = await Promise.all(
    Array.from({ length: connectionCount }, () => RawClient.connect(tcpTransport, endpoint)),
  );
  const share = topicCount / connectionCount;

  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const results = await Promise.all(
    clients.map((client, index) => writeAndRead(client, names.slice(index * share, (index + 1) * share))),
  );
  delay.disable();

  // Its clients live on the same loop: that much is theirs.
  console.log(`the loop was late by ${(delay.max / 1e6).toFixed(0)} ms at most`);
  const values = results.flatMap((result) => result.values);
  const ends = new Set(
    live.playground.topics().flatMap((each) => each.partitions.map(({ highWatermark }) => highWatermark)),
  );
  expect(results.flatMap(({ errors }) => errors)).toEqual([]);
  expect(new Set(values).size).toBe(topicCount * indexes.length * rounds);
  expect(values).toHaveLength(topicCount * indexes.length * rounds);
  expect(ends).toEqual(new Set([BigInt(rounds)]));
  expect(live.playground.clients()).toHaveLength(connectionCount);
  expect(live.ended).toEqual([]);
  for (const client of clients) client.close();
  await live.playground.stop();
});
