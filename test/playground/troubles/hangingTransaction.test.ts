import { beforeEach, expect, test } from "vitest";
import { writeTxnMarkers } from "#protocol/apis/writeTxnMarkers.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const orders0 = { topic: "orders", partition: 0 };
let simulated: SimulatedPlayground;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders");
});

const told = () =>
  simulated
    .of("broker.transaction")
    .map(({ state, partitions, firstOffset, reason }) => ({ state, partitions, firstOffset, reason }));

const hangs = { state: "Hanging", partitions: [orders0], firstOffset: 0n, reason: "no coordinator knows it" };

test("a transaction that hangs is told of with where it stops readers, until the playground aborts it", () => {
  const { producerId } = simulated.playground.hangTransaction(orders0);
  const before = simulated.playground.hangingTransactions();

  simulated.playground.abortTransaction({ ...orders0, producerId });

  expect(before).toEqual([{ ...orders0, producerId, producerEpoch: 0 }]);
  expect(simulated.playground.hangingTransactions()).toEqual([]);
  expect(told()).toEqual([
    hangs,
    { state: "CompleteAbort", partitions: [], firstOffset: 0n, reason: "ended by a marker" },
  ]);
});

test("one that an operator's tool aborts past its coordinator hangs no longer", async () => {
  const { producerId, producerEpoch } = simulated.playground.hangTransaction(orders0);
  const client = await simulated.connect();
  const topics = [{ name: "orders", partitionIndexes: [0] }];
  const marker = { producerId, producerEpoch, transactionResult: false, topics, coordinatorEpoch: 0 };

  await simulated.run(client.call(writeTxnMarkers, { markers: [{ ...marker, transactionVersion: 0 }] }));

  expect(told().at(-1)).toMatchObject({ state: "CompleteAbort", reason: "ended by a marker" });
});

test.each([
  ["truncateLog", { ...orders0, offset: "0" }, "its records were cut off"],
  ["recreateTopic", { topic: "orders" }, "its topic was deleted"],
])("one whose records are gone (%s) hangs no longer", async (id, target, reason) => {
  simulated.playground.hangTransaction(orders0);

  await simulated.run(simulated.playground.trouble(id, target));

  expect(told().at(-1)).toMatchObject({ state: "CompleteAbort", reason });
  expect(simulated.playground.hangingTransactions()).toEqual([]);
});
