import { beforeEach, describe, expect, test } from "vitest";
import type { WorkloadOptions } from "#playground/workload/workloadOptions.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { type DecodedBatch, decodeBatch, readBatches } from "#protocol/records/batchReader.ts";
import type { KafkaRecord } from "#protocol/records/kafkaRecord.ts";
import { fetchFrom } from "../produceAndFetch.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

let simulated: SimulatedPlayground;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 3 });
});

const produced = () =>
  (simulated.playground.topics()[0]?.partitions ?? []).reduce(
    (sum, each) => sum + Number(each.highWatermark),
    0,
  );

/** Everything but what was aborted, in order of the partitions. */
async function readAll(): Promise<readonly KafkaRecord[]> {
  const ends = simulated.playground.topics()[0]?.partitions ?? [];
  const records: KafkaRecord[] = [];
  for (const [partition, { highWatermark }] of ends.entries()) {
    records.push(...withoutAborted(await batchesOf(partition, highWatermark)));
  }
  return records;
}

async function batchesOf(partition: number, end: bigint): Promise<readonly DecodedBatch[]> {
  const client = await simulated.connect();
  const batches: DecodedBatch[] = [];
  let next = 0n;
  while (next < end) {
    const { partitions } = await simulated.run(fetchFrom(client, { [partition]: next }));
    for (const frame of readBatches(partitions[0]?.records ?? new Uint8Array(0))) {
      const decoded = frame.type === "batch" ? decodeBatch(frame) : undefined;
      if (!decoded?.ok) throw new Error("the log holds a bad batch");
      const { header } = decoded.value;
      next = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
      batches.push(decoded.value);
    }
  }
  return batches;
}

function withoutAborted(batches: readonly DecodedBatch[]): readonly KafkaRecord[] {
  const kept: KafkaRecord[] = [];
  let open: KafkaRecord[] = [];
  for (const { header, records } of batches) {
    if (!header.isTransactional) kept.push(...records);
    else if (!header.isControl) open.push(...records);
    else {
      if (isCommit(records)) kept.push(...open);
      open = [];
    }
  }
  return kept;
}

/** A marker's key is its version and type: 1 commits. */
function isCommit(markers: Iterable<KafkaRecord>): boolean {
  return Array.from(markers).some(({ key }) => key?.[3] === 1);
}

async function burst(
  count: number,
  options: Omit<WorkloadOptions, "topic" | "pace">,
): Promise<readonly KafkaRecord[]> {
  const { done } = simulated.playground.startWorkload({
    topic: "orders",
    pace: { kind: "burst", count },
    ...options,
  });
  await simulated.run(done);
  return readAll();
}

const textOf = (bytes: Uint8Array | null) => new TextDecoder().decode(bytes ?? undefined);

const json = (record: KafkaRecord): Record<string, unknown> => JSON.parse(textOf(record.value));

function parses(record: KafkaRecord): boolean {
  try {
    json(record);
    return true;
  } catch {
    return false;
  }
}

describe("a burst", () => {
  test("produces exactly as many orders as asked, and ends", async () => {
    const { done } = simulated.playground.startWorkload({
      topic: "orders",
      pace: { kind: "burst", count: 1_234 },
    });

    await simulated.run(done);

    expect(produced()).toBe(1_234);
    expect(simulated.of("broker.workload").at(0)).toMatchObject({ produced: 0, running: true });
    expect(simulated.of("broker.workload").at(-1)).toMatchObject({
      topic: "orders",
      produced: 1_234,
      running: false,
      recordsPerSecond: undefined,
    });
  });

  test("looks like a shop's orders: a customer's orders lie in one partition", async () => {
    const records = await burst(500, { keys: { spread: "even", count: 20 } });

    const orders = records.map(json);
    expect(new Set(orders.map(({ orderId }) => orderId)).size).toBe(500);
    for (const record of records) expect(json(record)["customer"]).toBe(textOf(record.key));
    expect(new Set(orders.map(({ customer }) => customer)).size).toBe(20);
    expect(orders[0]).toMatchObject({ item: expect.any(String), city: expect.any(String), currency: "EUR" });
  });

  test.each([
    ["clicks", /^visitor-\d{4}$/, { event: expect.any(String), userAgent: expect.any(String) }],
    ["sensors", /^sensor-\d{4}$/, { temperature: expect.any(Number), status: expect.any(String) }],
  ] as const)("can be %s", async (sample, key, fields) => {
    const records = await burst(50, { sample });

    for (const record of records) expect(textOf(record.key)).toMatch(key);
    for (const record of records) expect(json(record)).toMatchObject(fields);
  });

  test("readings of a sensor drift instead of jumping", async () => {
    const records = await burst(400, { sample: "sensors", keys: { spread: "even", count: 1 } });

    const temperatures = records.map((record) => Number(json(record)["temperature"]));

    const steps = temperatures.slice(1).map((value, index) => Math.abs(value - (temperatures[index] ?? 0)));
    expect(Math.max(...steps)).toBeLessThanOrEqual(0.51);
  });
});

