import type { Socket } from "node:net";
import { ByteParts } from "#base/byteParts.ts";
import { Emitter, type Event } from "#base/events.ts";
import type { ByteStream } from "#base/transport.ts";

/** What a socket reads into, again and again: a fresh piece of memory per read is most of the cost of reading. */
export interface ReadBuffer {
  /** To be given to `net.connect` as `onread`. */
  readonly onread: { readonly buffer: Uint8Array; callback(bytesRead: number, buffer: Uint8Array): boolean };
  /** Gets what was read, lent for the call. */
  listen(onBytes: (bytes: Uint8Array) => void): void;
}

const readBufferBytes = 1 << 17;

/** One per socket; nothing may be read before somebody listens. */
export function createReadBuffer(): ReadBuffer {
  let deliver: (bytes: Uint8Array) => void = () => {};
  return {
    onread: {
      buffer: new Uint8Array(readBufferBytes),
      callback: (bytesRead, buffer) => {
        deliver(buffer.subarray(0, bytesRead));
        return true;
      },
    },
    listen: (onBytes) => {
      deliver = onBytes;
    },
  };
}

/** How a SocketStream reads and explains itself. */
interface SocketStreamOptions {
  /** Turns a failure of the open socket into an error fit for people. */
  readonly explain?: (failure: Error) => Error;
  /** Of a socket that was opened with it; else the socket's own `data` events serve. */
  readonly readBuffer?: ReadBuffer | undefined;
}

/** A TCP or TLS socket as a ByteStream. It takes ownership: disposing the stream destroys the socket. */
export class SocketStream implements ByteStream {
  readonly remote: string;
  readonly #socket: Socket;
  readonly #data = new Emitter<Uint8Array>();
  readonly #close = new Emitter<Error | undefined>();
  readonly #drain = new Emitter<void>();
  readonly #readBuffer: ReadBuffer | undefined;
  #isReading = false;
  readonly onClose: Event<Error | undefined> = this.#close.event;
  readonly onDrain: Event<void> = this.#drain.event;

  constructor(socket: Socket, remote: string, options: SocketStreamOptions = {}) {
    const { explain = (failure) => failure, readBuffer } = options;
    this.#socket = socket;
    this.#readBuffer = readBuffer;
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
      if (this.#readBuffer) {
        this.#readBuffer.listen((bytes) => this.#data.fire(bytes));
        this.#socket.resume();
      } else {
        this.#socket.on("data", (chunk: Uint8Array) => this.#data.fire(chunk));
      }
    }
    return subscription;
  };

  write(bytes: Uint8Array | ByteParts): boolean {
    const socket = this.#socket;
    if (socket.destroyed) return true;
    if (!(bytes instanceof ByteParts)) return socket.write(bytes);
    // Held back until all are there, they go to the system as one list, and nothing is copied together.
    socket.cork();
    for (const piece of bytes.pieces) socket.write(piece);
    socket.uncork();
    return !socket.writableNeedDrain;
  }

  setPaused(paused: boolean): void {
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  dispose(): void {
    this.#socket.destroy();
  }
}
