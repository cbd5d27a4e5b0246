import { CancelledError } from "#base/clock.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";
import { type Random, randomInt, seededRandom } from "#base/random.ts";
import {
  type ByteStream,
  ConnectError,
  type Endpoint,
  type Listening,
  type StreamServer,
  type TlsOptions,
  type Transport,
} from "#base/transport.ts";
import { MemoryConnection, type Wire } from "./memoryConnection.ts";
import type { VirtualClock } from "./virtualClock.ts";

/** How the network treats bytes; all chance comes from the seed. */
export interface MemoryNetworkOptions {
  readonly clock: VirtualClock;
  readonly seed?: number;
  /** Each chunk takes between these times, but never overtakes the one before it. */
  readonly minDelayMs?: number;
  readonly maxDelayMs?: number;
  /** Chance that one write arrives in several pieces, cut anywhere: 0 to 1. */
  readonly cutChance?: number;
  /** Bytes on their way in one direction from which `write` returns false. */
  readonly bufferBytes?: number;
}

/**
 * TCP in memory, on virtual time: the `Transport` of clients and the `StreamServer` of brokers at once.
 * Troubles are switched on by name and taken back by disposing what the switch returned.
 */
export class MemoryNetwork implements Transport, StreamServer {
  readonly #clock: VirtualClock;
  readonly #wire: Wire;
  readonly #random: Random;
  readonly #minDelayMs: number;
  readonly #maxDelayMs: number;
  readonly #listeners = new Map<string, (stream: ByteStream) => void>();
  readonly #connections = new Set<MemoryConnection>();
  readonly #refusing = new Set<string>();
  readonly #blackHoles = new Set<string>();
  readonly #unresolvable = new Set<string>();
  #nextClientPort = 50_000;
  #attempts = 0;

  constructor(options: MemoryNetworkOptions) {
    this.#clock = options.clock;
    this.#random = seededRandom(options.seed ?? 1);
    this.#minDelayMs = options.minDelayMs ?? 0;
    this.#maxDelayMs = options.maxDelayMs ?? 2;
    this.#wire = {
      clock: options.clock,
      random: this.#random,
      minDelayMs: this.#minDelayMs,
      maxDelayMs: this.#maxDelayMs,
      cutChance: options.cutChance ?? 0.3,
      bufferBytes: options.bufferBytes ?? 1 << 20,
    };
    options.clock.explainWith(() => this.connections.flatMap((connection) => connection.describeWaiting()));
  }

  /** Open connections, in order of opening. */
  get connections(): readonly MemoryConnection[] {
    return Array.from(this.#connections);
  }

  /** Attempts to connect so far, failed ones included. */
  get attempts(): number {
    return this.#attempts;
  }

  listen(at: Endpoint, onStream: (stream: ByteStream) => void): Promise<Listening> {
    let { port } = at;
    if (port === 0) {
      port = 9092;
      while (this.#listeners.has(addressOf({ host: at.host, port }))) port++;
    }
    const address = addressOf({ host: at.host, port });
    if (this.#listeners.has(address)) {
      const taken = Object.assign(new Error(`listen EADDRINUSE: address already in use ${address}`), {
        code: "EADDRINUSE",
      });
      return Promise.reject(taken);
    }
    this.#listeners.set(address, onStream);
    const listening = toDisposable(() => this.#listeners.delete(address));
    return Promise.resolve({ host: at.host, port, dispose: () => listening.dispose() });
  }

  connect(
    target: Endpoint & { readonly tls?: TlsOptions | undefined; readonly timeoutMs: number },
    signal?: AbortSignal,
  ): Promise<ByteStream> {
    this.#attempts++;
    const address = addressOf(target);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(new CancelledError("aborted", `connect to ${address}`));
        return;
      }
      const settle = (finish: () => void) => {
        arrival?.dispose();
        deadline.dispose();
        signal?.removeEventListener("abort", onAbort);
        finish();
      };
      const onAbort = () => settle(() => reject(new CancelledError("aborted", `connect to ${address}`)));
      const deadline = this.#clock.schedule(target.timeoutMs, () =>
        settle(() => reject(new CancelledError("deadline", `connect to ${address}`))),
      );
      signal?.addEventListener("abort", onAbort, { once: true });
      // A black hole swallows the attempt: only the deadline or the signal ends it.
      const arrival = this.#blackHoles.has(address)
        ? undefined
        : this.#clock.schedule(this.#delay(), () =>
            settle(() => {
              const opened = this.#open(target, address);
              if (opened instanceof ConnectError) reject(opened);
              else resolve(opened);
            }),
          );
    });
  }

  /** Connections to this address are refused, as when nothing listens there. */
  refuse(at: Endpoint): Disposable {
    return switchOn(this.#refusing, addressOf(at));
  }

  /** Nothing gets through to or from this address, nothing fails either; healed, it continues where it stood. */
  blackHole(at: Endpoint): Disposable {
    const address = addressOf(at);
    this.#blackHoles.add(address);
    for (const connection of this.#to(address)) connection.stall();
    return toDisposable(() => {
      this.#blackHoles.delete(address);
      for (const connection of this.#to(address)) connection.resume();
    });
  }

  /** The name has no address. */
  unresolvable(host: string): Disposable {
    return switchOn(this.#unresolvable, host);
  }

  /** Resets all connections, or those to one address; what was on its way is lost. */
  cut(at?: Endpoint): void {
    const address = at && addressOf(at);
    for (const connection of this.connections) {
      if (address === undefined || connection.serverAddress === address) connection.cut();
    }
  }

  #open(target: Endpoint, address: string): ByteStream | ConnectError {
    if (this.#unresolvable.has(target.host)) {
      return new ConnectError("resolve", `${target.host} does not resolve`, { code: "ENOTFOUND" });
    }
    const onStream = this.#listeners.get(address);
    if (onStream === undefined || this.#refusing.has(address)) {
      return new ConnectError("connect", `${address} refused the connection`, { code: "ECONNREFUSED" });
    }
    const clientAddress = `client:${this.#nextClientPort++}`;
    const connection = new MemoryConnection(this.#wire, { clientAddress, serverAddress: address });
    this.#connections.add(connection);
    connection.onEnd(() => this.#connections.delete(connection));
    if (this.#blackHoles.has(address)) connection.stall();
    onStream(connection.server);
    return connection.client;
  }

  #to(address: string): readonly MemoryConnection[] {
    return this.connections.filter(({ serverAddress }) => serverAddress === address);
  }

  #delay(): number {
    return this.#minDelayMs + randomInt(this.#random, this.#maxDelayMs - this.#minDelayMs + 1);
  }
}

function addressOf({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}

function switchOn(set: Set<string>, key: string): Disposable {
  set.add(key);
  return toDisposable(() => set.delete(key));
}
