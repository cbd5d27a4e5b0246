import { beforeEach, describe, expect, test } from "vitest";
import { createTopics } from "#protocol/apis/createTopics.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { decodeBatch, readBatches } from "#protocol/records/batchReader.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { fetchFrom, produceTo } from "../produceAndFetch.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  client = await simulated.connect();
});

async function create(configs: Readonly<Record<string, string>>): Promise<void> {
  const topic = {
    name: "orders",
    numPartitions: 1,
    replicationFactor: 1,
    assignments: [],
    configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
  };
  await simulated.run(client.call(createTopics, { topics: [topic] }));
}

/** One batch of `key=value` records; a value left out is a tombstone. */
function batch(text: string, options: { at?: number; headers?: boolean } = {}): Uint8Array {
  const timestamp = BigInt(options.at ?? Math.floor(simulated.clock.now()));
  const records = text.split(" ").map((each) => {
    const [key = "", value] = each.split("=");
    return {
      timestamp,
      key: encoder.encode(key),
      value: value === undefined ? null : encoder.encode(value),
      headers: options.headers ? [{ key: "h", value: encoder.encode("1") }] : [],
    };
  });
  return encodeBatch({ baseOffset: 0n, records });
}

async function produceAll(...batches: readonly Uint8Array[]) {
  const answers = [];
  for (const each of batches) answers.push(await simulated.run(produceTo(client, 0, each)));
  return answers;
}

/** Each batch as `first-last[offset:key=value …]`. */
async function stored(): Promise<readonly string[]> {
  const answer = await simulated.run(
    fetchFrom(
      client,
      { 0: simulated.playground.topics()[0]?.partitions[0]?.logStartOffset ?? 0n },
      { maxWaitMs: 0 },
    ),
  );
  const bytes = answer.partitions[0]?.records ?? new Uint8Array(0);
  return Array.from(readBatches(bytes), (frame) => {
    if (frame.type !== "batch") throw new Error(frame.type);
    const decoded = decodeBatch(frame);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const records = Array.from(decoded.value.records, ({ offset, key, value }) => {
      const text = value === null ? "" : `=${decoder.decode(value)}`;
      return `${offset}:${key === null ? "" : decoder.decode(key)}${text}`;
    });
    const { baseOffset, lastOffsetDelta } = frame.header;
    return `${baseOffset}-${baseOffset + BigInt(lastOffsetDelta)}[${records.join(" ")}]`;
  });
}

describe("compaction", () => {
  test("keeps the newest record of each key at its offset, and batches their bounds", async () => {
    await create({});
    await produceAll(batch("a=1 b=1 c=1"), batch("a=2"), batch("d=1 b=2 d=2"));

    simulated.playground.compact("orders");

    expect(await stored()).toEqual(["0-2[2:c=1]", "3-3[3:a=2]", "4-6[5:b=2 6:d=2]"]);
    expect(simulated.playground.topics()[0]?.partitions[0]).toEqual({
      logStartOffset: 0n,
      highWatermark: 7n,
    });
  });

  test("keeps tombstones until they were there long enough to be seen", async () => {
    await create({ "delete.retention.ms": "1000" });
    await produceAll(batch("a=1"), batch("a"), batch("b=1"));

    simulated.playground.compact("orders");
    const first = await stored();
    await simulated.clock.advance(1_000);
    simulated.playground.compact("orders");

    expect(first).toEqual(["1-1[1:a]", "2-2[2:b=1]"]);
    expect(await stored()).toEqual(["2-2[2:b=1]"]);
  });

  test("takes aborted records away, and leaves an open transaction and what follows it alone", async () => {
    await create({});
    const record = (value: string) => ({ key: encoder.encode("a"), value: encoder.encode(value) });
    const send = async (transactionalId: string, value: string, how?: "commit" | "abort") => {
      const transaction = await simulated.run(simulated.playground.beginTransaction({ transactionalId }));
      await simulated.run(transaction.produce({ topic: "orders", partition: 0, records: [record(value)] }));
      if (how) await simulated.run(transaction[how]());
    };
    await send("one", "old", "commit");
    await send("two", "aborted", "abort");
    await send("three", "new", "commit");
    await send("four", "open");
    await produceAll(batch("a=after"));

    simulated.playground.compact("orders");

    const kept = (await stored()).filter((text) => text.includes("a="));
    expect(kept).toEqual(["4-4[4:a=new]", "6-6[6:a=open]", "7-7[7:a=after]"]);
  });

  test("runs by itself for topics that are kept by key, which take no record without one", async () => {
    await create({ "cleanup.policy": "compact" });
    await produceAll(batch("a=1"), batch("a=2"));
    const keyless = encodeBatch({
      baseOffset: 0n,
      records: [
        { timestamp: 1n, key: encoder.encode("k"), value: null },
        { timestamp: 1n, key: null, value: null },
      ],
    });

    const [refused] = await produceAll(keyless);
    await simulated.clock.advance(15_000);

    expect(errorName(refused?.errorCode ?? -1)).toBe("INVALID_RECORD");
    expect(refused?.recordErrors).toEqual([
      { batchIndex: 1, batchIndexErrorMessage: "a compacted topic takes no record without a key" },
    ]);
    expect(await stored()).toEqual(["1-1[1:a=2]"]);
  });
});

