import { beforeEach, describe, expect, test } from "vitest";
import { fetch } from "#protocol/apis/fetch.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { goodBatch } from "../protocol/records/support/batches.ts";
import { ofType } from "./support/engineBench.ts";
import { FakeLeaders } from "./support/fakeLeaders.ts";

const p0 = { topic: "orders", partition: 0 };

/** `batches` batches of two records each. */
const log = (batches: number) =>
  Array.from({ length: batches }, (_, index) => {
    const from = BigInt(index * 2);
    return { from, to: from + 2n, bytes: goodBatch(from, 2) };
  });

const offsets = (records: readonly { readonly offset: bigint }[]) =>
  records.map(({ offset }) => Number(offset));

describe("a leader that moved (KIP-951)", () => {
  let bench: FakeLeaders;

  beforeEach(async () => {
    bench = new FakeLeaders([1, 2], [1]);
    await bench.start();
    bench.logs = [log(2)];
  });

  const metadataRequests = () =>
    Array.from(bench.brokers.values()).reduce((sum, broker) => sum + broker.requests(metadata).length, 0);

  test.each(["NOT_LEADER_OR_FOLLOWER", "FENCED_LEADER_EPOCH"] as const)(
    "is followed at once, without asking for metadata, when %s says where it is",
    async (refusal) => {
      const { session, seen, poll } = bench.session();
      session.start();
      await poll(4, 5_000);
      const [asked, movedAt] = [metadataRequests(), bench.clock.now()];
      bench.script = (_ask, { nodeId }) =>
        nodeId === 1
          ? { errorCode: errorCode(refusal), currentLeader: { leaderId: 2, leaderEpoch: 1 } }
          : undefined;
      bench.more = { nodeEndpoints: bench.nodes };
      bench.logs = [log(3)];

      const records = await poll(2, 5_000);

      expect(offsets(records)).toEqual([4, 5]);
      expect(metadataRequests()).toBe(asked);
      // What was held back at the former leader, and a round trip to each.
      expect(bench.clock.now() - movedAt).toBeLessThan(600);
      expect(ofType(seen, "position.state").at(-1)).toMatchObject({ leaderId: 2, leaderEpoch: 1 });
    },
  );

  test("is found where metadata did not know the broker", async () => {
    const { session, poll, cluster } = bench.session();
    bench.script = (_ask, { nodeId }) =>
      nodeId === 1 ? { errorCode: 6, currentLeader: { leaderId: 3, leaderEpoch: 7 } } : undefined;
    const other = bench.brokers.get(2);
    await bench.run(Promise.resolve(other?.listen(bench.network, { host: "new", port: 9092 })));
    bench.more = { nodeEndpoints: [{ nodeId: 3, host: "new", port: 9092 }] };

    session.start();
    const records = await poll(4, 5_000);

    expect(offsets(records)).toEqual([0, 1, 2, 3]);
    expect(cluster.leaderOf(p0)).toBe(3);
  });

  test("two brokers that point at each other are asked slower and slower", async () => {
    const { session } = bench.session();
    bench.script = (_ask, { nodeId, times }) => ({
      errorCode: 6,
      currentLeader: { leaderId: 3 - nodeId, leaderEpoch: times + 1 },
    });

    session.start();
    await bench.clock.advance(30_000);

    expect(bench.asked(p0).length).toBeLessThan(200);
  });
});

