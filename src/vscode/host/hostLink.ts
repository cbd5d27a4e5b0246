import { Emitter, type Event } from "#base/events.ts";
import { type Disposable, DisposableStore, toDisposable } from "#base/lifecycle.ts";
import { ChannelClient, type RequestOptions } from "#host/channel/channelClient.ts";
import type { ParamsOf, ProgressOf, ResultOf } from "#host/channel/channelContract.ts";
import { ChannelError } from "#host/channel/channelError.ts";
import type { HostContract } from "#host/channel/hostContract.ts";
import type { Port } from "#host/channel/port.ts";

type Requests = HostContract["requests"];
type Notifications = HostContract["notifications"];
type Events = HostContract["events"];

/** A worker that was started. */
export interface SpawnedWorker {
  readonly port: Port;
  /** Ends it, whatever it does; settles within a limit even if the thread cannot be ended. */
  terminate(): Promise<void>;
}

/** A worker ended by itself. */
export interface WorkerDeath {
  readonly reason: string;
  /** Undefined: it is not started again by itself, as it died too often. */
  readonly restartInMs: number | undefined;
}

/**
 * The link to the worker, which outlives each worker.
 *
 *            request            exit (unexpected)
 *   idle ─────────────▶ running ─────────────────▶ waiting ──▶ running …
 *    ▲                     │                          │ too many deaths
 *    └──── shutdown ───────┘                          └──▶ idle (the next request starts one)
 *
 * No worker exists until someone asks for something: starting VS Code costs nothing.
 */
export class HostLink implements Disposable {
  readonly #spawn: () => SpawnedWorker;
  readonly #relays = new Map<string, Emitter<unknown>>();
  readonly #started = new Emitter<void>();
  readonly #died = new Emitter<WorkerDeath>();
  readonly #deaths: number[] = [];
  readonly #now: () => number;
  #running:
    | {
        readonly client: ChannelClient<HostContract>;
        readonly worker: SpawnedWorker;
        readonly owned: DisposableStore;
      }
    | undefined;
  #restart: Disposable | undefined;
  #ended = false;

  /** Fires in the turn in which a worker was started: listeners send what it has to know first. */
  readonly onStarted: Event<void> = this.#started.event;
  readonly onDied: Event<WorkerDeath> = this.#died.event;

  constructor(spawn: () => SpawnedWorker, now: () => number) {
    this.#spawn = spawn;
    this.#now = now;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  request<N extends keyof Requests & string>(
    name: N,
    params: ParamsOf<Requests[N]>,
    options: RequestOptions<ProgressOf<Requests[N]>> = {},
  ): Promise<ResultOf<Requests[N]>> {
    const client = this.#ensure();
    if (!client) return Promise.reject(new ChannelError("EXITED", "Groupscope is shutting down."));
    return client.request(name, params, options);
  }

  /** Tells a running worker; a worker that starts later learns the present from `onStarted` listeners. */
  notify<N extends keyof Notifications & string>(name: N, value: Notifications[N]): void {
    this.#running?.client.notify(name, value);
  }

  /** Events of whichever worker runs. */
  on<N extends keyof Events & string>(name: N): Event<Events[N]> {
    let relay = this.#relays.get(name);
    if (!relay) {
      relay = new Emitter<unknown>();
      this.#relays.set(name, relay);
      this.#running?.owned.add(this.#running.client.on(name)(relay.fire.bind(relay)));
    }
    return relay.event as Event<Events[N]>;
  }

  /** Lets the worker leave its groups, and ends it; settles within `deadlineMs` and a little. */
  async shutdown(deadlineMs: number): Promise<readonly string[]> {
    this.#ended = true;
    this.#restart?.dispose();
    const running = this.#running;
    if (!running) return [];
    const left = running.client.request("host.shutdown", { deadlineMs }).then(
      ({ couldNot }) => couldNot,
      (error: unknown) => [error instanceof Error ? error.message : String(error)],
    );
    const couldNot = await Promise.race([left, afterMs(deadlineMs, ["The worker did not answer in time."])]);
    this.#release();
    await running.worker.terminate();
    return couldNot;
  }

  dispose(): void {
    this.#ended = true;
    this.#restart?.dispose();
    const worker = this.#running?.worker;
    this.#release();
    void worker?.terminate();
  }

  #ensure(): ChannelClient<HostContract> | undefined {
    if (this.#ended) return undefined;
    if (this.#running) return this.#running.client;
    this.#restart?.dispose();
    this.#restart = undefined;
    const worker = this.#spawn();
    const owned = new DisposableStore();
    const client = owned.add(new ChannelClient<HostContract>(worker.port));
    owned.add(worker.port.onClose((reason) => this.#exited(reason)));
    for (const [name, relay] of this.#relays) {
      owned.add(client.on(name as keyof Events & string)(relay.fire.bind(relay)));
    }
    this.#running = { client, worker, owned };
    this.#started.fire();
    return client;
  }

  #release(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.owned.dispose();
  }

  #exited(reason: string): void {
    if (this.#ended) return;
    this.#release();
    const now = this.#now();
    this.#deaths.push(now);
    while ((this.#deaths[0] ?? now) < now - deathWindowMs) this.#deaths.shift();
    const restartInMs = this.#deaths.length > maxDeaths ? undefined : (this.#deaths.length - 1) * 1_000;
    this.#died.fire({ reason, restartInMs });
    if (restartInMs === undefined) return;
    const timer = setTimeout(() => this.#ensure(), restartInMs);
    this.#restart = toDisposable(() => clearTimeout(timer));
  }
}

/** More deaths than this within the window, and it waits for the user instead of starting again. */
const maxDeaths = 3;
const deathWindowMs = 60_000;

function afterMs<T>(delayMs: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), delayMs));
}
