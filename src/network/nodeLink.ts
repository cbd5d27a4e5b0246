import { type Clock, sleep } from "#base/clock.ts";
import { Emitter, type Event } from "#base/events.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Random } from "#base/random.ts";
import { backoffMs } from "./backoff.ts";
import type { BrokerConnection } from "./brokerConnection.ts";
import { ConnectionError } from "./connectionError.ts";
import { type WaitLimit, waitWithin } from "./waitLimit.ts";

/** What happened to the connection of a link. */
export type LinkNotice =
  | { readonly state: "connecting" | "connected" }
  | { readonly state: "failed" | "closed"; readonly error: Error | undefined };

/** How a link opens its connection. */
export interface NodeLinkOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** `host:port`. */
  readonly broker: string;
  readonly open: (signal: AbortSignal) => Promise<BrokerConnection>;
}

type LinkState =
  | { readonly state: "idle" }
  | { readonly state: "opening"; readonly opened: Promise<BrokerConnection> }
  | { readonly state: "open"; readonly connection: BrokerConnection }
  | { readonly state: "disposed" };

/** After this many failures in a row the wait is near its longest: a wrong password must not look like an attack. */
const failuresOfWrongLogin = 7;

/**
 * The one connection to an address on a channel: opened when first needed, by one attempt for all who wait, and again
 * when it was lost.
 *
 *   idle ──▶ opening (back-off, then the attempt) ──▶ open ──▶ idle
 *
 * No caller can make it spin: every attempt after a failure waits for its back-off, and a connection that was lost
 * counts as a failure, also when it was of some use.
 */
export class NodeLink implements Disposable {
  readonly #options: NodeLinkOptions;
  readonly #abort = new AbortController();
  readonly #notices = new Emitter<LinkNotice>();
  readonly onNotice: Event<LinkNotice> = this.#notices.event;
  #link: LinkState = { state: "idle" };
  #failures = 0;
  #lastFailure: Error | undefined;
  #nextAttemptAt = 0;

  constructor(options: NodeLinkOptions) {
    this.#options = options;
  }

  /** The open connection, if there is one at this moment. */
  get connection(): BrokerConnection | undefined {
    return this.#link.state === "open" ? this.#link.connection : undefined;
  }

  /** Whether the last attempt or connection failed, and nothing has succeeded since. */
  get isTroubled(): boolean {
    return this.#failures > 0 && this.connection === undefined;
  }

  /** Before this instant no attempt is made. */
  get nextAttemptAt(): number {
    return this.#nextAttemptAt;
  }

  /** An open connection. Rejects with what the attempt failed with; a waiter that gives up does not end the attempt. */
  acquire(limit: WaitLimit): Promise<BrokerConnection> {
    switch (this.#link.state) {
      case "open":
        return Promise.resolve(this.#link.connection);
      case "disposed":
        return Promise.reject(this.#disposedError());
      case "idle":
        return this.#wait(this.#start(), limit);
      case "opening":
        return this.#wait(this.#link.opened, limit);
    }
  }

  /**
   * Ends a connection on which nothing is under way, without a failure: whoever needs one next opens another at once.
   * What is under way fails with `pendingFailure`; without that such a connection stays.
   */
  renew(pendingFailure?: ConnectionError): void {
    const link = this.#link;
    if (link.state !== "open") return;
    if (link.connection.pending > 0) {
      if (pendingFailure) link.connection.giveUp(pendingFailure);
      return;
    }
    this.#link = { state: "idle" };
    link.connection.dispose();
    this.#notices.fire({ state: "closed", error: undefined });
  }

  /** Ends the connection or the attempt, for good. */
  dispose(): void {
    const link = this.#link;
    this.#link = { state: "disposed" };
    this.#abort.abort();
    if (link.state === "open") {
      link.connection.dispose();
      this.#notices.fire({ state: "closed", error: undefined });
    }
    this.#notices.dispose();
  }

  #wait(opened: Promise<BrokerConnection>, limit: WaitLimit): Promise<BrokerConnection> {
    const { clock, broker } = this.#options;
    const trouble = () => (this.#failures > 0 ? this.#lastFailure : undefined);
    return waitWithin(clock, opened, { what: `connecting to ${broker}`, broker, trouble, ...limit });
  }

  #start(): Promise<BrokerConnection> {
    const opened = this.#attempt();
    this.#link = { state: "opening", opened };
    // Each waiter sees the failure; one without waiters left must not count as unhandled.
    opened.catch(() => {});
    return opened;
  }

  async #attempt(): Promise<BrokerConnection> {
    const { clock, open } = this.#options;
    const { signal } = this.#abort;
    try {
      const waitMs = this.#nextAttemptAt - clock.now();
      if (waitMs > 0) await sleep(clock, waitMs, signal);
      this.#notices.fire({ state: "connecting" });
      const connection = await open(signal);
      if (signal.aborted) connection.dispose();
      if (connection.end !== undefined) throw connection.end;
      this.#opened(connection);
      return connection;
    } catch (error) {
      if (signal.aborted) throw this.#disposedError();
      this.#link = { state: "idle" };
      const failure = error instanceof Error ? error : new Error(String(error));
      this.#failed(failure);
      this.#notices.fire({ state: "failed", error: failure });
      throw error;
    }
  }

  #opened(connection: BrokerConnection): void {
    this.#link = { state: "open", connection };
    this.#notices.fire({ state: "connected" });
    connection.onClose((reason) => {
      if (this.connection !== connection) return;
      this.#link = { state: "idle" };
      // One that answered was no failure of the address, but the next attempt is not to follow at once either.
      if (connection.wasUseful) this.#failures = 0;
      this.#failed(reason);
      this.#notices.fire({ state: "closed", error: reason });
    });
  }

  #failed(failure: Error): void {
    const { clock, random } = this.#options;
    const wrongLogin = ConnectionError.is(failure, "AUTHENTICATION_FAILED", "UNSUPPORTED_MECHANISM");
    this.#lastFailure = failure;
    this.#failures = wrongLogin ? Math.max(failuresOfWrongLogin, this.#failures + 1) : this.#failures + 1;
    this.#nextAttemptAt = clock.now() + backoffMs(random, this.#failures);
  }

  #disposedError(): ConnectionError {
    const { broker } = this.#options;
    return new ConnectionError("CLIENT_CLOSED", `the connection to ${broker} was closed by us`, {
      broker,
      unsent: true,
    });
  }
}
