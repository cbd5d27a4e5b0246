import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { CancelledError } from "#base/clock.ts";
import type { ByteStream, TlsOptions, Transport } from "#base/transport.ts";

/** Where a socket leads. */
export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  readonly timeoutMs: number;
}

/**
 * A stream of our transport in the shape of the socket that kafkajs wants, connecting in the background.
 * A failure to connect arrives as `error`, with our explanation as its message.
 */
export function socketOver(transport: Transport, target: SocketTarget, onConnect: () => void): Socket {
  const cancel = new AbortController();
  const socket = new StreamSocket(cancel);
  transport.connect(target, cancel.signal).then(
    (stream) => {
      socket.attach(stream);
      onConnect();
    },
    (error: unknown) => {
      if (!CancelledError.is(error, "aborted"))
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  // kafkajs uses `on`, `write`, `end`, `unref` and `setKeepAlive` of it, which is all there is here.
  return socket as unknown as Socket;
}

class StreamSocket extends Duplex {
  readonly #cancel: AbortController;
  #stream: ByteStream | undefined;

  constructor(cancel: AbortController) {
    super();
    this.#cancel = cancel;
  }

  attach(stream: ByteStream): void {
    if (this.destroyed) {
      stream.dispose();
      return;
    }
    this.#stream = stream;
    stream.onData((bytes) => {
      // Lent for the call only, and kafkajs keeps what it gets.
      if (!this.push(Buffer.from(bytes))) stream.setPaused(true);
    });
    stream.onClose((error) => {
      if (error) this.destroy(error);
      else this.push(null);
    });
  }

  /** Part of the socket's shape; our transport keeps connections alive by itself. */
  unref(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  override _read(): void {
    this.#stream?.setPaused(false);
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    const stream = this.#stream;
    if (!stream) {
      done(new Error("The connection is not open yet"));
      return;
    }
    if (stream.write(chunk)) {
      done();
      return;
    }
    const drained = stream.onDrain(() => {
      drained.dispose();
      done();
    });
  }

  override _final(done: () => void): void {
    this.#stream?.dispose();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#cancel.abort();
    this.#stream?.dispose();
    done(error);
  }
}
