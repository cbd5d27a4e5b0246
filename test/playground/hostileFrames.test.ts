import { setTimeout as sleepFor } from "node:timers/promises";
import { expect, test } from "vitest";
import { seededRandom } from "#base/random.ts";
import { parseAddress } from "#network/address.ts";
import { tcpTransport } from "#node/tcpTransport.ts";
import type { ConnectionEnd } from "#playground/server/clientConnection.ts";
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

test("ten thousand of them that are looked at over TCP do no more harm", { timeout: 120_000 }, async () => {
  const live = await startLivePlayground();
  live.playground.createTopic("orders", { partitions: 3 });
  const endpoint = parseAddress(live.bootstrapServers);
  if (endpoint === undefined) throw new Error("no address");
  const random = seededRandom(7);
  const samples = sampleRequests(live.playground.topics()[0]?.topicId);
  /** Requests with a header that can be read, and what was refused before one could be. */
  const lookedAt = () => live.playground.requests + live.ended.filter(isRefusedUnread).length;
  const throwTwo = async () => {
    const client = await RawClient.connect(tcpTransport, endpoint);
    const answers = [client.nextFrame(), client.nextFrame()];
    for (const _ of answers) client.write(mutated(samples, random));
    // Most end the connection or are answered at once; what waits, or announces more than comes, is left alone.
    await Promise.race([Promise.allSettled(answers), sleepFor(20)]);
    client.close();
  };

  const throwUntilDone = async () => {
    while (lookedAt() < 10_000) await throwTwo();
  };
  await Promise.all(Array.from({ length: 16 }, throwUntilDone));
  const honest = await RawClient.connect(tcpTransport, endpoint);
  const { brokers } = await honest.call(metadata, { topics: [] });
  honest.close();
  await live.playground.stop();

  expect(brokers).toHaveLength(1);
  expect(live.ended.filter(({ reason }) => !reason.startsWith("the client")).length).toBeGreaterThan(2_000);
  expect(live.ended.filter(({ reason }) => reason === "" || reason.includes("failed"))).toEqual([]);
});

function isRefusedUnread({ reason }: ConnectionEnd): boolean {
  return /^(a request header is garbage|what came is no Kafka request|a request announced more bytes)/.test(
    reason,
  );
}
