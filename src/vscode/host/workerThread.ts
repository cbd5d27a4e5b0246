import { Worker } from "node:worker_threads";
import { Emitter } from "#base/events.ts";
import type { SpawnedWorker } from "./hostLink.ts";

/** A thread that does not end when told to is left behind after this long. */
const terminateLimitMs = 1_000;

/**
 * Starts the worker's bundle as a thread of this process.
 *
 * Running out of memory in a thread can take the extension host with it, so the worker sheds load long before the
 * limit given here.
 */
export function spawnWorkerThread(file: string, log: (message: string) => void): SpawnedWorker {
  const worker = new Worker(file, {
    name: "groupscope",
    stdout: true,
    stderr: true,
    resourceLimits: {
      maxOldGenerationSizeMb: workerHeapMegabytes,
      maxYoungGenerationSizeMb: workerNurseryMegabytes,
    },
  });
  const messages = new Emitter<unknown>();
  const closes = new Emitter<string>();
  let failure: Error | undefined;
  worker.on("message", (message) => messages.fire(message));
  worker.on("messageerror", (error) => log(`A message of the worker could not be read: ${error.message}`));
  worker.on("error", (error) => {
    failure = error instanceof Error ? error : new Error(String(error));
    log(`The worker failed: ${failure.stack ?? failure.message}`);
  });
  worker.on("exit", (code) => {
    closes.fire(failure ? `The worker failed: ${failure.message}` : `The worker exited with code ${code}.`);
  });
  for (const stream of [worker.stdout, worker.stderr]) {
    stream.on("data", (text: Buffer) => log(`worker: ${text.toString().trimEnd()}`));
  }
  return {
    port: {
      onMessage: messages.event,
      onClose: closes.event,
      post: (message) => worker.postMessage(message),
    },
    terminate: async () => {
      await Promise.race([
        worker.terminate(),
        new Promise((resolve) => setTimeout(resolve, terminateLimitMs)),
      ]);
    },
  };
}

/**
 * Far above what the worker holds itself to (`realDeps.heap`). V8 marks the whole heap each time buffers worth a share of it
 * were set aside, and what share that is follows from this limit: at 1 GB that is fifteen times a second at full
 * speed, on threads that take the extension host's cores; from 2 GB on three times less often, in the same memory.
 */
const workerHeapMegabytes = 2_048;
/** Records live for a moment: with half of V8's own limit a session at full speed is as fast and 25 MB smaller. */
const workerNurseryMegabytes = 24;