describe("reading from a follower (KIP-392)", () => {
  let bench: FakeLeaders;

  beforeEach(async () => {
    bench = new FakeLeaders([1, 2], [1]);
    await bench.start();
    bench.logs = [log(2)];
    bench.script = (_ask, { nodeId, rack }) =>
      nodeId === 1 && rack === "a" ? { preferredReadReplica: 2, records: null } : undefined;
  });

  test("without a rack the leader is read", async () => {
    const { session, poll } = bench.session();
    session.start();

    const records = await poll(4, 5_000);

    expect(records).toHaveLength(4);
    expect(bench.asked(p0, 2)).toEqual([]);
  });

  test("the replica that the leader names is read, without a pause, and it shows", async () => {
    const { session, seen, poll } = bench.session({ rack: "a" });
    session.start();

    const records = await poll(4, 5_000);
    await bench.clock.advance(5_000);

    expect(records).toHaveLength(4);
    expect(bench.asked(p0, 1)).toEqual([0n]);
    expect(bench.asked(p0, 2).length).toBeGreaterThan(2);
    expect(ofType(seen, "position.state").at(-1)).toMatchObject({ leaderId: 1, readReplicaId: 2 });
  });

  test("the lease ends, and the leader is asked for a replica anew", async () => {
    const { session } = bench.session({ rack: "a" });
    session.start();

    await bench.clock.advance(301_000);

    expect(bench.asked(p0, 1)).toHaveLength(2);
  });

  test.each(["OFFSET_OUT_OF_RANGE", "NOT_LEADER_OR_FOLLOWER", "OFFSET_NOT_AVAILABLE"] as const)(
    "a replica that answers %s is left for the leader, with nothing lost and no reset",
    async (code) => {
      const usual = bench.script;
      bench.script = (ask, context) =>
        context.nodeId === 2 ? { errorCode: errorCode(code), records: null } : usual(ask, context);
      const { session, seen, poll } = bench.session({ rack: "a" });
      session.start();

      const records = await poll(4, 5_000);
      await bench.clock.advance(120_000);

      expect(offsets(records)).toEqual([0, 1, 2, 3]);
      expect(ofType(seen, "fetch.positionReset")).toEqual([]);
      // It is tried again, less and less often.
      expect(bench.asked(p0, 2).length).toBeGreaterThan(1);
      expect(bench.asked(p0, 2).length).toBeLessThan(8);
      expect(session.partitions()[0]?.progress.state).toBe("fetching");
    },
  );

  test("a replica that is no broker of the cluster does not keep the leader from being read", async () => {
    bench.script = (_ask, { rack }) =>
      rack === "a" ? { preferredReadReplica: 9, records: null } : undefined;
    const { session, poll } = bench.session({ rack: "a" });
    session.start();

    const records = await poll(4, 5_000);
    await bench.clock.advance(30_000);

    expect(offsets(records)).toEqual([0, 1, 2, 3]);
    // One every half a second, as for any end of a log, and a few that asked for a replica.
    expect(bench.asked(p0).length).toBeLessThan(80);
  });

  test("a leader that names such a replica to everybody is asked less and less often", async () => {
    bench.script = () => ({ preferredReadReplica: 9, records: null });
    const { session, seen, poll } = bench.session({});
    session.start();

    const records = await poll(4, 10_000);

    expect(records).toEqual([]);
    expect(bench.asked(p0).length).toBeLessThan(20);
    expect(ofType(seen, "position.state").length).toBeLessThan(20);
  });

  test("a leader whose log parts from what it gave, again and again, is not asked as fast as it answers", async () => {
    bench.script = ({ fetchOffset }) =>
      fetchOffset < 4n ? undefined : { divergingEpoch: { epoch: 0, endOffset: 1n }, records: null };
    const { session, poll } = bench.session({});
    session.start();

    await poll(4, 10_000);
    await bench.clock.advance(10_000);

    expect(bench.asked(p0).length).toBeGreaterThan(2);
    expect(bench.asked(p0).length).toBeLessThan(500);
  });

  test("a replica that does not answer is left for the leader", async () => {
    const { session, poll } = bench.session({ rack: "a" });
    bench.brokers.get(2)?.on(fetch, ({ stream }) => stream.dispose());
    session.start();

    const records = await poll(4, 10_000);

    expect(offsets(records)).toEqual([0, 1, 2, 3]);
  });
});

