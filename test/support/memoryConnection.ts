import { ByteParts } from "#base/byteParts.ts";
import { Emitter, type Event } from "#base/events.ts";
import type { Disposable } from "#base/lifecycle.ts";
import { type Random, randomInt } from "#base/random.ts";
import type { ByteStream } from "#base/transport.ts";
import type { VirtualClock } from "./virtualClock.ts";

/** What all connections of one network share. */
export interface Wire {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly cutChance: number;
  readonly bufferBytes: number;
}

/** One end of an in-memory connection. */
class MemoryStream implements ByteStream {
  readonly remote: string;
  readonly #data = new Emitter<Uint8Array>();
  readonly #close = new Emitter<Error | undefined>();
  readonly #drain = new Emitter<void>();
  readonly onData = this.#data.event;
  readonly onClose = this.#close.event;
  readonly onDrain = this.#drain.event;
  readonly #clock: VirtualClock;
  #outgoing: Direction | undefined;
  #incoming: Direction | undefined;
  #isClosed = false;

  constructor(remote: string, clock: VirtualClock) {
    this.remote = remote;
    this.#clock = clock;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  join(outgoing: Direction, incoming: Direction): void {
    this.#outgoing = outgoing;
    this.#incoming = incoming;
  }

  write(bytes: Uint8Array | ByteParts): boolean {
    if (this.#isClosed || this.#outgoing === undefined) return true;
    return this.#outgoing.send(ByteParts.of(bytes).joined());
  }

  setPaused(paused: boolean): void {
    this.#incoming?.setPaused(paused);
  }

  /** Ends in order: the other side still gets what was written. */
  dispose(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#incoming?.discard();
    this.#outgoing?.end();
    // As with a socket, the listener hears of it in a later turn.
    this.#clock.schedule(0, () => this.#close.fire(undefined));
  }

  receive(chunk: Uint8Array): void {
    if (!this.#isClosed) this.#data.fire(chunk);
  }

  drained(): void {
    if (!this.#isClosed) this.#drain.fire();
  }

  /** The other side ended, or the connection broke. */
  closedByPeer(failure: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#outgoing?.discard();
    this.#close.fire(failure);
  }
}

/** Bytes on their way from one end to the other: an ordered list, of which only the head has a timer. */
class Direction {
  readonly #wire: Wire;
  readonly #to: MemoryStream;
  readonly #from: MemoryStream;
  #chunks: { readonly at: number; readonly bytes: Uint8Array | undefined }[] = [];
  #head = 0;
  #bytes = 0;
  #lastAt = 0;
  #wasFull = false;
  #timer: Disposable | undefined;
  #isPaused = false;
  #isStalled = false;

  constructor(wire: Wire, from: MemoryStream, to: MemoryStream) {
    this.#wire = wire;
    this.#from = from;
    this.#to = to;
  }

  get pendingBytes(): number {
    return this.#bytes;
  }

  get state(): string {
    if (this.#isStalled) return "in a black hole";
    return this.#isPaused ? "not read by the receiver" : "on their way";
  }

  send(bytes: Uint8Array): boolean {
    const { random, cutChance, bufferBytes } = this.#wire;
    let rest = bytes;
    while (rest.length > 1 && cutChance > 0 && random.next() < cutChance) {
      const cut = 1 + randomInt(random, rest.length - 1);
      this.#add(rest.subarray(0, cut));
      rest = rest.subarray(cut);
    }
    this.#add(rest);
    this.#wasFull ||= this.#bytes >= bufferBytes;
    return this.#bytes < bufferBytes;
  }

  end(): void {
    this.#add(undefined);
  }

  discard(): void {
    this.#chunks = [];
    this.#head = 0;
    this.#bytes = 0;
    this.#timer?.dispose();
    this.#timer = undefined;
  }

  setPaused(paused: boolean): void {
    this.#isPaused = paused;
    this.#arm();
  }

  setStalled(stalled: boolean): void {
    this.#isStalled = stalled;
    this.#arm();
  }

  #add(bytes: Uint8Array | undefined): void {
    const { clock, random, minDelayMs, maxDelayMs } = this.#wire;
    const delay = minDelayMs + randomInt(random, maxDelayMs - minDelayMs + 1);
    this.#lastAt = Math.max(this.#lastAt, clock.now() + delay);
    this.#chunks.push({ at: this.#lastAt, bytes });
    this.#bytes += bytes?.length ?? 0;
    if (this.#timer === undefined) this.#arm();
  }

  #arm(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    const head = this.#chunks[this.#head];
    if (head === undefined || this.#isPaused || this.#isStalled) return;
    this.#timer = this.#wire.clock.schedule(head.at - this.#wire.clock.now(), () => this.#deliver());
  }

  #deliver(): void {
    this.#timer = undefined;
    const chunk = this.#chunks[this.#head];
    if (chunk === undefined) return;
    this.#head++;
    if (this.#head === this.#chunks.length) {
      this.#chunks = [];
      this.#head = 0;
    }
    if (chunk.bytes === undefined) {
      this.#to.closedByPeer(undefined);
      return;
    }
    this.#bytes -= chunk.bytes.length;
    this.#arm();
    this.#to.receive(chunk.bytes);
    if (this.#wasFull && this.#bytes < this.#wire.bufferBytes / 2) {
      this.#wasFull = false;
      this.#from.drained();
    }
  }
}

/** A connection of a MemoryNetwork, as a test sees and troubles it. */
export class MemoryConnection {
  readonly clientAddress: string;
  readonly serverAddress: string;
  readonly #client: MemoryStream;
  readonly #server: MemoryStream;
  readonly #toServer: Direction;
  readonly #toClient: Direction;
  readonly #ended = new Emitter<void>();
  /** Fires once, when either end closed. */
  readonly onEnd: Event<void> = this.#ended.event;

  constructor(wire: Wire, ends: { readonly clientAddress: string; readonly serverAddress: string }) {
    this.clientAddress = ends.clientAddress;
    this.serverAddress = ends.serverAddress;
    this.#client = new MemoryStream(ends.serverAddress, wire.clock);
    this.#server = new MemoryStream(ends.clientAddress, wire.clock);
    this.#toServer = new Direction(wire, this.#client, this.#server);
    this.#toClient = new Direction(wire, this.#server, this.#client);
    this.#client.join(this.#toServer, this.#toClient);
    this.#server.join(this.#toClient, this.#toServer);
    this.#client.onClose(() => this.#ended.fire());
    this.#server.onClose(() => this.#ended.fire());
  }

  get client(): ByteStream {
    return this.#client;
  }

  get server(): ByteStream {
    return this.#server;
  }

  /** Breaks it: both ends see a reset, and bytes on their way are lost, be it half a frame. */
  cut(): void {
    const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    this.#toServer.discard();
    this.#toClient.discard();
    this.#client.closedByPeer(reset);
    this.#server.closedByPeer(reset);
  }

  /** Nothing arrives any more, in either direction, until `resume`. */
  stall(): void {
    this.#toServer.setStalled(true);
    this.#toClient.setStalled(true);
  }

  resume(): void {
    this.#toServer.setStalled(false);
    this.#toClient.setStalled(false);
  }

  /** What is on its way, for the error of a run that got stuck. */
  describeWaiting(): readonly string[] {
    const name = `${this.clientAddress} to ${this.serverAddress}`;
    const line = (text: string, direction: Direction) =>
      direction.pendingBytes > 0
        ? [`${name}: ${direction.pendingBytes} bytes ${text} ${direction.state}`]
        : [];
    const lines = [...line("to the server", this.#toServer), ...line("to the client", this.#toClient)];
    return lines.length > 0 ? lines : [`${name}: open, nothing on its way`];
  }
}
