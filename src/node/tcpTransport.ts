import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { CancelledError } from "#base/clock.ts";
import type { ByteStream, ConnectError, Endpoint, TlsOptions, Transport } from "#base/transport.ts";
import { addressText } from "#network/address.ts";
import { connectFailure, tlsFailure } from "./connectFailure.ts";
import { createReadBuffer, SocketStream } from "./socketStream.ts";

type Target = Parameters<Transport["connect"]>[0];

/**
 * Real TCP and TLS. A name with several addresses is tried the Happy Eyeballs way (RFC 8305), as Node does by default,
 * so that a broken IPv6 route costs a quarter of a second and not the whole time limit.
 */
export const tcpTransport: Transport = {
  connect: (target, signal) =>
    new Promise((resolve, reject) => {
      const attempt = new Attempt(target, { resolve, reject });
      attempt.start(signal);
    }),
};

interface Outcome {
  readonly resolve: (stream: ByteStream) => void;
  readonly reject: (error: Error) => void;
}

/** One attempt to connect: settles once, and leaves no socket, timer or listener behind unless it succeeded. */
class Attempt {
  readonly #target: Target;
  readonly #outcome: Outcome;
  readonly #address: string;
  #socket: Socket | undefined;
  #stage = "TCP connect";
  #release: () => void = () => {};

  constructor(target: Target, outcome: Outcome) {
    this.#target = target;
    this.#outcome = outcome;
    this.#address = addressText(target);
  }

  start(signal: AbortSignal | undefined): void {
    const cancelled = (reason: "aborted" | "deadline") =>
      this.#fail(new CancelledError(reason, `${this.#stage} to ${this.#address}`));
    if (signal?.aborted) {
      cancelled("aborted");
      return;
    }
    const onAbort = () => cancelled("aborted");
    const timer = setTimeout(() => cancelled("deadline"), this.#target.timeoutMs);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#release = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    this.#connect();
  }

  #connect(): void {
    const { host, port, tls } = this.#target;
    // TLS reads by its own means, from beneath.
    const readBuffer = tls === undefined ? createReadBuffer() : undefined;
    let socket: Socket;
    try {
      socket = connectTcp({
        host,
        port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 30_000,
        ...(readBuffer ? { onread: readBuffer.onread } : {}),
      });
    } catch (failure) {
      // Node throws for what can be no address; brokers have been seen to advertise such.
      this.#fail(
        connectFailure(this.#target, failure instanceof Error ? failure : new Error(String(failure))),
      );
      return;
    }
    this.#socket = socket;
    // Nothing is read before somebody listens: there is nowhere to keep it.
    if (readBuffer) socket.pause();
    const onError = (error: Error) => this.#fail(connectFailure(this.#target, error));
    socket.once("error", onError);
    socket.once("connect", () => {
      socket.off("error", onError);
      if (tls === undefined) this.#succeed(new SocketStream(socket, this.#address, { readBuffer }));
      else this.#secure(socket, tls);
    });
  }

  #secure(raw: Socket, tls: TlsOptions): void {
    this.#stage = "TLS handshake";
    const explain = (error: Error) => tlsFailure(this.#target, error);
    let socket: TLSSocket;
    try {
      socket = connectTls(tlsOptions(raw, this.#target, tls));
    } catch (error) {
      // An unreadable certificate or key is found before the first byte is sent.
      this.#fail(explain(error instanceof Error ? error : new Error(String(error))));
      return;
    }
    this.#socket = socket;
    const onError = (error: Error) => this.#fail(explain(error));
    socket.once("error", onError);
    socket.once("secureConnect", () => {
      socket.off("error", onError);
      // With TLS 1.3 a refused client certificate is told only after the handshake: the open stream explains it too.
      this.#succeed(new SocketStream(socket, this.#address, { explain }));
    });
  }

  #succeed(stream: SocketStream): void {
    this.#release();
    this.#outcome.resolve(stream);
  }

  #fail(error: ConnectError | CancelledError): void {
    this.#release();
    // What the socket still has to say concerns nobody, and must not become an uncaught error.
    this.#socket?.on("error", () => {});
    this.#socket?.destroy();
    this.#outcome.reject(error);
  }
}

function tlsOptions(socket: Socket, target: Endpoint, tls: TlsOptions): ConnectionOptions {
  const name = tls.serverName ?? target.host;
  return {
    socket,
    // The name the certificate is checked against; an address may not be sent as SNI (RFC 6066 §3).
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
    rejectUnauthorized: tls.rejectUnauthorized ?? true,
  };
}