describe("a leader that says more than it was asked", () => {
  test("a partition that an answer names again and again is refused once", async () => {
    const bench = new FakeLeaders([1], [1]);
    await bench.start();
    bench.logs = [log(2)];
    const refusal = {
      partitionIndex: 0,
      errorCode: errorCode("KAFKA_STORAGE_ERROR"),
      highWatermark: 4n,
      records: null,
    };
    let isFirst = true;
    const broker = bench.brokers.get(1);
    broker?.on(fetch, ({ body, answer }) => {
      const partitions = isFirst ? Array.from({ length: 5 }, () => refusal) : [];
      isFirst = false;
      const topics = body.topics.map(({ topic, topicId }) => ({ topic, topicId, partitions }));
      bench.clock.schedule(body.maxWaitMs, () => answer({ errorCode: 0, responses: topics }));
    });
    const { session, seen } = bench.session();
    session.start();

    await bench.clock.advance(10_000);

    expect(broker?.requests(fetch).length).toBeGreaterThan(1);
    expect(ofType(seen, "position.state").filter(({ state }) => state === "errored")).toEqual([]);
  });

  test("a leader that is not to hold answers back is not asked all the time", async () => {
    const bench = new FakeLeaders([1], [1]);
    await bench.start();
    bench.logs = [log(1)];
    const limits = { maxWaitMs: 0, minBytes: 1, maxBytes: 1 << 20, maxPartitionBytes: 1 << 20 };
    const { session, poll } = bench.session({ fetch: limits });
    session.start();

    const records = await poll(2, 5_000);
    await bench.clock.advance(10_000);

    expect(offsets(records)).toEqual([0, 1]);
    expect(bench.asked(p0).length).toBeLessThan(150);
  });
});

describe("what one request asks for", () => {
  test("without fetch sessions every request names everything, and wants no session", async () => {
    const bench = new FakeLeaders([1], [1, 1]);
    await bench.start();
    bench.logs = [log(3), log(1)];
    bench.more = { sessionId: 77 };
    const { session, seen, poll } = bench.session({ fetchSessions: false });
    session.start();

    const records = [...(await poll(8, 5_000)), ...(await poll(8, 3_000))];

    const requests = bench.brokers.get(1)?.requests(fetch) ?? [];
    expect(records).toHaveLength(8);
    expect(requests.every(({ body }) => body.sessionId === 0 && body.sessionEpoch === -1)).toBe(true);
    // The first one may go out while the position of the other is still looked up.
    expect(requests.slice(1).every(({ body }) => body.topics[0]?.partitions.length === 2)).toBe(true);
    expect(ofType(seen, "fetch.completed").length).toBeGreaterThan(1);
    expect(ofType(seen, "fetch.completed").every(({ error }) => error === undefined)).toBe(true);
  });

  test("min bytes, max bytes and the wait are passed on", async () => {
    const bench = new FakeLeaders([1], [1]);
    await bench.start();
    const limits = { maxWaitMs: 321, minBytes: 17, maxBytes: 5_000, maxPartitionBytes: 4_096 };
    const { session } = bench.session({ fetch: limits, isolation: "read_committed" });

    session.start();
    await bench.clock.advance(1_000);

    expect(bench.brokers.get(1)?.requests(fetch)[0]?.body).toMatchObject({
      maxWaitMs: 321,
      minBytes: 17,
      maxBytes: 4_096,
      isolationLevel: 1,
      topics: [{ partitions: [{ partitionMaxBytes: 4_096 }] }],
    });
  });

  test("a busy partition does not starve another: whoever was served goes to the end", async () => {
    const bench = new FakeLeaders([1], [1, 1, 1]);
    await bench.start();
    bench.logs = [log(200), log(200), log(200)];
    const size = goodBatch(0n, 2).length;
    const limits = { maxWaitMs: 100, minBytes: 1, maxBytes: size, maxPartitionBytes: size };
    const { session, poll } = bench.session({ fetch: limits, fetchSessions: false });
    session.start();

    const got: number[] = [];
    while (got.length < 60) got.push(...(await poll(1, 5_000)).map(({ partition }) => partition));

    for (const partition of [0, 1, 2]) {
      expect(got.filter((each) => each === partition).length).toBeGreaterThan(12);
    }
  });

  test("a broker that throttles is left alone for as long, and that is no failure (KIP-219)", async () => {
    const bench = new FakeLeaders([1], [1]);
    await bench.start();
    bench.logs = [log(1)];
    bench.more = { throttleTimeMs: 40_000 };
    const { session, seen, poll } = bench.session();
    session.start();
    await poll(2, 5_000);
    const askedAt = bench.clock.now();

    await bench.clock.advance(39_000);
    const whileThrottled = bench.asked(p0).length;
    await bench.clock.advance(2_000);

    expect(whileThrottled).toBe(1);
    expect(bench.asked(p0).length).toBe(2);
    expect(bench.clock.now() - askedAt).toBe(41_000);
    expect(ofType(seen, "fetch.completed")[0]).toMatchObject({ throttleTimeMs: 40_000, error: undefined });
    expect(session.partitions()[0]?.progress.state).toBe("fetching");
  });
});

