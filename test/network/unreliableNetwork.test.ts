import { expect, test } from "vitest";
import { CancelledError, sleep } from "#base/clock.ts";
import { randomInt, seededRandom } from "#base/random.ts";
import { ConnectError } from "#base/transport.ts";
import { ConnectionError } from "#network/connectionError.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { FakeBroker, metadataOf, world } from "./fakeBroker.ts";

const nodes = [1, 2, 3].map((nodeId) => ({ nodeId, host: `b${nodeId}`, port: 9092 }));

/** Requests of every kind while connections break, stall and are refused; gives a record of what happened. */
async function run(seed: number) {
  const { clock, network, client } = world({ seed, maxDelayMs: 20, cutChance: 0.5 });
  const chance = seededRandom(seed + 1_000);
  for (const { host, port } of nodes) {
    const broker = new FakeBroker()
      .on(metadata, ({ answer }) => answer(metadataOf({ brokers: nodes, controllerId: 1 })))
      .on(findCoordinator, ({ body, answer }) => {
        const [first = { nodeId: 1, host: "b1", port: 9092 }] = nodes;
        const coordinators = body.coordinatorKeys.map((key) => ({
          key,
          ...first,
          errorCode: 0,
          errorMessage: null,
        }));
        answer({ coordinators });
      })
      // The generation comes back as the error code: an answer to another request would show.
      .on(heartbeat, ({ body, answer }) => answer({ errorCode: body.generationId }));
    await broker.listen(network, { host, port });
  }
  const cluster = client(["b1:9092", "b2:9092"], { requestTimeoutMs: 3_000, connectTimeoutMs: 1_000 });
  const log: string[] = [];

  const trouble = async () => {
    for (let round = 0; round < 15; round++) {
      await sleep(clock, 100 + randomInt(chance, 400));
      const at = nodes[randomInt(chance, nodes.length)] ?? { host: "b1", port: 9092 };
      const kind = randomInt(chance, 4);
      if (kind === 0) network.cut(at);
      else if (kind === 1) network.cut();
      else {
        const switched = kind === 2 ? network.refuse(at) : network.blackHole(at);
        await sleep(clock, randomInt(chance, 4_000));
        switched.dispose();
      }
    }
  };
  const request = async (index: number) => {
    await sleep(clock, randomInt(chance, 8_000));
    const generationId = index + 1;
    const route = [
      { node: 1 + (index % 3) },
      { coordinator: `g${index % 5}` },
      { controller: true } as const,
      { any: true } as const,
    ][index % 4] ?? { node: 1 };
    const abort = new AbortController();
    if (index % 7 === 0) clock.schedule(randomInt(chance, 500), () => abort.abort());
    try {
      const beat = { groupId: "g", generationId, memberId: "m" };
      const { body } = await cluster.send(route, heartbeat, beat, { signal: abort.signal });
      expect(body.errorCode).toBe(generationId);
      log.push(`${clock.now()} ${index} answered`);
    } catch (error) {
      const isExpected =
        ConnectionError.is(error) || ConnectError.is(error) || CancelledError.is(error, "aborted");
      if (!isExpected) throw error;
      log.push(`${clock.now()} ${index} ${error.message}`);
    }
  };

  const requests = Array.from({ length: 60 }, (_, index) => request(index));
  await clock.runUntil(Promise.all([trouble(), ...requests]), { limitMs: 120_000, what: `seed ${seed}` });
  const afterwards = cluster.send({ node: 2 }, heartbeat, { groupId: "g", generationId: 7, memberId: "m" });
  const healed = await clock.runUntil(afterwards, { limitMs: 60_000, what: `healing after seed ${seed}` });
  cluster.close();
  await clock.advance(5_000);
  const leftOver = { connections: network.connections.length, timers: clock.pending };
  return { log, leftOver, healed: healed.body.errorCode, attempts: network.attempts };
}

test("whatever the network does, every request settles, answers fit, and nothing is left over", async () => {
  const seeds = Array.from({ length: 60 }, (_, index) => index);

  const results = [];
  for (const seed of seeds) results.push(await run(seed));

  expect(results.map(({ leftOver, healed }) => ({ ...leftOver, healed }))).toEqual(
    seeds.map(() => ({ connections: 0, timers: 0, healed: 7 })),
  );
  expect(results.every(({ log }) => log.length === 60)).toBe(true);
  const answered = results.flatMap(({ log }) => log).filter((line) => line.endsWith("answered")).length;
  expect(answered).toBeGreaterThan(seeds.length * 60 * 0.5);
  expect(Math.max(...results.map(({ attempts }) => attempts))).toBeLessThan(400);
});

test("the same seed gives the same course of events", async () => {
  const courses = [await run(11), await run(11), await run(12)];

  expect(courses[0]).toEqual(courses[1]);
  expect(courses[0]?.log).not.toEqual(courses[2]?.log);
});
