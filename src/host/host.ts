import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import { ChannelServer } from "./channel/channelServer.ts";
import type { HostContract } from "./channel/hostContract.ts";
import type { Port } from "./channel/port.ts";
import { clusterNotifications, clusterRequests } from "./handlers/clusterHandlers.ts";
import { lifecycleNotifications, lifecycleRequests } from "./handlers/lifecycleHandlers.ts";
import { playgroundRequests } from "./handlers/playgroundHandlers.ts";
import { sessionRequests } from "./handlers/sessionHandlers.ts";
import { traceRequests } from "./handlers/traceHandlers.ts";
import { viewNotifications, viewRequests } from "./handlers/viewHandlers.ts";
import type { HostDeps } from "./hostDeps.ts";
import { createHostParts, type HostOutput } from "./hostParts.ts";
import { ViewTicker } from "./views/viewTicker.ts";

/** The worker over a port: answers requests, and presents what is looked at. Runs in a thread or, in tests, in-thread. */
export class Host implements Disposable {
  readonly #owned = new DisposableStore();

  constructor(port: Port, deps: HostDeps) {
    const output: HostOutput = {
      emit: (name, value) => server.emit(name, value),
      log: (level, message) => server.emit("host.log", { level, message }),
    };
    const parts = this.#owned.add(createHostParts(deps, output));
    const server = this.#owned.add(
      new ChannelServer<HostContract>(
        port,
        {
          requests: {
            ...lifecycleRequests(parts),
            ...clusterRequests(parts),
            ...sessionRequests(parts),
            ...playgroundRequests(parts),
            ...viewRequests(parts),
            ...traceRequests(parts),
          },
          notifications: {
            ...lifecycleNotifications(parts),
            ...clusterNotifications(parts),
            ...viewNotifications(parts),
          },
        },
        (what, error) => output.log("error", `${what}: ${describe(error)}`),
      ),
    );
    const ticker = this.#owned.add(new ViewTicker(parts));
    ticker.start();
    this.#owned.add(port.onClose(() => this.dispose()));
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