describe("values", () => {
  test.each([100, 1_000, 20_000])(
    "of a fixed size have exactly %s bytes and can be parsed",
    async (bytes) => {
      const records = await burst(20, { size: { kind: "fixed", bytes } });

      for (const record of records) expect(record.value?.length).toBe(bytes);
      for (const record of records) expect(json(record)).toBeTypeOf("object");
    },
  );

  test("of a range lie in it, and not at one point of it", async () => {
    const records = await burst(200, { size: { kind: "range", minBytes: 500, maxBytes: 900 } });

    const sizes = records.map(({ value }) => value?.length ?? 0);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(900);
    expect(new Set(sizes).size).toBeGreaterThan(50);
  });

  test("are huge now and then", async () => {
    const records = await burst(30, { size: { kind: "spikes", hugeBytes: 900_000, nth: 10 } });

    expect(records.filter(({ value }) => value?.length === 900_000)).toHaveLength(3);
    expect(records.filter(({ value }) => (value?.length ?? 0) < 1_000)).toHaveLength(27);
  });
});

describe("records", () => {
  test.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)(
    "compressed with %s can be read",
    async (codec) => {
      const records = await burst(100, { compression: codec });

      expect(records.map(json)).toHaveLength(100);
    },
  );

  test("carry the headers given", async () => {
    const [record] = await burst(1, { headers: { tenant: "blue" } });

    expect(record?.headers.map(({ key, value }) => [key, textOf(value)])).toEqual([["tenant", "blue"]]);
  });

  test("carry a trace context of their own", async () => {
    const records = await burst(10, { headers: "tracing" });

    const contexts = records.map(({ headers }) => textOf(headers[0]?.value ?? null));
    for (const context of contexts) expect(context).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(new Set(contexts).size).toBe(10);
  });

  test("without keys go round the partitions", async () => {
    const records = await burst(300, { keys: { spread: "none" } });

    expect(records.every(({ key }) => key === null)).toBe(true);
    const sizes = simulated.playground.topics()[0]?.partitions.map(({ highWatermark }) => highWatermark);
    expect(sizes).toEqual([100n, 100n, 100n]);
  });

  test("are tombstones in the share asked for, each with a key", async () => {
    const records = await burst(1_000, { tombstoneShare: 0.2 });

    const tombstones = records.filter(({ value }) => value === null);
    expect(tombstones.length / 1_000).toBeCloseTo(0.2, 1);
    expect(tombstones.every(({ key }) => key !== null)).toBe(true);
    expect(simulated.of("broker.workload").at(-1)).toMatchObject({ tombstones: tombstones.length });
  });

  test("every nth of which is poison cannot be parsed as JSON there, and everywhere else", async () => {
    const records = await burst(100, { poison: { nth: 10 }, keys: { spread: "none" }, partition: 0 });

    const bad = records.flatMap((record, index) => (parses(record) ? [] : [index + 1]));
    expect(bad).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(simulated.of("broker.workload").at(-1)).toMatchObject({ poisoned: 10 });
  });

  test.each(["text", "truncated", "binary"] as const)("of the poison %s cannot be parsed", async (kind) => {
    const records = await burst(5, { poison: { nth: 1, kinds: [kind] } });

    expect(records.filter(parses)).toEqual([]);
  });
});

describe("transactions", () => {
  test("are committed but for the share that is aborted, and counted", async () => {
    const committed = await burst(2_000, { transactions: { records: 50, abortShare: 0.25 } });

    const aborted = simulated.of("broker.workload").at(-1)?.aborted ?? 0;
    expect(aborted).toBeGreaterThan(0);
    expect(aborted % 50).toBe(0);
    expect(committed.length).toBe(2_000 - aborted);
  });

  test("do not stay open when the producer is stopped", async () => {
    const { workloadId, done } = simulated.playground.startWorkload({
      topic: "orders",
      pace: { kind: "steady", recordsPerSecond: 20 },
      transactions: { records: 1_000, abortShare: 0 },
    });
    await simulated.clock.advance(3_000);

    simulated.playground.stopWorkload(workloadId);
    await simulated.run(done);
    await simulated.clock.advance(1_000);

    const states = simulated.playground.transactions().map(({ phase }) => phase.state);
    expect(states).toEqual(["CompleteCommit"]);
  });
});

