import type { Socket } from "node:net";
import { Emitter, type Event } from "#base/events.ts";
import type { ByteStream } from "#base/transport.ts";

/** A TCP or TLS socket as a ByteStream. It takes ownership: disposing the stream destroys the socket. */
export class SocketStream implements ByteStream {
  readonly remote: string;
  readonly #socket: Socket;
  readonly #data = new Emitter<Uint8Array>();
  readonly #close = new Emitter<Error | undefined>();
  readonly #drain = new Emitter<void>();
  #isReading = false;
  readonly onClose: Event<Error | undefined> = this.#close.event;
  readonly onDrain: Event<void> = this.#drain.event;

  /** `explain` turns a failure of the open socket into an error fit for people. */
  constructor(socket: Socket, remote: string, explain: (failure: Error) => Error = (failure) => failure) {
    this.#socket = socket;
    this.remote = remote;
    let failure: Error | undefined;
    socket.on("error", (error) => {
      failure ??= explain(error);
    });
    socket.on("close", () => this.#close.fire(failure));
    socket.on("drain", () => this.#drain.fire());
    // A peer that only ends its half gets ours ended too, even when nobody reads.
    socket.on("end", () => socket.destroy());
  }

  readonly onData: Event<Uint8Array> = (listener) => {
    const subscription = this.#data.event(listener);
    // Reading starts with the first listener: a byte that comes before would be lost.
    if (!this.#isReading) {
      this.#isReading = true;
      this.#socket.on("data", (chunk: Uint8Array) => this.#data.fire(chunk));
    }
    return subscription;
  };

  write(bytes: Uint8Array): boolean {
    return this.#socket.destroyed || this.#socket.write(bytes);
  }

  setPaused(paused: boolean): void {
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  dispose(): void {
    this.#socket.destroy();
  }
}
