import { parentPort } from "node:worker_threads";
import { Emitter } from "#base/events.ts";
import { Host } from "./host.ts";
import { realDeps } from "./realDeps.ts";

/** Entry of `dist/worker.cjs`: the host over the port of this thread. */
function main(): void {
  const port = parentPort;
  if (!port) throw new Error("The worker must be started as a thread.");
  const messages = new Emitter<unknown>();
  const closes = new Emitter<string>();
  port.on("message", (message) => messages.fire(message));
  port.on("close", () => closes.fire("The extension host closed the port."));
  new Host(
    {
      onMessage: messages.event,
      onClose: closes.event,
      post: (message) => port.postMessage(message),
    },
    realDeps,
  );
}

main();
