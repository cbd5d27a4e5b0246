import { beforeEach, describe, expect, test } from "vitest";
import { errorName } from "#protocol/errorCodes.ts";
import { batchOf, fetchFrom, produceTo } from "./produceAndFetch.ts";
import type { RawClient } from "./rawClient.ts";
import { SimulatedPlayground } from "./simulatedPlayground.ts";

let simulated: SimulatedPlayground;
let client: RawClient;
let other: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 3 });
  client = await simulated.connect();
  other = await simulated.connect();
});

const sizes = (partitions: readonly { partitionIndex: number; records: Uint8Array | null }[]) =>
  partitions.map(({ partitionIndex, records }) => [partitionIndex, records?.length ?? 0]);

describe("long poll", () => {
  test("an empty fetch waits as long as it may", async () => {
    const startedAt = simulated.clock.now();

    await simulated.run(fetchFrom(client, { 0: 0n }, { maxWaitMs: 500 }));

    expect(simulated.clock.now() - startedAt).toBeGreaterThanOrEqual(500);
    expect(simulated.clock.now() - startedAt).toBeLessThan(600);
  });

  test("it is answered as soon as there is something", async () => {
    const startedAt = simulated.clock.now();
    const fetched = fetchFrom(client, { 0: 0n, 1: 0n }, { maxWaitMs: 60_000 });
    await simulated.clock.advance(100);

    await simulated.run(produceTo(other, 1, batchOf("a")));

    const { partitions } = await simulated.run(fetched);
    expect(partitions.find(({ partitionIndex }) => partitionIndex === 1)?.records?.length).toBeGreaterThan(0);
    expect(simulated.clock.now() - startedAt).toBeLessThan(200);
  });

  test("it waits for as many bytes as it asks", async () => {
    const size = batchOf("a").length;
    let isAnswered = false;
    const fetched = fetchFrom(client, { 0: 0n }, { maxWaitMs: 60_000, minBytes: 2 * size }).then((answer) => {
      isAnswered = true;
      return answer;
    });
    await simulated.run(produceTo(other, 0, batchOf("a")));
    await simulated.clock.advance(1_000);
    const early = isAnswered;

    await simulated.run(produceTo(other, 0, batchOf("b")));

    expect(early).toBe(false);
    expect(sizes((await simulated.run(fetched)).partitions)).toEqual([[0, 2 * size]]);
  });

  test.each([
    ["an offset outside of the log", { 0: 9n }, "OFFSET_OUT_OF_RANGE"],
    ["an unknown partition", { 9: 0n }, "UNKNOWN_TOPIC_OR_PARTITION"],
  ])("%s is told at once", async (_what, offsets, error) => {
    const startedAt = simulated.clock.now();

    const { partitions } = await simulated.run(fetchFrom(client, offsets, { maxWaitMs: 60_000 }));

    expect(errorName(partitions[0]?.errorCode ?? -1)).toBe(error);
    expect(simulated.clock.now() - startedAt).toBeLessThan(50);
  });

  test("a topic deleted meanwhile ends the wait", async () => {
    const fetched = fetchFrom(client, { 0: 0n }, { maxWaitMs: 60_000 });
    await simulated.clock.advance(100);

    simulated.playground.deleteTopic("orders");

    const { partitions } = await simulated.run(fetched, 1_000);
    expect(errorName(partitions[0]?.errorCode ?? -1)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
  });

  test("a client that is gone leaves no timer behind", async () => {
    fetchFrom(client, { 0: 0n }, { maxWaitMs: 60_000 }).catch(() => {});
    await simulated.clock.advance(100);
    const before = simulated.clock.pending;

    client.close();
    await simulated.clock.advance(100);

    expect(simulated.clock.pending).toBeLessThan(before);
  });
});

describe("limits", () => {
  test("one batch comes even when it is larger than both limits, and only one", async () => {
    const size = batchOf("a").length;
    for (const partition of [0, 1]) await simulated.run(produceTo(other, partition, batchOf("a")));

    const { partitions } = await simulated.run(fetchFrom(client, { 0: 0n, 1: 0n }, { maxBytes: 1 }));

    expect(sizes(partitions)).toEqual([
      [0, size],
      [1, 0],
    ]);
  });
});

describe("fetch sessions (KIP-227)", () => {
  async function openSession() {
    const { sessionId } = await simulated.run(
      fetchFrom(client, { 0: 0n, 1: 0n, 2: 0n }, { sessionEpoch: 0, maxWaitMs: 0 }),
    );
    return sessionId;
  }

  test("answer only what is new", async () => {
    const sessionId = await openSession();
    await simulated.run(produceTo(other, 1, batchOf("a")));

    const news = await simulated.run(fetchFrom(client, {}, { sessionId, sessionEpoch: 1 }));
    const again = await simulated.run(
      fetchFrom(client, { 1: 1n }, { sessionId, sessionEpoch: 2, maxWaitMs: 100 }),
    );

    expect(sessionId).toBeGreaterThan(0);
    expect(news.partitions.map(({ partitionIndex }) => partitionIndex)).toEqual([1]);
    expect(again.partitions).toEqual([]);
  });

  test("serve a busy partition last the next time", async () => {
    const sessionId = await openSession();
    const size = batchOf("a").length;
    for (const partition of [0, 1, 2]) await simulated.run(produceTo(other, partition, batchOf("a")));

    const first = await simulated.run(fetchFrom(client, {}, { sessionId, sessionEpoch: 1, maxBytes: size }));
    const second = await simulated.run(fetchFrom(client, {}, { sessionId, sessionEpoch: 2, maxBytes: size }));

    const withData = (answer: typeof first) =>
      answer.partitions
        .filter(({ records }) => (records?.length ?? 0) > 0)
        .map(({ partitionIndex }) => partitionIndex);
    expect(withData(first)).toEqual([0]);
    expect(withData(second)).toEqual([1]);
  });

  test("forget partitions", async () => {
    const sessionId = await openSession();
    await simulated.run(produceTo(other, 1, batchOf("a")));
    const forgottenTopicsData = [{ topic: "orders", partitions: [1] }];

    const news = await simulated.run(
      fetchFrom(client, {}, { sessionId, sessionEpoch: 1, forgottenTopicsData, maxWaitMs: 100 }),
    );

    expect(news.partitions).toEqual([]);
  });

  test("repeat an error as long as it lasts", async () => {
    const sessionId = await openSession();

    const first = await simulated.run(fetchFrom(client, { 0: 7n }, { sessionId, sessionEpoch: 1 }));
    const second = await simulated.run(fetchFrom(client, {}, { sessionId, sessionEpoch: 2 }));

    for (const { partitions } of [first, second]) {
      expect(partitions.map(({ errorCode }) => errorName(errorCode))).toEqual(["OFFSET_OUT_OF_RANGE"]);
    }
  });

  test("refuse what does not fit them", async () => {
    const sessionId = await openSession();

    const wrongEpoch = await simulated.run(fetchFrom(client, {}, { sessionId, sessionEpoch: 5 }));
    const unknown = await simulated.run(fetchFrom(client, {}, { sessionId: 12_345, sessionEpoch: 1 }));
    await simulated.run(fetchFrom(client, {}, { sessionId, sessionEpoch: -1 }));
    const closed = await simulated.run(fetchFrom(client, {}, { sessionId, sessionEpoch: 1 }));

    expect(errorName(wrongEpoch.errorCode)).toBe("INVALID_FETCH_SESSION_EPOCH");
    expect(errorName(unknown.errorCode)).toBe("FETCH_SESSION_ID_NOT_FOUND");
    expect(errorName(closed.errorCode)).toBe("FETCH_SESSION_ID_NOT_FOUND");
  });
});

test("with two nodes each partition is served by its leader only", async () => {
  const pair = await SimulatedPlayground.start({ nodes: 2 });
  pair.playground.createTopic("orders", { partitions: 2 });
  const nodes = [await pair.connect(1), await pair.connect(2)];

  const codes = [];
  for (const node of nodes) {
    const { partitions } = await pair.run(fetchFrom(node, { 0: 0n, 1: 0n }, { maxWaitMs: 0 }));
    codes.push(partitions.map(({ errorCode }) => errorName(errorCode)));
  }

  expect(codes.flat().sort()).toEqual(["NONE", "NONE", "NOT_LEADER_OR_FOLLOWER", "NOT_LEADER_OR_FOLLOWER"]);
});
