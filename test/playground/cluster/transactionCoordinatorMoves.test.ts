import { beforeEach, describe, expect, test } from "vitest";
import { describeProducers } from "#protocol/apis/describeProducers.ts";
import { endTxn } from "#protocol/apis/endTxn.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { initProducerId } from "#protocol/apis/initProducerId.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { produce } from "#protocol/apis/produce.ts";
import { txnOffsetCommit } from "#protocol/apis/txnOffsetCommit.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { encodeBatch } from "#protocol/records/batchWriter.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const transactionalId = "shop";
const loadMs = 400;
let simulated: SimulatedPlayground;

beforeEach(async () => {
  const settings = { coordinatorLoadMs: loadMs, transactions: { markerDelayMs: 2_000 } };
  simulated = await SimulatedPlayground.start({ nodes: 2, settings });
  simulated.playground.createTopic("orders", { partitions: 1 });
});

async function toCoordinator(keyType = 1, key = transactionalId): Promise<RawClient> {
  const any = await simulated.connect(simulated.playground.nodes.find(isUp)?.nodeId);
  const body = { keyType, coordinatorKeys: [key] };
  const answer = await simulated.run(any.call(findCoordinator, body));
  return simulated.connect(answer.coordinators[0]?.nodeId);
}

const isUp = ({ nodeId }: { readonly nodeId: number }) => simulated.playground.isNodeUp(nodeId);
const nodeOf = (client: RawClient) => Number(client.remote.split(":").at(-1)) - 9091;
const state = () => simulated.playground.transactions()[0]?.phase.state;

async function leaderOfOrders(): Promise<number | undefined> {
  const any = await simulated.connect(1);
  const { topics } = await simulated.run(any.call(metadata, { topics: [{ name: "orders" }] }));
  return topics[0]?.partitions[0]?.leaderId;
}

/** A transaction with one record in it. */
async function open(timeoutMs = 60_000) {
  const transaction = await simulated.run(
    simulated.playground.beginTransaction({ transactionalId, timeoutMs }),
  );
  await simulated.run(transaction.produce({ topic: "orders", records: [{ key: null, value: null }] }));
  return transaction;
}

const takeOvers = [
  ["moved", () => simulated.playground.moveTransactionCoordinator(transactionalId)],
  ["died", (nodeId: number) => simulated.playground.stopNode(nodeId)],
] as const;

test.each(takeOvers)(
  "a transaction whose coordinator %s stays open, and its producer ends it",
  async (_how, takeOver) => {
    const transaction = await open();
    const before = await toCoordinator();
    const { producerId, producerEpoch } = transaction;
    const end = (client: RawClient) =>
      simulated.run(
        client.call(endTxn, { transactionalId, producerId, producerEpoch, committed: true }, { version: 5 }),
      );

    takeOver(nodeOf(before));

    const after = await toCoordinator();
    const early = await end(after);
    await simulated.clock.advance(loadMs);
    const late = await end(after);
    expect(nodeOf(after)).not.toBe(nodeOf(before));
    expect([early, late].map(({ errorCode }) => errorName(errorCode))).toEqual([
      "COORDINATOR_LOAD_IN_PROGRESS",
      "NONE",
    ]);
  },
);

test.each(takeOvers)(
  "a decision is carried out by the one that follows when its coordinator %s",
  async (_how, takeOver) => {
    const transaction = await open();
    await simulated.run(transaction.commit());
    const before = state();

    takeOver(nodeOf(await toCoordinator()));

    expect([before, state()]).toEqual(["PrepareCommit", "PrepareCommit"]);
    await simulated.clock.advance(loadMs);
    expect(state()).toBe("CompleteCommit");
  },
);

test("its markers are of a later coordinator epoch, so that a late one of the former is refused", async () => {
  const transaction = await open();
  simulated.playground.moveTransactionCoordinator(transactionalId);
  await simulated.clock.advance(loadMs);

  await simulated.run(transaction.commit());

  await simulated.clock.advance(2_000);
  const client = await simulated.connect(await leaderOfOrders());
  const answer = await simulated.run(
    client.call(describeProducers, { topics: [{ name: "orders", partitionIndexes: [0] }] }),
  );
  expect(answer.topics[0]?.partitions[0]?.activeProducers[0]?.coordinatorEpoch).toBe(1);
});

test("the timeout of an open transaction goes on from when it began, and waits for who reads", async () => {
  await open(10_000);
  await simulated.clock.advance(9_900);

  simulated.playground.moveTransactionCoordinator(transactionalId, { loadMs: 500 });

  await simulated.clock.advance(490);
  const before = state();
  await simulated.clock.advance(10);
  expect([before, state()]).toEqual(["Ongoing", "PrepareAbort"]);
});

