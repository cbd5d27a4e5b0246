import { seededRandom } from "#base/random.ts";
import { Playground } from "#playground/playground.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { MemoryNetwork } from "#test/support/memoryNetwork.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";
import { RawClient } from "../rawClient.ts";
import { sampleRequests } from "../sampleRequests.ts";
import { mutated } from "./mutate.ts";

/** How much is thrown at a playground. */
export interface FuzzOptions {
  readonly seed: number;
  readonly frames: number;
  /** Called now and then with how many frames were sent. */
  readonly onProgress?: ((sent: number) => void) | undefined;
}

/** What became of it. */
export interface FuzzResult {
  readonly sent: number;
  /** How often connections ended, by why; numbers and names left out of the reasons. */
  readonly ends: ReadonlyMap<string, number>;
  /** Requests on which the playground itself failed, and how many had been sent by then. */
  readonly failures: readonly { readonly reason: string; readonly sent: number }[];
  readonly logBytes: number;
  readonly maxLogBytes: number;
  /** Whether an honest client is still served. */
  readonly isServing: boolean;
}

const connections = 8;
/** A request that waits holds the others of its connection back: nobody stays for long. */
const framesPerConnection = 60;
const framesPerStep = 32;
const stepMs = 5;

/** Throws mutated requests at one playground in memory; the same seed sends the same. */
export async function fuzz({ seed, frames, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const random = seededRandom(seed);
  const clock = new VirtualClock({ seed });
  const network = new MemoryNetwork({ clock, seed });
  const maxLogBytes = 16 * 1024 * 1024;
  const playground = new Playground({
    clock,
    random: seededRandom(seed),
    server: network,
    observe: () => {},
    basePort: 9092,
    settings: { maxLogBytes, maxPartitions: 500, maxGroups: 200 },
  });
  const ends = new Map<string, number>();
  const failures: { reason: string; sent: number }[] = [];
  let sent = 0;
  playground.onConnectionEnded(({ reason }) => {
    const kind = reason
      .replace(/-?\d+/g, "#")
      .replace(/^(an? \w+ request is garbage: |\w+ version ).*/, "$1…");
    ends.set(kind, (ends.get(kind) ?? 0) + 1);
    if (reason.includes("failed")) failures.push({ reason, sent });
  });
  await playground.start();

  const connect = () =>
    clock.runUntil(RawClient.connect(network, { host: "127.0.0.1", port: 9092 }), { limitMs: 60_000 });
  const clients: { client: RawClient; sent: number }[] = [];
  for (let count = 0; count < connections; count++) clients.push({ client: await connect(), sent: 0 });

  let samples: readonly Uint8Array[] = [];
  const steps = Math.ceil(frames / framesPerStep);
  for (let step = 0; step < steps; step++) {
    // What deletes topics has many ways to be hit.
    if (!playground.topics().some(({ topic }) => topic === "orders")) {
      playground.createTopic("orders", { partitions: 3 });
      samples = sampleRequests(playground.topics().find(({ topic }) => topic === "orders")?.topicId);
    }
    for (let index = 0; index < framesPerStep && sent < frames; index++) {
      const slot = clients[sent % connections];
      if (slot === undefined) break;
      if (slot.client.isClosed || slot.sent >= framesPerConnection) {
        slot.client.close();
        slot.client = await connect();
        slot.sent = 0;
      }
      slot.client.write(mutated(samples, random));
      slot.sent++;
      sent++;
    }
    await clock.advance(stepMs);
    onProgress?.(sent);
  }
  for (const { client } of clients) client.close();
  await clock.advance(1_000);

  const honest = await connect();
  const answer = honest.call(metadata, { topics: [] });
  const { brokers } = await clock.runUntil(answer, { limitMs: 60_000 });
  const { usedBytes: logBytes } = playground.memory();
  honest.close();
  await playground.stop();
  return { sent, ends, failures, logBytes, maxLogBytes, isServing: brokers.length === 1 };
}