describe("retention", () => {
  test("deletes what is older than the topic keeps, and says so", async () => {
    await create({ "retention.ms": "60000" });
    await produceAll(batch("a=1"));
    await simulated.clock.advance(50_000);
    await produceAll(batch("b=1"));

    await simulated.clock.advance(30_000);

    expect(await stored()).toEqual(["1-1[1:b=1]"]);
    expect(simulated.of("cluster.offsets").at(-1)?.offsets).toMatchObject([{ logStartOffset: 1n }]);
  });

  test("deletes the oldest beyond the topic's size", async () => {
    await create({ "retention.bytes": String(batch("a=1").length * 2) });
    await produceAll(batch("a=1"), batch("b=1"), batch("c=1"));

    await simulated.clock.advance(15_000);

    expect(await stored()).toEqual(["1-1[1:b=1]", "2-2[2:c=1]"]);
  });
});

describe("timestamps", () => {
  test("are the broker's where the topic says so", async () => {
    await create({ "message.timestamp.type": "LogAppendTime" });
    const now = BigInt(Math.floor(simulated.clock.now()));

    const [answer] = await produceAll(batch("a=1", { at: 1 }));
    const found = await simulated.run(
      client.call(listOffsets, {
        replicaId: -1,
        topics: [{ name: "orders", partitions: [{ partitionIndex: 0, timestamp: -3n }] }],
      }),
    );

    expect(answer?.logAppendTimeMs).toBeGreaterThanOrEqual(now);
    expect(found.topics[0]?.partitions[0]).toMatchObject({ offset: 0n, timestamp: answer?.logAppendTimeMs });
  });

  test("far from now are refused, record by record", async () => {
    await create({ "message.timestamp.after.max.ms": "1000" });
    const late = Math.floor(simulated.clock.now()) + 60_000;

    const [answer] = await produceAll(batch("a=1 b=1", { at: late }));

    expect(errorName(answer?.errorCode ?? -1)).toBe("INVALID_TIMESTAMP");
    expect(answer?.recordErrors.map(({ batchIndex }) => batchIndex)).toEqual([0, 1]);
  });
});

test("a playground that takes damage stores it as it came", async () => {
  simulated = await SimulatedPlayground.start({ settings: { validatesProduced: false } });
  client = await simulated.connect();
  await create({});
  const damaged = batch("a=1");
  damaged[damaged.length - 1] = 0xff;

  const [answer] = await produceAll(damaged);
  const fetched = await simulated.run(fetchFrom(client, { 0: 0n }));

  expect(answer?.errorCode).toBe(0);
  const [frame] = readBatches(fetched.partitions[0]?.records ?? new Uint8Array(0));
  expect(frame?.type === "batch" && decodeBatch(frame).ok).toBe(false);
});
