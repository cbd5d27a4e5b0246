import { beforeEach, describe, expect, test } from "vitest";
import { PlaygroundError } from "#playground/playgroundError.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { offsetForLeaderEpoch } from "#protocol/apis/offsetForLeaderEpoch.ts";
import { produce } from "#protocol/apis/produce.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { readBatches } from "#protocol/records/batchReader.ts";
import { batchOf, fetchFrom, produceTo } from "../produceAndFetch.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const orders0 = { topic: "orders", partition: 0 };

let simulated: SimulatedPlayground;
/** One connection to each node. */
let clients: ReadonlyMap<number, RawClient>;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start({ nodes: 3 });
  simulated.playground.createTopic("orders", { partitions: 1, replicationFactor: 3 });
  clients = new Map([
    [1, await simulated.connect(1)],
    [2, await simulated.connect(2)],
    [3, await simulated.connect(3)],
  ]);
});

function at(nodeId: number): RawClient {
  const client = clients.get(nodeId);
  if (!client) throw new Error(`no connection to node ${nodeId}`);
  return client;
}

/** Partition 0 as Metadata of a node that is up describes it. */
async function described(via = 1) {
  const answer = await simulated.run(at(via).call(metadata, { topics: [{ name: "orders" }] }));
  const partition = answer.topics[0]?.partitions[0];
  if (!partition) throw new Error("Metadata says nothing");
  return partition;
}

async function leader(): Promise<number> {
  return (await described()).leaderId;
}

async function produceAtLeader(...values: readonly string[]) {
  const answer = await simulated.run(produceTo(at(await leader()), 0, batchOf(...values)));
  expect(errorName(answer.errorCode)).toBe("NONE");
}

/** Fetches by name in version 12, at one node. */
async function fetchAt(nodeId: number, offset: bigint, epochs: { current?: number; last?: number } = {}) {
  const partition = {
    partition: 0,
    fetchOffset: offset,
    partitionMaxBytes: 1_000_000,
    currentLeaderEpoch: epochs.current ?? -1,
    lastFetchedEpoch: epochs.last ?? -1,
  };
  const topics = [{ topic: "orders", partitions: [partition] }];
  const { partitions } = await simulated.run(fetchFrom(at(nodeId), {}, { topics, maxWaitMs: 10 }));
  const [answer] = partitions;
  if (!answer) throw new Error("Fetch says nothing");
  return answer;
}

async function endOfEpoch(leaderEpoch: number, version = 4) {
  const answer = await simulated.run(
    at(await leader()).call(
      offsetForLeaderEpoch,
      { topics: [{ topic: "orders", partitions: [{ partition: 0, leaderEpoch }] }] },
      { version },
    ),
  );
  const found = answer.topics[0]?.partitions[0];
  return { error: errorName(found?.errorCode ?? -1), epoch: found?.leaderEpoch, end: found?.endOffset };
}

