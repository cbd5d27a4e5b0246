import { ByteParts } from "#base/byteParts.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";
import {
  type ByteStream,
  ConnectError,
  type Endpoint,
  type TlsOptions,
  type Transport,
} from "#base/transport.ts";
import type { MemoryConnection } from "#test/support/memoryConnection.ts";
import type { MemoryNetwork } from "#test/support/memoryNetwork.ts";
import type { VirtualClock } from "#test/support/virtualClock.ts";

/** Requests of one API (or attempts to connect) that left within one second. */
export interface Rate {
  readonly what: string;
  readonly perSecond: number;
}

/**
 * The network as one client sees it: its connections can be cut, stalled or forbidden without concerning others, and
 * what it asks is counted by second of virtual time.
 */
export class MemberNetwork implements Transport {
  readonly #network: MemoryNetwork;
  readonly #clock: VirtualClock;
  readonly #connections = new Set<MemoryConnection>();
  readonly #perSecond = new Map<string, number>();
  readonly #highest = new Map<string, number>();
  #second = 0;
  #isStalled = false;
  #isDead = false;

  constructor(network: MemoryNetwork, clock: VirtualClock) {
    this.#network = network;
    this.#clock = clock;
  }

  async connect(
    target: Endpoint & { readonly tls?: TlsOptions | undefined; readonly timeoutMs: number },
    signal?: AbortSignal,
  ): Promise<ByteStream> {
    this.#count("connect");
    const stream = await this.#network.connect(target, signal);
    const connection = this.#network.connections.find(({ client }) => client === stream);
    if (this.#isDead) {
      connection?.cut();
      throw new ConnectError("connect", "this client has no network any more", { code: "ENETDOWN" });
    }
    if (connection) {
      this.#connections.add(connection);
      connection.onEnd(() => this.#connections.delete(connection));
      if (this.#isStalled) connection.stall();
    }
    return this.#counted(stream);
  }

  /** Ends all connections at once; new ones are possible. */
  cut(): void {
    for (const connection of Array.from(this.#connections)) connection.cut();
  }

  /** Nothing comes or goes, nothing fails, until disposed. */
  stall(): Disposable {
    this.#isStalled = true;
    for (const connection of this.#connections) connection.stall();
    return toDisposable(() => {
      this.#isStalled = false;
      for (const connection of this.#connections) connection.resume();
    });
  }

  /** As when the machine is gone: nothing works any more. */
  die(): void {
    this.#isDead = true;
    this.cut();
  }

  /** The busiest second of each API. */
  get highest(): readonly Rate[] {
    this.#turnOver();
    return Array.from(this.#highest, ([what, perSecond]) => ({ what, perSecond }));
  }

  #counted(stream: ByteStream): ByteStream {
    return {
      remote: stream.remote,
      onData: stream.onData,
      onClose: stream.onClose,
      onDrain: stream.onDrain,
      setPaused: (paused) => stream.setPaused(paused),
      dispose: () => stream.dispose(),
      write: (bytes) => {
        // A request is written as one frame: size, then the key of its API.
        const [high = 0, low = 0] = ByteParts.of(bytes).joined().subarray(4, 6);
        this.#count(String((high << 8) | low));
        return stream.write(bytes);
      },
    };
  }

  #count(what: string): void {
    this.#turnOver();
    this.#perSecond.set(what, (this.#perSecond.get(what) ?? 0) + 1);
  }

  #turnOver(): void {
    const second = Math.floor(this.#clock.now() / 1_000);
    if (second === this.#second) return;
    this.#second = second;
    for (const [what, count] of this.#perSecond) {
      this.#highest.set(what, Math.max(count, this.#highest.get(what) ?? 0));
    }
    this.#perSecond.clear();
  }
}
