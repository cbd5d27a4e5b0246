import { expect, test } from "vitest";
import { batchOf, produceTo } from "../produceAndFetch.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

test("what the memory's bound took is told with its number, and not all the time", async () => {
  const simulated = await SimulatedPlayground.start({ settings: { maxLogBytes: 20_000 } });
  simulated.playground.createTopic("orders", { partitions: 1 });
  const client = await simulated.connect();
  const value = "x".repeat(5_000);

  for (let index = 0; index < 20; index++) {
    await simulated.run(produceTo(client, 0, batchOf(value, value)));
    await simulated.clock.advance(1_000);
  }
  await simulated.clock.advance(60_000);

  const told = simulated.of("broker.trouble").filter(({ kind }) => kind === "memoryBound");
  const counts = told.map(({ title }) => Number.parseInt(title, 10));
  expect(told.length).toBe(2);
  expect(told[0]?.title).toMatch(
    /^\d+ of the oldest batches with \d+ records are gone: all logs together may take/,
  );
  expect(counts.reduce((sum, count) => sum + count)).toBe(simulated.playground.memory().droppedBatches);
});

test("what went is told of each topic, in all, until the topic goes itself", async () => {
  const simulated = await SimulatedPlayground.start({ settings: { maxLogBytes: 20_000 } });
  simulated.playground.createTopic("quiet", { partitions: 1 });
  simulated.playground.createTopic("orders", { partitions: 1 });
  const client = await simulated.connect();
  const value = "x".repeat(5_000);

  for (let index = 0; index < 20; index++) {
    await simulated.run(produceTo(client, 0, batchOf(value, value)));
    await simulated.clock.advance(1_000);
  }
  await simulated.clock.advance(1_000);
  const dropped = simulated.of("broker.dropped").at(-1);
  simulated.playground.deleteTopic("orders");

  const batches = simulated.playground.memory().droppedBatches;
  expect(batches).toBeGreaterThan(10);
  expect(dropped?.topics).toEqual([{ topic: "orders", batches, records: batches * 2 }]);
  expect(simulated.of("broker.dropped").at(-1)?.topics).toEqual([]);
});