describe("moving a leader", () => {
  test("begins an epoch that Metadata, batches and ListOffsets carry", async () => {
    await produceAtLeader("a");
    const before = await described();
    const next = before.replicaNodes.find((nodeId) => nodeId !== before.leaderId) ?? 0;

    simulated.playground.moveLeader(orders0, next);

    await produceAtLeader("b", "c");
    const after = await described();
    expect(after).toMatchObject({ leaderId: next, leaderEpoch: before.leaderEpoch + 1, offlineReplicas: [] });
    const frames = Array.from(readBatches((await fetchAt(next, 0n)).records ?? new Uint8Array(0)));
    const epochs = frames.map((frame) => frame.type === "batch" && frame.header.partitionLeaderEpoch);
    expect(epochs).toEqual([before.leaderEpoch, after.leaderEpoch]);
    const listed = await simulated.run(
      at(next).call(listOffsets, {
        replicaId: -1,
        topics: [
          { name: "orders", partitions: [{ partitionIndex: 0, timestamp: -1n }] },
          { name: "orders", partitions: [{ partitionIndex: 0, timestamp: -2n }] },
        ],
      }),
    );
    expect(listed.topics.flatMap(({ partitions }) => partitions)).toMatchObject([
      { offset: 3n, leaderEpoch: after.leaderEpoch },
      { offset: 0n, leaderEpoch: before.leaderEpoch },
    ]);
    expect(simulated.of("broker.trouble").at(-1)).toMatchObject({
      kind: "moveLeader",
      title: `node ${next} leads orders-0`,
      nodeId: next,
      nodesDown: [],
    });
  });

  test("fences who still has the old epoch, and whoever runs ahead", async () => {
    simulated.playground.moveLeader(orders0);
    const { leaderId, leaderEpoch } = await described();

    const answers = [
      await fetchAt(leaderId, 0n, { current: leaderEpoch - 1 }),
      await fetchAt(leaderId, 0n, { current: leaderEpoch + 1 }),
      await fetchAt(leaderId, 0n, { current: leaderEpoch }),
    ];

    const errors = answers.map(({ errorCode }) => errorName(errorCode));
    expect(errors).toEqual(["FENCED_LEADER_EPOCH", "UNKNOWN_LEADER_EPOCH", "NONE"]);
  });

  test("ends a fetch that waits at the old leader, which says who leads now", async () => {
    const old = await leader();
    const { topicId } = simulated.playground.topics()[0] ?? { topicId: "" };
    const waiting = at(old).call(fetch, {
      maxWaitMs: 30_000,
      minBytes: 1,
      topics: [
        {
          topicId,
          partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1_000, currentLeaderEpoch: 0 }],
        },
      ],
    });
    await simulated.clock.advance(1_000);

    simulated.playground.moveLeader(orders0);

    const answer = await simulated.run(waiting, 1_000);
    const leaderId = await leader();
    expect(answer.responses[0]?.partitions[0]).toMatchObject({
      errorCode: 74,
      currentLeader: { leaderId, leaderEpoch: 1 },
    });
    expect(answer.nodeEndpoints).toMatchObject([
      { nodeId: leaderId, host: "127.0.0.1", port: 9091 + leaderId },
    ]);
  });

  test.each([
    [9, "NOT_LEADER_OR_FOLLOWER", undefined],
    [10, "NOT_LEADER_OR_FOLLOWER", 1],
  ])("makes the old leader refuse Produce v%i, with a hint since v10", async (version, error, hints) => {
    const old = await leader();
    simulated.playground.moveLeader(orders0);

    const answer = await simulated.run(
      at(old).call(
        produce,
        {
          acks: -1,
          timeoutMs: 100,
          topicData: [{ name: "orders", partitionData: [{ index: 0, records: batchOf("x") }] }],
        },
        { version },
      ),
    );

    const partition = answer.responses[0]?.partitionResponses[0];
    expect(errorName(partition?.errorCode ?? -1)).toBe(error);
    expect(answer.nodeEndpoints.length).toBe(hints ?? 0);
    expect(partition?.currentLeader.leaderId).toBe(hints === undefined ? -1 : await leader());
  });

  test("to a node without replica gives it the old leader's place", async () => {
    simulated.playground.createTopic("single");
    const before = await simulated.run(at(1).call(metadata, { topics: [{ name: "single" }] }));
    const old = before.topics[0]?.partitions[0]?.leaderId ?? 0;

    simulated.playground.moveLeader({ topic: "single", partition: 0 }, (old % 3) + 1);

    const after = await simulated.run(at(1).call(metadata, { topics: [{ name: "single" }] }));
    const nodeId = (old % 3) + 1;
    expect(after.topics[0]?.partitions[0]).toMatchObject({ leaderId: nodeId, replicaNodes: [nodeId] });
  });

  test.each([
    [7, "NO_SUCH_NODE"],
    [2, "NODE_IS_DOWN"],
  ] as const)("to node %i is refused: %s", (nodeId, code) => {
    simulated.playground.stopNode(2);

    const move = () => simulated.playground.moveLeader(orders0, nodeId);

    expect(move).toThrow(PlaygroundError);
    expect(PlaygroundError.is(caught(move), code)).toBe(true);
  });
});

