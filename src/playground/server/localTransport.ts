import { ByteParts } from "#base/byteParts.ts";
import { CancelledError, type Clock } from "#base/clock.ts";
import { Emitter } from "#base/events.ts";
import { type ByteStream, ConnectError, type Endpoint, type Transport } from "#base/transport.ts";

/** What connections inside the process need of the playground. */
export interface LocalTransportPorts {
  readonly clock: Clock;
  /** Gives the server's end to the node that listens there; false when none does. */
  readonly accept: (at: Endpoint, stream: ByteStream) => boolean;
}

/** Where the first connection of a host comes from: below are the ports that servers like. */
const firstPort = 40_000;
/** Bytes on their way from which a writer is asked to wait. */
const bufferBytes = 1 << 20;

/**
 * Connects to the playground's nodes without a socket, as if from the host given: connections like any other, of clients
 * that look as if they ran elsewhere.
 */
export class LocalTransport implements Transport {
  readonly #host: string;
  readonly #ports: LocalTransportPorts;
  #nextPort = firstPort;

  constructor(host: string, ports: LocalTransportPorts) {
    this.#host = host;
    this.#ports = ports;
  }

  connect(target: Endpoint, signal?: AbortSignal): Promise<ByteStream> {
    const { clock, accept } = this.#ports;
    const address = `${target.host}:${target.port}`;
    if (signal?.aborted) return Promise.reject(new CancelledError("aborted", `connect to ${address}`));
    const client = new LocalStream(address, clock);
    const server = new LocalStream(`${this.#host}:${this.#nextPort++}`, clock);
    client.join(server);
    server.join(client);
    if (accept(target, server)) return Promise.resolve(client);
    const refusal = new ConnectError("connect", `${address} refused the connection`, {
      code: "ECONNREFUSED",
    });
    return Promise.reject(refusal);
  }
}

/** One end of a connection inside the process: what is written arrives in a later turn, in order. */
class LocalStream implements ByteStream {
  readonly remote: string;
  readonly #clock: Clock;
  readonly #data = new Emitter<Uint8Array>();
  readonly #close = new Emitter<Error | undefined>();
  readonly #drain = new Emitter<void>();
  readonly onData = this.#data.event;
  readonly onClose = this.#close.event;
  readonly onDrain = this.#drain.event;
  #peer: LocalStream | undefined;
  #arriving: Uint8Array[] = [];
  #arrivingBytes = 0;
  #isDelivering = false;
  #isPaused = false;
  #peerEnded = false;
  #isClosed = false;

  constructor(remote: string, clock: Clock) {
    this.remote = remote;
    this.#clock = clock;
  }

  join(peer: LocalStream): void {
    this.#peer = peer;
  }

  write(bytes: Uint8Array | ByteParts): boolean {
    if (this.#isClosed || !this.#peer) return true;
    let takesMore = true;
    for (const piece of ByteParts.of(bytes).pieces) takesMore = this.#peer.#take(piece);
    return takesMore;
  }

  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    this.#deliverSoon();
  }

  /** Ends in order: the other side still gets what was written. */
  dispose(): void {
    if (this.#isClosed) return;
    const peer = this.#peer;
    if (peer) peer.#end();
    this.#arriving = [];
    // As with a socket, the listener hears of it in a later turn.
    this.#clock.schedule(0, () => this.#closed());
    this.#isClosed = true;
  }

  #take(bytes: Uint8Array): boolean {
    if (this.#isClosed) return true;
    this.#arriving.push(bytes);
    this.#arrivingBytes += bytes.length;
    this.#deliverSoon();
    return this.#arrivingBytes < bufferBytes;
  }

  #end(): void {
    this.#peerEnded = true;
    this.#deliverSoon();
  }

  #deliverSoon(): void {
    if (this.#isDelivering || this.#isPaused || this.#isClosed) return;
    if (this.#arriving.length === 0 && !this.#peerEnded) return;
    this.#isDelivering = true;
    this.#clock.schedule(0, () => this.#deliver());
  }

  #deliver(): void {
    this.#isDelivering = false;
    while (!this.#isPaused && !this.#isClosed) {
      const chunk = this.#arriving.shift();
      if (!chunk) break;
      this.#arrivingBytes -= chunk.length;
      this.#data.fire(chunk);
    }
    if (this.#isClosed || this.#arriving.length > 0) return;
    const peer = this.#peer;
    if (peer) peer.#drain.fire();
    if (!this.#peerEnded) return;
    this.#isClosed = true;
    this.#closed();
  }

  #closed(): void {
    this.#close.fire(undefined);
    this.#close.dispose();
    this.#data.dispose();
    this.#drain.dispose();
  }
}
