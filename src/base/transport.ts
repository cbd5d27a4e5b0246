import type { ByteParts } from "./byteParts.ts";
import type { Event } from "./events.ts";
import type { Disposable } from "./lifecycle.ts";

/**
 * One ordered, two-way stream of bytes: a TCP or TLS socket, or an in-memory pair in simulation.
 *
 * Attach `onData` and `onClose` in the turn that produced the stream; bytes are not kept for late listeners.
 */
export interface ByteStream extends Disposable {
  /** Who is on the other end, for people: `127.0.0.1:9092`. */
  readonly remote: string;
  /** Bytes in the order sent, cut anywhere. They are lent for the call only: a listener that keeps them copies. */
  readonly onData: Event<Uint8Array>;
  /** Fires once: with the failure, or `undefined` when the end came in order (also after `dispose`). */
  readonly onClose: Event<Error | undefined>;
  /** Fires when a `write` that returned false has been taken. */
  readonly onDrain: Event<void>;
  /**
   * Queues bytes, which nobody may change from now on; false asks the caller to wait for `onDrain` before it sends more.
   * Ignored once closed.
   */
  write(bytes: Uint8Array | ByteParts): boolean;
  /** Stops (true) or restarts (false) `onData`, so that a slow reader does not fill memory. */
  setPaused(paused: boolean): void;
}

/** What a TLS connection checks and shows; PEM texts. */
export interface TlsOptions {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
  /** Name checked against the certificate; the host when undefined. */
  readonly serverName?: string | undefined;
  /** False accepts any certificate: only on the user's explicit word. */
  readonly rejectUnauthorized?: boolean | undefined;
}

/** Where something listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Opens byte streams. */
export interface Transport {
  /**
   * Connects, TLS handshake included. Rejects with ConnectError, or with CancelledError when `signal` aborts or
   * `timeoutMs` passes.
   */
  connect(
    target: Endpoint & { readonly tls?: TlsOptions | undefined; readonly timeoutMs: number },
    signal?: AbortSignal,
  ): Promise<ByteStream>;
}

/** What a port that speaks TLS shows, and whom it demands to show something; PEM texts. */
export interface ServerTlsOptions {
  readonly cert: string;
  readonly key: string;
  /** Clients must show a certificate that this authority signed. */
  readonly clientCa?: string | undefined;
}

/** Where to listen, and how. */
export interface ListenAt extends Endpoint {
  readonly tls?: ServerTlsOptions | undefined;
  /** Told of a client whose TLS handshake failed: it never becomes a stream. */
  readonly onNoHandshake?: ((failed: FailedHandshake) => void) | undefined;
}

/** A client that did not come as far as a stream. */
export interface FailedHandshake {
  readonly remote: string;
  /** Completes "the connection was ended: …". */
  readonly reason: string;
  /** It was gone before the handshake was over; otherwise it was turned away. */
  readonly isGone: boolean;
}

/** Accepts byte streams: the playground's side. */
export interface StreamServer {
  /** Listens until the result is disposed; port 0 picks a free one. Rejects when the port is taken. */
  listen(at: ListenAt, onStream: (stream: ByteStream) => void): Promise<Listening>;
}

/** An open port, and where it is: the port that was picked, where 0 was asked for. */
export interface Listening extends Disposable, Endpoint {}

/** How far an attempt to connect came before it failed. */
export type ConnectStage = "resolve" | "connect" | "tls";

/** A connection could not be opened. `code` is Node's (`ECONNREFUSED`, `ENOTFOUND`, `ERR_SSL_…`) where known. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  readonly stage: ConnectStage;
  readonly code: string | undefined;

  constructor(stage: ConnectStage, message: string, options: { code?: string | undefined; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.stage = stage;
    this.code = options.code;
  }

  static is(error: unknown, ...stages: readonly ConnectStage[]): error is ConnectError {
    return error instanceof ConnectError && (stages.length === 0 || stages.includes(error.stage));
  }
}
