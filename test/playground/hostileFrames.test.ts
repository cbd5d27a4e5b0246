import { setTimeout as sleepFor } from "node:timers/promises";
import { expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { parseAddress } from "#network/address.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { fuzz } from "./hostile/fuzz.ts";
import { mutated } from "./hostile/mutate.ts";
import { startLivePlayground } from "./livePlayground.ts";
import { RawClient } from "./rawClient.ts";
import { sampleRequests } from "./sampleRequests.ts";

test.each([1, 2])(
  "mutated requests (seed %s) end connections with a reason, never the playground",
  async (seed) => {
    const result = await fuzz({ seed, frames: 8_000 });

    expect(result.failures).toEqual([]);
    expect(result.isServing).toBe(true);
    expect(result.logBytes).toBeLessThanOrEqual(result.maxLogBytes);
    expect(Array.from(result.ends.keys())).not.toContain("");
    // Both what is refused and what is understood is met.
    expect(result.ends.size).toBeGreaterThan(20);
  },
);

test("ten thousand of them over TCP do no more harm", { timeout: 60_000 }, async () => {
  const live = await startLivePlayground();
  live.playground.createTopic("orders", { partitions: 3 });
  const endpoint = parseAddress(live.bootstrapServers);
  if (endpoint === undefined) throw new Error("no address");
  const random = seededRandom(7);
  const samples = sampleRequests();
  const throwSome = async (frames: number) => {
    const client = await RawClient.connect(tcpTransport, endpoint);
    for (let sent = 0; sent < frames; sent++) client.write(mutated(samples, random));
    // Mostly one of them ends the connection; where none does, all are served within this time.
    await Promise.race([client.closed, sleepFor(30)]);
    client.close();
  };

  for (let round = 0; round < 100; round++) {
    await Promise.all(Array.from({ length: 4 }, () => throwSome(25)));
  }
  const honest = await RawClient.connect(tcpTransport, endpoint);
  const { brokers } = await honest.call(metadata, { topics: [] });
  honest.close();
  await live.playground.stop();

  expect(brokers).toHaveLength(1);
  expect(live.ended.filter(({ reason }) => !reason.startsWith("the client")).length).toBeGreaterThan(200);
  expect(live.ended.filter(({ reason }) => reason === "" || reason.includes("failed"))).toEqual([]);
});
