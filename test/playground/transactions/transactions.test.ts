import { beforeEach, describe, expect, test } from "vitest";
import { addOffsetsToTxn } from "#protocol/apis/addOffsetsToTxn.ts";
import { addPartitionsToTxn } from "#protocol/apis/addPartitionsToTxn.ts";
import { describeProducers } from "#protocol/apis/describeProducers.ts";
import { describeTransactions } from "#protocol/apis/describeTransactions.ts";
import { endTxn } from "#protocol/apis/endTxn.ts";
import { initProducerId } from "#protocol/apis/initProducerId.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { listTransactions } from "#protocol/apis/listTransactions.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { produce } from "#protocol/apis/produce.ts";
import { txnOffsetCommit } from "#protocol/apis/txnOffsetCommit.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { decodeBatch, readBatches } from "#protocol/records/batchReader.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import { commitAs } from "../groupDialogue.ts";
import { fetchFrom } from "../produceAndFetch.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

interface Producer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

const transactionalId = "tx";
const records = [{ timestamp: 1n, key: null, value: null }];
let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  await start();
});

async function start(settings: Parameters<typeof SimulatedPlayground.start>[0] = {}): Promise<void> {
  simulated = await SimulatedPlayground.start(settings);
  simulated.playground.createTopic("orders", { partitions: 2 });
  client = await simulated.connect();
}

async function begin(options: { timeoutMs?: number; expected?: Producer } = {}) {
  const { timeoutMs: transactionTimeoutMs = 60_000, expected } = options;
  const body = { transactionalId, transactionTimeoutMs, ...expected };
  const answer = await simulated.run(client.call(initProducerId, body, { version: 5 }));
  const { producerId, producerEpoch } = answer;
  return { producerId, producerEpoch, error: errorName(answer.errorCode) };
}

async function add(producer: Producer, version = 3) {
  const answer = await simulated.run(
    client.call(
      addPartitionsToTxn,
      {
        v3AndBelowTransactionalId: transactionalId,
        v3AndBelowProducerId: producer.producerId,
        v3AndBelowProducerEpoch: producer.producerEpoch,
        v3AndBelowTopics: [{ name: "orders", partitions: [0] }],
      },
      { version },
    ),
  );
  const [result] = answer.resultsByTopicV3AndBelow.flatMap((topic) => topic.resultsByPartition);
  return errorName(result?.partitionErrorCode ?? -1);
}

async function write(
  producer: Producer,
  options: { sequence?: number; version?: number; transactional?: boolean; id?: string | null } = {},
) {
  const { sequence = 0, version = 12, transactional = true, id = transactionalId } = options;
  const batch = encodeBatch({ baseOffset: 0n, records, transactional, baseSequence: sequence, ...producer });
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records: batch }] }];
  const body = { transactionalId: id, acks: -1, timeoutMs: 1_000, topicData };
  const answer = await simulated.run(client.call(produce, body, { version }));
  const [partition] = answer.responses.flatMap(({ partitionResponses }) => partitionResponses);
  return errorName(partition?.errorCode ?? -1);
}

async function end(producer: Producer, committed: boolean, version = 5) {
  const answer = await simulated.run(
    client.call(endTxn, { transactionalId, ...producer, committed }, { version }),
  );
  const { producerId, producerEpoch } = answer;
  return { producerId, producerEpoch, error: errorName(answer.errorCode) };
}

/** What a consumer gets from offset 0 on: offsets, with markers in brackets, and the aborted transactions. */
async function read(isolation: "committed" | "uncommitted") {
  const isolationLevel = isolation === "committed" ? 1 : 0;
  const answer = await simulated.run(fetchFrom(client, { 0: 0n }, { isolationLevel, maxWaitMs: 10 }));
  const [partition] = answer.partitions;
  const offsets = Array.from(readBatches(partition?.records ?? new Uint8Array(0))).flatMap((frame) => {
    if (frame.type !== "batch") throw new Error(frame.type);
    const decoded = decodeBatch(frame);
    if (!decoded.ok) throw new Error(decoded.error.message);
    return Array.from(decoded.value.records, ({ offset }) =>
      frame.header.isControl ? `(${offset})` : `${offset}`,
    );
  });
  const { lastStableOffset, highWatermark, abortedTransactions } = partition ?? {};
  return { offsets: offsets.join(" "), lastStableOffset, highWatermark, abortedTransactions };
}

