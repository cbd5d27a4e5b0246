import { beforeEach, describe, expect, test } from "vitest";
import { createTopics } from "#protocol/apis/createTopics.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { produceTo } from "../produceAndFetch.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const orders0 = { topic: "orders", partition: 0 };
const minuteMs = 60_000;
const hourMs = 3_600_000;
let simulated: SimulatedPlayground;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start({ nodes: 2, settings: { housekeepingIntervalMs: 1_000 } });
});

/** A topic led by node 1, and a connection to it. */
async function create(configs: Readonly<Record<string, string>>): Promise<RawClient> {
  const client = await simulated.connect(1);
  const topic = {
    name: "orders",
    numPartitions: -1,
    replicationFactor: -1,
    assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }],
    configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
  };
  await simulated.run(client.call(createTopics, { topics: [topic] }));
  return client;
}

const skew = (ms: number, nodeId?: number) =>
  simulated.run(simulated.playground.trouble("skewClock", { ms, nodeId }));

/** A batch of one record, by the producer's clock, which is right. */
const batch = () =>
  encodeBatch({
    baseOffset: 0n,
    records: [{ timestamp: BigInt(Math.floor(simulated.clock.now())), key: null, value: null }],
  });

async function offsetAt(client: RawClient, timestamp: number): Promise<bigint | undefined> {
  const answer = await simulated.run(
    client.call(listOffsets, {
      replicaId: -1,
      topics: [
        { name: "orders", partitions: [{ partitionIndex: 0, timestamp: BigInt(Math.floor(timestamp)) }] },
      ],
    }),
  );
  return answer.topics[0]?.partitions[0]?.offset;
}

describe("a topic whose records are stamped by the broker (LogAppendTime)", () => {
  const stamped = { "message.timestamp.type": "LogAppendTime" };

  test("gets the time of its leader's clock, and is searched by it", async () => {
    const client = await create(stamped);
    const now = simulated.clock.now();

    await skew(10 * minuteMs, 1);

    const produced = await simulated.run(produceTo(client, 0, batch()));
    expect(Number(produced.logAppendTimeMs) - now).toBeGreaterThanOrEqual(10 * minuteMs);
    expect(await offsetAt(client, now + 9 * minuteMs)).toBe(0n);
    expect(await offsetAt(client, now + 11 * minuteMs)).toBe(-1n);
  });

  test("goes back in time with a leader whose clock is right again", async () => {
    const client = await create(stamped);
    await skew(hourMs, 1);
    const first = await simulated.run(produceTo(client, 0, batch()));

    simulated.playground.moveLeader(orders0, 2);

    const second = await simulated.run(produceTo(await simulated.connect(2), 0, batch()));
    expect(second.logAppendTimeMs).toBeLessThan(first.logAppendTimeMs);
  });
});

test("a leader that is an hour and more behind refuses records as too late", async () => {
  const client = await create({});
  const before = await simulated.run(produceTo(client, 0, batch()));

  await skew(-hourMs - minuteMs, 1);

  const after = await simulated.run(produceTo(client, 0, batch()));
  expect([before, after].map(({ errorCode }) => errorName(errorCode))).toEqual(["NONE", "INVALID_TIMESTAMP"]);
});

test("a leader that is ahead lets records expire early", async () => {
  const client = await create({ "retention.ms": String(hourMs) });
  await simulated.run(produceTo(client, 0, batch()));
  await simulated.clock.advance(5_000);
  const before = simulated.playground.topics()[0]?.partitions[0]?.logStartOffset;

  await skew(2 * hourMs, 1);

  await simulated.clock.advance(5_000);
  expect([before, simulated.playground.topics()[0]?.partitions[0]?.logStartOffset]).toEqual([0n, 1n]);
});

test("all clocks are set right at once, and what is said names whose clock it is", async () => {
  const client = await create({ "message.timestamp.type": "LogAppendTime" });
  const now = simulated.clock.now();

  await skew(hourMs, 1);
  await skew(-minuteMs, 2);
  await skew(0);

  const { logAppendTimeMs } = await simulated.run(produceTo(client, 0, batch()));
  expect(Number(logAppendTimeMs) - now).toBeLessThan(minuteMs);
  expect(simulated.of("broker.trouble").map(({ title }) => title)).toEqual([
    "the clock of node 1 is 3600000 ms ahead",
    "the clock of node 2 is 60000 ms behind",
    "the clock is right",
  ]);
});

test("the clock of a node that is not there cannot be wrong", async () => {
  await expect(simulated.playground.trouble("skewClock", { nodeId: 9 })).rejects.toThrow(
    "There is no node 9",
  );
});

test("each trouble says which clocks are wrong after it", async () => {
  await skew(hourMs);
  await skew(0, 1);
  await skew(-minuteMs, 2);
  await simulated.run(simulated.playground.trouble("stopNode", { nodeId: 2 }));
  await skew(0);

  const afterStop = [{ aheadMs: hourMs }, { nodeId: 1, aheadMs: 0 }, { nodeId: 2, aheadMs: -minuteMs }];
  expect(simulated.of("broker.trouble").map(({ wrongClocks }) => wrongClocks)).toEqual([
    [{ aheadMs: hourMs }],
    afterStop.slice(0, 2),
    afterStop,
    afterStop,
    [],
  ]);
  expect(simulated.playground.wrongClocks()).toEqual([]);
});
