import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { type FuzzResult, fuzz } from "./fuzz.ts";

/** What one thread throws at a playground of its own. */
export interface FuzzShare {
  readonly seed: number;
  readonly frames: number;
  /** Whether its clients have to sign in. */
  readonly signsIn: boolean;
}

/** What became of it, and the memory it took: the thread's heap and its buffers, in bytes. */
export interface FuzzReport extends FuzzResult, FuzzShare {
  readonly startBytes: number;
  readonly peakBytes: number;
}

type Message = { readonly sent: number } | { readonly report: FuzzReport };

const framesPerMessage = 10_000;
/** Beyond what is looked at between two steps: what one request alone takes is bounded too. */
const heapLimitMegabytes = 512;

/** Fuzzes in a thread of its own. Rejects when the thread dies, as it does when its heap has no room. */
export function fuzzInThread(share: FuzzShare, onSent: (sent: number) => void): Promise<FuzzReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: share,
      resourceLimits: { maxOldGenerationSizeMb: heapLimitMegabytes },
    });
    worker.on("message", (message: Message) => {
      if ("report" in message) resolve(message.report);
      else onSent(message.sent);
    });
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`the thread ended without a report, with code ${code}`)));
  });
}

async function runShare({ seed, frames, signsIn }: FuzzShare): Promise<FuzzReport> {
  const startBytes = memoryInUse();
  let peakBytes = startBytes;
  let told = 0;
  const onProgress = (sent: number) => {
    peakBytes = Math.max(peakBytes, memoryInUse());
    if (sent - told < framesPerMessage) return;
    told = sent;
    parentPort?.postMessage({ sent } satisfies Message);
  };
  const result = await fuzz({ seed, frames, signsIn, onProgress });
  return { ...result, seed, frames, signsIn, startBytes, peakBytes };
}

function memoryInUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

if (!isMainThread) {
  const report = await runShare(workerData as FuzzShare);
  parentPort?.postMessage({ report } satisfies Message);
}