async function latest(isolationLevel: number) {
  const answer = await simulated.run(
    client.call(listOffsets, {
      replicaId: -1,
      isolationLevel,
      topics: [{ name: "orders", partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
    }),
  );
  return answer.topics[0]?.partitions[0]?.offset;
}

async function commitOffset(producer: Producer, options: { version?: number; generationId?: number } = {}) {
  const { version = 5, generationId: generationIdOrMemberEpoch = -1 } = options;
  const answer = await simulated.run(
    client.call(
      txnOffsetCommit,
      {
        transactionalId,
        groupId: "billing",
        ...producer,
        generationIdOrMemberEpoch,
        topics: [
          {
            name: "orders",
            partitions: [{ partitionIndex: 0, committedOffset: 7n, committedMetadata: null }],
          },
        ],
      },
      { version },
    ),
  );
  return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1);
}

async function committed(requireStable: boolean) {
  const topics = [{ name: "orders", partitionIndexes: [0] }];
  const answer = await simulated.run(
    client.call(offsetFetch, { groups: [{ groupId: "billing", topics }], requireStable }, { version: 8 }),
  );
  const partition = answer.groups[0]?.topics[0]?.partitions[0];
  return partition?.errorCode ? errorName(partition.errorCode) : partition?.committedOffset;
}

describe("a committed transaction", () => {
  test("is held back until its marker, and then is read by everybody", async () => {
    const producer = await begin();
    await write(producer);
    await write(producer, { sequence: 1 });
    const open = { committed: await read("committed"), uncommitted: await read("uncommitted") };

    const ended = await end(producer, true);

    expect(open.committed).toMatchObject({ offsets: "", lastStableOffset: 0n, highWatermark: 2n });
    expect(open.uncommitted).toMatchObject({ offsets: "0 1", abortedTransactions: null });
    expect(ended).toEqual({ ...producer, producerEpoch: producer.producerEpoch + 1 });
    expect(await read("committed")).toEqual({
      offsets: "0 1 (2)",
      lastStableOffset: 3n,
      highWatermark: 3n,
      abortedTransactions: [],
    });
  });

  test("wakes a consumer that waits for the last stable offset to move", async () => {
    const producer = await begin();
    await write(producer);
    const waiting = fetchFrom(client, { 0: 0n }, { isolationLevel: 1, maxWaitMs: 30_000 });
    client = await simulated.connect();

    const beganAt = simulated.clock.now();
    await end(producer, true);
    await simulated.run(waiting);

    expect(simulated.clock.now() - beganAt).toBeLessThan(1_000);
  });

  test("of an older client keeps its epoch, and needs its partitions added", async () => {
    const producer = await begin();

    const tooEarly = [await write(producer, { version: 10 }), await write(producer, { version: 11 })];
    const added = await add(producer);
    const written = await write(producer, { version: 10 });
    const ended = await end(producer, true, 4);

    expect(tooEarly).toEqual(["INVALID_TXN_STATE", "TRANSACTION_ABORTABLE"]);
    expect([added, written, ended.error]).toEqual(["NONE", "NONE", "NONE"]);
    expect(await end(producer, true, 4)).toMatchObject({ error: "NONE" });
    expect(await add(producer)).toBe("NONE");
  });
});

describe("an aborted transaction", () => {
  test("is listed for those that read committed", async () => {
    const producer = await begin();
    await write(producer);

    await end(producer, false);

    const { producerId } = producer;
    expect(await read("committed")).toMatchObject({
      offsets: "0 (1)",
      lastStableOffset: 2n,
      abortedTransactions: [{ producerId, firstOffset: 0n }],
    });
  });

  test("that took longer than its timeout is aborted, and its producer is fenced", async () => {
    const producer = await begin({ timeoutMs: 5_000 });
    await write(producer);

    await simulated.clock.advance(5_000);

    expect(await read("committed")).toMatchObject({ offsets: "0 (1)", lastStableOffset: 2n });
    expect(await write(producer, { sequence: 1 })).toBe("INVALID_PRODUCER_EPOCH");
    expect(simulated.of("broker.transaction").map(({ state }) => state)).toEqual([
      "Empty",
      "Ongoing",
      "PrepareAbort",
      "CompleteAbort",
    ]);
    expect(simulated.of("broker.transaction")[2]?.reason).toBe("it took longer than its timeout of 5000 ms");
  });

  test("is what becomes of one whose transactional id somebody else takes", async () => {
    const zombie = await begin();
    await write(zombie);

    const first = await begin();
    const second = await begin();

    expect(first.error).toBe("CONCURRENT_TRANSACTIONS");
    expect(second).toMatchObject({ error: "NONE", producerEpoch: 2 });
    expect(await read("committed")).toMatchObject({ offsets: "0 (1)" });
    expect(await write(zombie, { sequence: 1 })).toBe("INVALID_PRODUCER_EPOCH");
    expect(await end(zombie, true)).toMatchObject({ error: "PRODUCER_FENCED" });
    expect(await add(zombie, 1)).toBe("INVALID_PRODUCER_EPOCH");
  });

  test("may be listed backwards on request", async () => {
    await start({ settings: { transactions: { reversesAbortedList: true } } });
    let producer: Producer = await begin();
    await write(producer);
    producer = await end(producer, false);
    await write(producer);
    await end(producer, false);

    const { abortedTransactions } = await read("committed");

    expect(abortedTransactions?.map(({ firstOffset }) => firstOffset)).toEqual([2n, 0n]);
  });
});

describe("sequences and states", () => {
  test.each([
    ["under no transactional id", { id: null }, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"],
    ["under another transactional id", { id: "other" }, "INVALID_PRODUCER_ID_MAPPING"],
    ["with a sequence that skips what was lost", { sequence: 3 }, "OUT_OF_ORDER_SEQUENCE_NUMBER"],
  ] as const)("a first write %s is refused", async (_what, options, error) => {
    const producer = await begin();

    expect(await write(producer, options)).toBe(error);
  });

  test("a plain write within a transaction is refused", async () => {
    const producer = await begin();
    await write(producer);

    expect(await write(producer, { sequence: 1, transactional: false })).toBe("INVALID_TXN_STATE");
  });

  test("a producer whose markers are still to be written is told to wait", async () => {
    await start({ settings: { transactions: { markerDelayMs: 200 } } });
    const producer = await begin();
    await write(producer);

    const next = await end(producer, true);

    expect(await write(next)).toBe("CONCURRENT_TRANSACTIONS");
    expect(await begin({ expected: next })).toMatchObject({ error: "CONCURRENT_TRANSACTIONS" });
    await simulated.clock.advance(200);
    expect(await write(next)).toBe("NONE");
  });

  test("one that does not know that reason is told so as it can bear it, and for its offsets all the same", async () => {
    await start({ settings: { transactions: { markerDelayMs: 200 } } });
    const producer = await begin();
    await add(producer);

    await end(producer, true, 3);

    expect(await write(producer, { version: 11 })).toBe("NOT_ENOUGH_REPLICAS");
    expect(await commitOffset(producer, { version: 4 })).toBe("CONCURRENT_TRANSACTIONS");
  });

  test.each([0, -1, 900_001])("a timeout of %s ms is refused", async (timeoutMs) => {
    expect((await begin({ timeoutMs })).error).toBe("INVALID_TRANSACTION_TIMEOUT");
  });

  test("an idempotent producer gets a new id each time", async () => {
    const ask = () =>
      simulated.run(
        client.call(initProducerId, { transactionalId: null, transactionTimeoutMs: 1 }, { version: 5 }),
      );

    const ids = [await ask(), await ask()].map(({ producerId, producerEpoch }) => [
      producerId,
      producerEpoch,
    ]);

    expect(ids).toEqual([
      [0n, 0],
      [1n, 0],
    ]);
  });
});

describe("offsets committed within a transaction", () => {
  test("are unstable until it commits", async () => {
    const producer = await begin();
    const error = await commitOffset(producer);
    const open = { any: await committed(false), stable: await committed(true) };

    await end(producer, true);

    expect(error).toBe("NONE");
    expect(open).toEqual({ any: -1n, stable: "UNSTABLE_OFFSET_COMMIT" });
    expect(await committed(true)).toBe(7n);
  });

  test("go when it aborts", async () => {
    const producer = await begin();
    await commitOffset(producer);

    await end(producer, false);

    expect(await committed(true)).toBe(-1n);
  });

  test("do not replace a plain commit made after them", async () => {
    const producer = await begin();
    await commitOffset(producer);
    await simulated.run(commitAs(client, 9n));

    await end(producer, true);

    expect(await committed(true)).toBe(9n);
  });

  test("need the group to be added by older clients, and a current generation", async () => {
    const producer = await begin();
    const tooEarly = await commitOffset(producer, { version: 3 });
    const body = { transactionalId, groupId: "billing", ...producer };

    const added = await simulated.run(client.call(addOffsetsToTxn, body, { version: 3 }));

    expect([tooEarly, errorName(added.errorCode)]).toEqual(["INVALID_TXN_STATE", "NONE"]);
    expect(await commitOffset(producer, { version: 3 })).toBe("NONE");
    expect(await commitOffset(producer, { version: 3, generationId: 4 })).toBe("UNKNOWN_MEMBER_ID");
  });
});

describe("tools", () => {
  test("see transactional ids and what they wrote to", async () => {
    const { producerId, producerEpoch, error: _ } = await begin();
    await write({ producerId, producerEpoch });
    await simulated.clock.advance(1_000);

    const described = await simulated.run(
      client.call(describeTransactions, { transactionalIds: [transactionalId, "nobody"] }),
    );
    const list = async (durationFilter: bigint, stateFilters: readonly string[] = []) => {
      const body = { stateFilters, producerIdFilters: [], durationFilter };
      const answer = await simulated.run(client.call(listTransactions, body, { version: 1 }));
      return {
        unknown: answer.unknownStateFilters,
        ids: answer.transactionStates.map((each) => each.transactionalId),
      };
    };

    expect(described.transactionStates).toMatchObject([
      {
        transactionState: "Ongoing",
        transactionTimeoutMs: 60_000,
        producerId,
        topics: [{ topic: "orders", partitions: [0] }],
      },
      { errorCode: 105 },
    ]);
    expect(await list(-1n)).toEqual({ unknown: [], ids: ["tx"] });
    expect(await list(60_000n)).toEqual({ unknown: [], ids: [] });
    expect(await list(-1n, ["Odd"])).toEqual({ unknown: ["Odd"], ids: [] });
  });

  test("see which producer holds back a partition", async () => {
    const { producerId, firstOffset } = simulated.playground.hangTransaction({
      topic: "orders",
      partition: 0,
    });

    const answer = await simulated.run(
      client.call(describeProducers, { topics: [{ name: "orders", partitionIndexes: [0] }] }),
    );

    expect(answer.topics[0]?.partitions[0]?.activeProducers).toMatchObject([
      {
        producerId,
        producerEpoch: 0,
        lastSequence: 0,
        coordinatorEpoch: -1,
        currentTxnStartOffset: firstOffset,
      },
    ]);
  });
});

describe("the playground", () => {
  const partition = { topic: "orders", partition: 0 };

  test("hangs a transaction, which holds back the last stable offset until it is aborted", async () => {
    const hanging = simulated.playground.hangTransaction(partition);
    const before = [await latest(1), await latest(0)];

    const aborted = simulated.playground.abortTransaction({ ...partition, ...hanging });

    expect(before).toEqual([0n, 1n]);
    expect(aborted).toBe(true);
    expect([await latest(1), await latest(0)]).toEqual([2n, 2n]);
    expect(simulated.playground.abortTransaction({ ...partition, ...hanging })).toBe(false);
  });

  test.each([
    ["commit", []],
    ["abort", [0n]],
  ] as const)("makes a transaction of its own, to %s", async (how, abortedFrom) => {
    const transaction = await simulated.run(simulated.playground.beginTransaction({ transactionalId }));
    const produced = [
      { key: null, value: null },
      { key: null, value: null },
    ];
    await simulated.run(transaction.produce({ topic: "orders", partition: 0, records: produced }));
    await simulated.run(transaction.produce({ topic: "orders", partition: 0, records: produced }));

    await simulated.run(transaction[how]());

    const seen = await read("committed");
    expect(seen.offsets).toBe("0 1 2 3 (4)");
    expect(seen.abortedTransactions?.map(({ firstOffset }) => firstOffset)).toEqual(abortedFrom);
  });

  test("aborts an open transaction by its id", async () => {
    const producer = await begin();
    await write(producer);

    const outcomes = [1, 2].map(() => simulated.playground.abortTransaction({ transactionalId }));

    expect(outcomes).toEqual([true, false]);
    expect(simulated.playground.transactions()[0]?.phase.state).toBe("CompleteAbort");
  });
});
