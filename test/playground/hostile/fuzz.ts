import { seededRandom } from "#base/random.ts";
import { Playground } from "#playground/playground.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { MemoryNetwork } from "#test/support/memoryNetwork.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";
import { RawClient } from "../rawClient.ts";
import { sampleRequests } from "../sampleRequests.ts";
import { mutated } from "./mutate.ts";
import { hostileSasl, hostileSignIn, signInHonestly } from "./signIn.ts";

/** How much is thrown at a playground. */
export interface FuzzOptions {
  readonly seed: number;
  readonly frames: number;
  /** Whether clients have to sign in: then they begin as honest ones do, and turn hostile at any step. */
  readonly signsIn?: boolean | undefined;
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

/** What one client sends, frame by frame; told the last answer it got. */
type Attack = Iterator<Uint8Array, void, Uint8Array | undefined>;

interface Attacker {
  readonly client: RawClient;
  readonly attack: Attack;
  sent: number;
  answer: Uint8Array | undefined;
}

/** Who signs in needs the answer to each step before the next; the others send more at once. */
const inTurns = { signingIn: { connections: 32, framesEach: 1 }, open: { connections: 8, framesEach: 4 } };
/** A request that waits holds the others of its connection back: nobody stays for long. */
const framesPerConnection = 60;
/** Longer than an answer in memory takes to come. */
const stepMs = 5;

/** Throws mutated requests at one playground in memory; the same seed sends the same. */
export async function fuzz({ seed, frames, signsIn = false, onProgress }: FuzzOptions): Promise<FuzzResult> {
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
    settings: {
      maxLogBytes,
      maxPartitions: 500,
      maxGroups: 200,
      sasl: signsIn ? hostileSasl : undefined,
    },
  });
  const ends = new Map<string, number>();
  const failures: { reason: string; sent: number }[] = [];
  let sent = 0;
  playground.onConnectionEnded(({ reason }) => {
    const kind = reason
      .replace(/-?\d+/g, "#")
      .replace(/^(an? \w+ request is garbage: |\w+ version ).*/, "$1…");
    ends.set(kind, (ends.get(kind) ?? 0) + 1);
    if (reason.startsWith("the playground failed")) failures.push({ reason, sent });
  });
  await playground.start();

  const connect = () =>
    clock.runUntil(RawClient.connect(network, { host: "127.0.0.1", port: 9092 }), { limitMs: 60_000 });
  let samples: readonly Uint8Array[] = [];
  const begin = async (): Promise<Attacker> => {
    const client = await connect();
    const attack = signsIn
      ? await hostileSignIn(random, () => samples)
      : forever(() => mutated(samples, random));
    return { client, attack, sent: 0, answer: undefined };
  };
  const { connections, framesEach } = inTurns[signsIn ? "signingIn" : "open"];
  const attackers: Attacker[] = [];
  for (let count = 0; count < connections; count++) attackers.push(await begin());
  while (sent < frames) {
    // What deletes topics has many ways to be hit.
    if (!playground.topics().some(({ topic }) => topic === "orders")) {
      playground.createTopic("orders", { partitions: 3 });
      samples = sampleRequests(playground.topics().find(({ topic }) => topic === "orders")?.topicId);
    }
    for (let turn = 0; turn < connections * framesEach && sent < frames; turn++) {
      const at = turn % connections;
      let attacker = attackers[at];
      if (attacker === undefined || attacker.client.isClosed || attacker.sent >= framesPerConnection) {
        attacker?.client.close();
        attacker = attackers[at] = await begin();
      }
      throwNext(attacker);
      sent++;
    }
    await clock.advance(stepMs);
    onProgress?.(sent);
  }
  for (const { client } of attackers) client.close();
  await clock.advance(1_000);

  const honest = await connect();
  if (signsIn) await clock.runUntil(signInHonestly(honest), { limitMs: 60_000 });
  const answer = honest.call(metadata, { topics: [] });
  const { brokers } = await clock.runUntil(answer, { limitMs: 60_000 });
  const { usedBytes: logBytes } = playground.memory();
  honest.close();
  await playground.stop();
  return { sent, ends, failures, logBytes, maxLogBytes, isServing: brokers.length === 1 };
}

function throwNext(attacker: Attacker): void {
  const { client, attack } = attacker;
  const next = attack.next(attacker.answer);
  if (next.done === true) throw new Error("an attack came to an end");
  // The answer to whatever was sent last that has one: enough for a client that waits for it.
  client.nextFrame().then(
    (frame) => {
      attacker.answer = frame;
    },
    () => {},
  );
  client.write(next.value);
  attacker.sent++;
}

function* forever(frame: () => Uint8Array): Generator<Uint8Array, void, Uint8Array | undefined> {
  for (;;) yield frame();
}
