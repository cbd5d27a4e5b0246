import { beforeEach, describe, expect, test } from "vitest";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const transactionalId = "shop";
const loadMs = 400;
let simulated: SimulatedPlayground;
/** Of the transaction. */
let coordinator: number;
/** One partition is led by a node that will stop, the other by the coordinator. */
let lost: { readonly topic: string; readonly partition: number };
let kept: { readonly topic: string; readonly partition: number };
let lostLeader: number;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start({ nodes: 3, settings: { coordinatorLoadMs: loadMs } });
  simulated.playground.createTopic("orders", { partitions: 3 });
  const client = await simulated.connect();
  const found = await simulated.run(
    client.call(findCoordinator, { keyType: 1, coordinatorKeys: [transactionalId] }),
  );
  coordinator = found.coordinators[0]?.nodeId ?? 0;
  const { topics } = await simulated.run(client.call(metadata, { topics: [{ name: "orders" }] }));
  const partitions = topics[0]?.partitions ?? [];
  const keptIndex = partitions.findIndex(({ leaderId }) => leaderId === coordinator);
  const lostIndex = (keptIndex + 1) % 3;
  kept = { topic: "orders", partition: partitions[keptIndex]?.partitionIndex ?? -1 };
  lost = { topic: "orders", partition: partitions[lostIndex]?.partitionIndex ?? -1 };
  lostLeader = partitions[lostIndex]?.leaderId ?? 0;
});

const phase = () => simulated.playground.transactions()[0]?.phase;

/** A transaction with a record in both partitions; then the leader of one of them stops. */
async function openAndLoseLeader() {
  const transaction = await simulated.run(simulated.playground.beginTransaction({ transactionalId }));
  for (const partition of [kept, lost]) {
    await simulated.run(transaction.produce({ ...partition, records: [{ key: null, value: null }] }));
  }
  simulated.playground.stopNode(lostLeader);
  return transaction;
}

/** Up to where the partition can be read by who reads committed, and where it ends. */
async function offsetsOf({ topic, partition }: { topic: string; partition: number }, nodeId: number) {
  const client = await simulated.connect(nodeId);
  const ask = async (isolationLevel: number) => {
    const topics = [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: -1n }] }];
    const answer = await simulated.run(
      client.call(listOffsets, { replicaId: -1, isolationLevel, topics }, { version: 5 }),
    );
    return answer.topics[0]?.partitions[0]?.offset;
  };
  return { stable: await ask(1), end: await ask(0) };
}

describe.each([
  ["commit", "PrepareCommit", "CompleteCommit"],
  ["abort", "PrepareAbort", "CompleteAbort"],
] as const)("a transaction that is to %s", (how, prepared, complete) => {
  test("waits for the leader of each of its partitions", async () => {
    const transaction = await openAndLoseLeader();

    await simulated.run(transaction[how]());
    await simulated.clock.advance(60_000);

    expect(phase()).toMatchObject({ state: prepared, partitions: [lost] });
    expect(await offsetsOf(kept, coordinator)).toEqual({ stable: 2n, end: 2n });
    const again = simulated.run(simulated.playground.beginTransaction({ transactionalId }));
    await expect(again).rejects.toMatchObject({ code: "CONCURRENT_TRANSACTIONS" });
    expect(simulated.of("broker.transaction").at(-1)).toMatchObject({
      state: prepared,
      partitions: [lost],
      reason: `nobody leads orders-${lost.partition}, so markers wait`,
    });
  });

  test("is complete once the leader is back", async () => {
    const transaction = await openAndLoseLeader();
    await simulated.run(transaction[how]());

    await simulated.run(simulated.playground.startNode(lostLeader));

    expect(phase()).toMatchObject({ state: complete });
    expect(await offsetsOf(lost, lostLeader)).toEqual({ stable: 2n, end: 2n });
    expect(await offsetsOf(kept, coordinator)).toEqual({ stable: 2n, end: 2n });
  });
});

test("a marker that waits is written where another node leads", async () => {
  const transaction = await openAndLoseLeader();
  await simulated.run(transaction.commit());
  const waiting = phase()?.state;

  simulated.playground.moveLeader(lost, coordinator);

  expect([waiting, phase()?.state]).toEqual(["PrepareCommit", "CompleteCommit"]);
  expect(await offsetsOf(lost, coordinator)).toEqual({ stable: 2n, end: 2n });
});

test("a marker that waits is left out where the topic is gone", async () => {
  const transaction = await openAndLoseLeader();
  await simulated.run(transaction.commit());
  const waiting = phase()?.state;

  simulated.playground.deleteTopic("orders");

  expect([waiting, phase()?.state]).toEqual(["PrepareCommit", "CompleteCommit"]);
});

test("markers that wait are taken over by the next coordinator, which reads first", async () => {
  const transaction = await openAndLoseLeader();
  await simulated.run(transaction.commit());

  simulated.playground.stopNode(coordinator);
  await simulated.run(simulated.playground.startNode(lostLeader));

  const loading = phase()?.state;
  await simulated.clock.advance(loadMs);
  expect([loading, phase()?.state]).toEqual(["PrepareCommit", "CompleteCommit"]);
  expect(await offsetsOf(lost, lostLeader)).toEqual({ stable: 2n, end: 2n });
});

test("a transaction cannot be hung, nor a hanging one aborted, where nobody leads", async () => {
  const { playground } = simulated;
  const hanging = playground.hangTransaction(lost);
  playground.stopNode(lostLeader);

  const refused = expect.objectContaining({ code: "LEADER_NOT_AVAILABLE" });
  expect(() => playground.hangTransaction(lost)).toThrow(refused);
  expect(() => playground.abortTransaction({ ...lost, ...hanging })).toThrow(refused);
});
