import { beforeEach, describe, expect, test } from "vitest";
import { BrokerError } from "#protocol/brokerError.ts";
import { decodeBatch, readBatches } from "#protocol/records/batchReader.ts";
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

async function readAll(): Promise<readonly KafkaRecord[]> {
  const client = await simulated.connect();
  const { partitions } = await simulated.run(fetchFrom(client, { 0: 0n, 1: 0n, 2: 0n }));
  return partitions.flatMap(({ records }) =>
    Array.from(readBatches(records ?? new Uint8Array(0))).flatMap((frame) => {
      const decoded = frame.type === "batch" ? decodeBatch(frame) : undefined;
      if (!decoded?.ok) throw new Error("the log holds a bad batch");
      return Array.from(decoded.value.records);
    }),
  );
}

const json = (record: KafkaRecord): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(record.value ?? undefined));

describe("a burst", () => {
  test("produces exactly as many orders as asked, and ends", async () => {
    const { done } = simulated.playground.startWorkload({ topic: "orders", pace: { count: 1_234 } });

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
    const { done } = simulated.playground.startWorkload({
      topic: "orders",
      pace: { count: 500 },
      keys: 20,
      compression: "lz4",
    });
    await simulated.run(done);

    const records = await readAll();

    const orders = records.map(json);
    expect(orders.length).toBe(500);
    expect(new Set(orders.map(({ orderId }) => orderId)).size).toBe(500);
    for (const record of records) {
      expect(json(record)["customer"]).toBe(new TextDecoder().decode(record.key ?? undefined));
    }
    expect(new Set(orders.map(({ customer }) => customer)).size).toBeGreaterThan(10);
  });

  test.each([
    [0, 0.2],
    [3, 0.5],
  ])("skew %s gives the first fifth of the customers about its share or more", async (skew, atLeast) => {
    const { done } = simulated.playground.startWorkload({
      topic: "orders",
      pace: { count: 2_000 },
      keys: 50,
      skew,
    });
    await simulated.run(done);

    const customers = (await readAll()).map((record) => Number(String(json(record)["customer"]).slice(-4)));

    const share = customers.filter((customer) => customer <= 10).length / customers.length;
    expect(share).toBeGreaterThan(atLeast - 0.04);
    if (skew === 0) expect(share).toBeLessThan(atLeast + 0.04);
  });

  test("fills values up to about the size asked for", async () => {
    const { done } = simulated.playground.startWorkload({
      topic: "orders",
      pace: { count: 50 },
      valueBytes: 1_000,
    });
    await simulated.run(done);

    for (const { value } of await readAll()) {
      expect(value?.length).toBeGreaterThan(950);
      expect(value?.length).toBeLessThan(1_050);
    }
  });
});

describe("a steady rate", () => {
  test.each([0.5, 7, 400])("of %s a second is kept", async (recordsPerSecond) => {
    const { workloadId, done } = simulated.playground.startWorkload({
      topic: "orders",
      pace: { recordsPerSecond },
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
      pace: { recordsPerSecond: 100 },
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
    const { done } = simulated.playground.startWorkload({ topic: "orders", pace: { recordsPerSecond: 10 } });
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
    const { done } = simulated.playground.startWorkload({ topic: "orders", pace: { recordsPerSecond: 10 } });
    await simulated.clock.advance(1_000);

    await simulated.playground.stop();

    await simulated.run(done, 1_000);
    expect(simulated.clock.pending).toBe(0);
  });
});