describe("a log that lost its end", () => {
  test("is found out by the epoch of what was read last", async () => {
    await produceAtLeader("a", "b");
    await produceAtLeader("c", "d");

    simulated.playground.truncateLog(orders0, 2n);

    await produceAtLeader("e");
    const answer = await fetchAt(await leader(), 4n, { last: 0 });
    expect(answer).toMatchObject({ errorCode: 0, divergingEpoch: { epoch: 0, endOffset: 2n } });
    expect(answer.records?.length ?? 0).toBe(0);
    expect(await endOfEpoch(0)).toEqual({ error: "NONE", epoch: 0, end: 2n });
    expect(await endOfEpoch(1)).toEqual({ error: "NONE", epoch: 1, end: 3n });
    expect(await endOfEpoch(2)).toEqual({ error: "NONE", epoch: -1, end: -1n });
  });

  test("is out of range for a client that knows no epochs", async () => {
    await produceAtLeader("a", "b");

    simulated.playground.truncateLog(orders0, 1n);

    const answer = await fetchAt(await leader(), 2n);
    expect(errorName(answer.errorCode)).toBe("OFFSET_OUT_OF_RANGE");
    // The batch reached past the cut, so it went as a whole.
    expect((await fetchAt(await leader(), 0n)).records?.length ?? 0).toBe(0);
  });

  test("wakes a fetch that waits at its end", async () => {
    await produceAtLeader("a", "b");
    const waiting = fetchFrom(at(await leader()), { 0: 2n }, { maxWaitMs: 30_000 });
    await simulated.clock.advance(1_000);

    simulated.playground.truncateLog(orders0, 0n);

    const { partitions } = await simulated.run(waiting, 1_000);
    expect(errorName(partitions[0]?.errorCode ?? -1)).toBe("OFFSET_OUT_OF_RANGE");
  });

  test("frees its memory, and says where it ends", async () => {
    await produceAtLeader("a", "b");
    const used = simulated.playground.memory().usedBytes;
    await produceAtLeader("c", "d");

    simulated.playground.truncateLog(orders0, 2n);

    expect(simulated.playground.memory().usedBytes).toBe(used);
    expect(simulated.of("cluster.offsets").at(-1)?.offsets).toMatchObject([{ highWatermark: 2n }]);
    expect(simulated.of("broker.trouble").at(-1)?.title).toMatch(/^orders-0 lost 2 offsets from 2 on/);
  });

  test.each([2, 3, 4])("answers OffsetForLeaderEpoch v%i", async (version) => {
    await produceAtLeader("a", "b");
    simulated.playground.moveLeader(orders0);
    await produceAtLeader("c");

    const end = await endOfEpoch(0, version);

    expect(end).toEqual({ error: "NONE", epoch: 0, end: 2n });
  });
});

describe("an unclean election", () => {
  test("loses what the replica that was away never got", async () => {
    await produceAtLeader("a");
    const { leaderId, replicaNodes } = await described();
    const [away = 0, other = 0] = replicaNodes.filter((nodeId) => nodeId !== leaderId);
    simulated.playground.stopNode(away);
    await simulated.run(produceTo(at(leaderId), 0, batchOf("b", "c")));
    simulated.playground.stopNode(other);
    await simulated.run(produceTo(at(leaderId), 0, batchOf("d")));
    simulated.playground.stopNode(leaderId);
    await simulated.run(simulated.playground.startNode(away));

    simulated.playground.uncleanElect(orders0);

    expect(simulated.playground.topics()[0]?.partitions[0]?.highWatermark).toBe(1n);
    const reached = await simulated.connect(away);
    const answer = await simulated.run(reached.call(metadata, { topics: [{ name: "orders" }] }));
    expect(answer.topics[0]?.partitions[0]).toMatchObject({
      errorCode: 0,
      leaderId: away,
      isrNodes: [away],
    });
  });

  test("of a replica that lacked nothing loses the newest batch", async () => {
    await produceAtLeader("a");
    await produceAtLeader("b", "c");

    simulated.playground.uncleanElect(orders0);

    expect(simulated.playground.topics()[0]?.partitions[0]?.highWatermark).toBe(1n);
    expect((await described()).leaderEpoch).toBe(1);
  });
});

describe("a topic that was created anew", () => {
  test("is unknown by its old id, and inconsistent to a session that began with it", async () => {
    const { topicId } = simulated.playground.topics()[0] ?? { topicId: "" };
    const nodeId = await leader();
    const wanted = [{ topicId, partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1_000 }] }];
    const opened = await simulated.run(
      at(nodeId).call(fetch, { maxWaitMs: 10, minBytes: 1, sessionEpoch: 0, topics: wanted }),
    );

    simulated.playground.recreateTopic("orders");

    const inSession = await simulated.run(
      at(nodeId).call(fetch, {
        maxWaitMs: 10,
        minBytes: 1,
        sessionId: opened.sessionId,
        sessionEpoch: 1,
        topics: [],
      }),
    );
    const fresh = await simulated.run(at(nodeId).call(fetch, { maxWaitMs: 10, minBytes: 1, topics: wanted }));
    const errorOf = (answer: typeof fresh) => errorName(answer.responses[0]?.partitions[0]?.errorCode ?? -1);
    expect(errorOf(inSession)).toBe("INCONSISTENT_TOPIC_ID");
    expect(errorOf(fresh)).toBe("UNKNOWN_TOPIC_ID");
    expect(simulated.playground.topics()[0]?.topicId).not.toBe(topicId);
  });
});

function caught(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