describe("chance", () => {
  const bytesOfRun = async (seed: number | undefined) => {
    simulated = await SimulatedPlayground.start();
    simulated.playground.createTopic("orders", { partitions: 3 });
    const records = await burst(100, { seed, headers: "tracing", tombstoneShare: 0.1, poison: { nth: 9 } });
    return records.map(({ key, value, headers }) => [textOf(key), textOf(value), headers]);
  };

  test("is the same with the same seed, and another with another", async () => {
    const [first, second, other] = [await bytesOfRun(5), await bytesOfRun(5), await bytesOfRun(6)];

    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test("is the playground's without a seed", async () => {
    const [first, second] = [await bytesOfRun(undefined), await bytesOfRun(undefined)];

    expect(second).toEqual(first);
  });
});

describe("a schedule", () => {
  test("of bursts produces them whole, at their times", async () => {
    simulated.playground.startWorkload({
      topic: "orders",
      pace: { kind: "bursts", count: 300, everyMs: 5_000 },
    });

    await simulated.clock.advance(4_000);
    const first = produced();
    await simulated.clock.advance(7_000);

    expect([first, produced()]).toEqual([300, 900]);
  });

  test("that is off for a while produces nothing then", async () => {
    const pace = { kind: "onOff", recordsPerSecond: 100, onMs: 2_000, offMs: 3_000 } as const;
    simulated.playground.startWorkload({ topic: "orders", pace });
    await simulated.clock.advance(2_500);
    const on = produced();
    const rateOff = simulated.of("broker.workload").at(-1)?.recordsPerSecond;

    await simulated.clock.advance(2_400);
    const off = produced();
    await simulated.clock.advance(2_000);

    expect(on).toBeGreaterThanOrEqual(200);
    expect(off - on).toBe(0);
    expect(produced() - off).toBeGreaterThan(150);
    expect(rateOff).toBeDefined();
  });

  test("that rises is told with its rate of the moment", async () => {
    const pace = { kind: "ramp", fromPerSecond: 10, toPerSecond: 210, overMs: 10_000 } as const;
    simulated.playground.startWorkload({ topic: "orders", pace });

    await simulated.clock.advance(15_000);

    const rates = simulated.of("broker.workload").map(({ recordsPerSecond }) => recordsPerSecond ?? 0);
    expect(rates[0]).toBe(10);
    expect(rates).toEqual(rates.toSorted((a, b) => a - b));
    expect(rates.at(-1)).toBe(210);
    expect(produced()).toBeGreaterThan(2_000);
  });

  test("that lasts for some time ends by itself", async () => {
    const { done } = simulated.playground.startWorkload({
      topic: "orders",
      pace: { kind: "steady", recordsPerSecond: 50 },
      lastsMs: 4_000,
    });

    await simulated.run(done);

    expect(produced()).toBe(201);
    expect(simulated.of("broker.workload").at(-1)).toMatchObject({ running: false, error: undefined });
  });
});

test("a producer that cannot be is refused with the reason, and nothing is reported", () => {
  const start = () =>
    simulated.playground.startWorkload({ topic: "orders", pace: { kind: "burst", count: 0 } });

  expect(start).toThrow(/The producer cannot start: .* records a second/);
  expect(simulated.of("broker.workload")).toEqual([]);
});

describe("a steady rate", () => {
  test.each([0.5, 7, 400])("of %s a second is kept", async (recordsPerSecond) => {
    const { workloadId, done } = simulated.playground.startWorkload({
      topic: "orders",
      pace: { kind: "steady", recordsPerSecond },
    });

    await simulated.clock.advance(20_000);
    simulated.playground.stopWorkload(workloadId);
    await simulated.run(done);

    const expected = recordsPerSecond * 20;
    expect(produced()).toBeGreaterThanOrEqual(expected);
    expect(produced()).toBeLessThanOrEqual(expected * 1.05 + 2);
  });

  test("is reported about once a second, and when it ends", async () => {
    const { workloadId } = simulated.playground.startWorkload({
      topic: "orders",
      pace: { kind: "steady", recordsPerSecond: 100 },
    });

    await simulated.clock.advance(10_000);
    simulated.playground.stopWorkload(workloadId);

    const told = simulated.of("broker.workload");
    expect(told.length).toBeGreaterThanOrEqual(10);
    expect(told.length).toBeLessThanOrEqual(14);
    expect(told.at(-1)).toMatchObject({ running: false, recordsPerSecond: 100 });
    expect(simulated.playground.stopWorkload(workloadId)).toBe(false);
  });

  test("ends with an error when its topic is deleted", async () => {
    const { done } = simulated.playground.startWorkload({
      topic: "orders",
      pace: { kind: "steady", recordsPerSecond: 10 },
    });
    const failed = done.catch((error: unknown) => error);
    await simulated.clock.advance(1_000);

    simulated.playground.deleteTopic("orders");

    const error = await simulated.run(failed);
    expect(BrokerError.is(error, "UNKNOWN_TOPIC_OR_PARTITION")).toBe(true);
    expect(simulated.of("broker.workload").at(-1)).toMatchObject({
      running: false,
      error: expect.stringContaining("UNKNOWN_TOPIC_OR_PARTITION"),
    });
  });

  test("ends with the playground", async () => {
    const { done } = simulated.playground.startWorkload({
      topic: "orders",
      pace: { kind: "steady", recordsPerSecond: 10 },
    });
    await simulated.clock.advance(1_000);

    await simulated.playground.stop();

    await simulated.run(done, 1_000);
    expect(simulated.clock.pending).toBe(0);
  });
});