describe("records larger than a limit", () => {
  const large = { from: 2n, to: 3n, bytes: goodBatch(2n, 1, { records: [record(60_000)] }) };

  test("a first record over every fetch limit is delivered, and so is what follows (KIP-74)", async () => {
    const bench = new FakeLeaders([1], [1]);
    await bench.start();
    bench.logs = [[...log(1), large, { from: 3n, to: 5n, bytes: goodBatch(3n, 2) }]];
    const limits = { maxWaitMs: 100, minBytes: 1, maxBytes: 500, maxPartitionBytes: 500 };
    const { session, poll } = bench.session({ fetch: limits, maxBufferedBytes: 1_000 });
    session.start();

    const got: bigint[] = [];
    while (got.length < 5) got.push(...(await poll(10, 5_000)).map(({ offset }) => offset));

    expect(got).toEqual([0n, 1n, 2n, 3n, 4n]);
  });

  test("one that no answer can carry stops its partition, which says so; the others go on", async () => {
    const bench = new FakeLeaders([1], [1, 1]);
    await bench.start();
    bench.logs = [[...log(1), large], log(3)];
    const { session, seen, poll } = bench.session({}, { maxFrameBytes: 20_000 });
    session.start();

    const got: string[] = [];
    for (let round = 0; round < 8; round++) {
      const records = await poll(10, 2_000);
      got.push(...records.map(({ partition, offset }) => `${partition}:${offset}`));
    }
    const asked = bench.asked(p0).length;
    await bench.clock.advance(60_000);

    expect(got.filter((each) => each.startsWith("1:"))).toHaveLength(6);
    const stopped = ofType(seen, "position.state").findLast(({ partition }) => partition === 0);
    expect(stopped).toMatchObject({ state: "errored", error: { code: "RESPONSE_TOO_LARGE" } });
    expect(stopped?.error?.message).toMatch(/offset \d of orders-0 .*20000 accepted/);
    expect(bench.asked(p0)).toHaveLength(asked);
  });

  test("seeking behind it goes on", async () => {
    const bench = new FakeLeaders([1], [1]);
    await bench.start();
    bench.logs = [[large, { from: 3n, to: 5n, bytes: goodBatch(3n, 2) }]];
    const { session, poll } = bench.session({}, { maxFrameBytes: 20_000 });
    session.start();
    await poll(10, 5_000);

    await bench.run(session.seek(p0, { kind: "offset", offset: 3n }));
    const records = await poll(10, 5_000);

    expect(offsets(records)).toEqual([3, 4]);
  });
});

function record(valueBytes: number) {
  return { timestamp: 0n, key: null, value: new Uint8Array(valueBytes) };
}