describe("while no node is up", () => {
  const stopAll = () => {
    for (const { nodeId } of simulated.playground.nodes) simulated.playground.stopNode(nodeId);
  };

  test("an open transaction is not aborted, but once a coordinator has read that it took too long", async () => {
    await open(10_000);
    stopAll();
    await simulated.clock.advance(60_000);

    const alone = state();
    await simulated.run(simulated.playground.startNode(1));

    await simulated.clock.advance(loadMs - 10);
    const loading = state();
    await simulated.clock.advance(10);
    expect([alone, loading, state()]).toEqual(["Ongoing", "Ongoing", "PrepareAbort"]);
  });

  test("no markers are written of a decision, but once a coordinator has read it", async () => {
    const transaction = await open();
    await simulated.run(transaction.commit());
    stopAll();
    await simulated.clock.advance(60_000);

    const alone = state();
    await simulated.run(simulated.playground.startNode(1));

    await simulated.clock.advance(loadMs);
    expect([alone, state()]).toEqual(["PrepareCommit", "CompleteCommit"]);
  });
});

test("the former coordinator sends producers on", async () => {
  await open();
  const before = await toCoordinator();

  await simulated.playground.trouble("moveTransactionCoordinator", { transactionalId, ms: 0 });

  const body = { transactionalId, transactionTimeoutMs: 60_000 };
  const answer = await simulated.run(
    before.call(initProducerId, { ...body, producerId: -1n, producerEpoch: -1 }, { version: 5 }),
  );
  expect(errorName(answer.errorCode)).toBe("NOT_COORDINATOR");
  expect(simulated.of("broker.trouble").at(-1)).toMatchObject({
    kind: "moveTransactionCoordinator",
    transactionalId,
  });
});

test("a producer of the playground waits for a coordinator that reads, and goes on", async () => {
  const transaction = await open();
  simulated.playground.moveTransactionCoordinator(transactionalId, { loadMs: 2_000 });

  await simulated.run(transaction.produce({ topic: "orders", records: [{ key: null, value: null }] }));

  await simulated.run(transaction.commit());
  expect(state()).toBe("PrepareCommit");
});

describe("a producer of the playground waits no longer", () => {
  const produceOne = { topic: "orders", records: [{ key: null, value: null }] };
  const readForEver = () =>
    simulated.playground.moveTransactionCoordinator(transactionalId, { loadMs: 10_000_000 });

  test.each(["begin", "produce", "commit"] as const)("than its timeout, to %s", async (what) => {
    const transaction = await open(30_000);
    readForEver();
    const asks = {
      begin: () => simulated.playground.beginTransaction({ transactionalId, timeoutMs: 30_000 }),
      produce: () => transaction.produce(produceOne),
      commit: () => transaction.commit(),
    };

    const asked = simulated.run<unknown>(asks[what]());

    await expect(asked).rejects.toMatchObject({ code: "COORDINATOR_LOAD_IN_PROGRESS" });
  });

  test("than until its signal aborts", async () => {
    const transaction = await open();
    readForEver();
    const given = new AbortController();
    simulated.clock.schedule(100, () => given.abort());

    const produced = simulated.run(transaction.produce(produceOne, given.signal), 1_000);

    await expect(produced).rejects.toMatchObject({ name: "CancelledError", reason: "aborted" });
  });

  test("than until the playground stops", async () => {
    const transaction = await open();
    readForEver();
    const ended = expect(simulated.run(transaction.commit(), 1_000)).rejects.toMatchObject({
      name: "CancelledError",
    });

    await simulated.playground.stop();

    await ended;
  });
});

test("a first write waits for a coordinator that reads, told to try again as Kafka tells it", async () => {
  const { producerId, producerEpoch } = await simulated.run(
    simulated.playground.beginTransaction({ transactionalId }),
  );
  simulated.playground.moveTransactionCoordinator(transactionalId);
  const client = await simulated.connect(await leaderOfOrders());
  const records = encodeBatch({
    baseOffset: 0n,
    producerId,
    producerEpoch,
    baseSequence: 0,
    transactional: true,
    records: [{ timestamp: 1n, key: null, value: null }],
  });
  const topicData = [{ name: "orders", partitionData: [{ index: 0, records }] }];
  const write = async () => {
    const body = { transactionalId, acks: -1, timeoutMs: 1_000, topicData };
    const { responses } = await simulated.run(client.call(produce, body, { version: 12 }));
    return errorName(responses[0]?.partitionResponses[0]?.errorCode ?? -1);
  };

  const early = await write();
  await simulated.clock.advance(loadMs);

  expect([early, await write()]).toEqual(["NOT_ENOUGH_REPLICAS", "NONE"]);
});

test.each([
  [1, "COORDINATOR_NOT_AVAILABLE", "INVALID_TXN_STATE"],
  [2, "COORDINATOR_LOAD_IN_PROGRESS", "INVALID_TXN_STATE"],
  [5, "COORDINATOR_LOAD_IN_PROGRESS", "NONE"],
])("offsets committed with v%i wait for it in words their producer knows", async (version, before, after) => {
  const { producerId, producerEpoch } = await simulated.run(
    simulated.playground.beginTransaction({ transactionalId }),
  );
  simulated.playground.moveTransactionCoordinator(transactionalId);
  const client = await toCoordinator(0, "billing");
  const partitions = [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: null }];
  const topics = [{ name: "orders", partitions }];
  const commit = async () => {
    const body = { transactionalId, groupId: "billing", producerId, producerEpoch, topics };
    const answer = await simulated.run(client.call(txnOffsetCommit, body, { version }));
    return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1);
  };

  const early = await commit();
  await simulated.clock.advance(loadMs);

  expect([early, await commit()]).toEqual([before, after]);
});
