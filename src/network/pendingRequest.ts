import { CancelledError, type Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Result } from "#base/result.ts";

/** One request and what becomes of its answer. */
export interface Exchange<T> {
  /** Name for people: the API. */
  readonly what: string;
  /** Called when its turn has come; with the size in front. */
  readonly encode: (correlationId: number) => Uint8Array;
  /** `frame` without its size. */
  readonly decode: (frame: Uint8Array) => Result<T, Error>;
  readonly timeoutMs: number;
  readonly silenceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * `bare` answers have no correlation id: the tokens after SaslHandshake v0. `oneWay` requests have no answer at all:
   * Produce with acks=0.
   */
  readonly framing?: "kafka" | "bare" | "oneWay" | undefined;
}

/** An answer, and when its request went out. */
export interface Exchanged<T> {
  readonly value: T;
  readonly sentAt: number;
}

/**
 * A request that waits for its turn or its answer: its waiter is settled exactly once, by the answer, a failure, its
 * time limit or its signal, whichever comes first. Afterwards it may still hold a place in the order of answers.
 */
export class PendingRequest {
  readonly what: string;
  readonly timeoutMs: number;
  /** How long the connection may be silent while this is the oldest request without an answer; undefined: the usual. */
  readonly silenceMs: number | undefined;
  readonly framing: "kafka" | "bare" | "oneWay";
  readonly encode: (correlationId: number) => Uint8Array;
  correlationId = -1;
  /** When it was handed to the socket; undefined while it waits for its turn. */
  sentAt: number | undefined;
  #accept: ((frame: Uint8Array) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;
  #timer: Disposable | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void;

  private constructor(
    exchange: Omit<Exchange<unknown>, "decode">,
    settle: { readonly accept: (frame: Uint8Array) => void; readonly reject: (error: Error) => void },
  ) {
    this.what = exchange.what;
    this.timeoutMs = exchange.timeoutMs;
    this.silenceMs = exchange.silenceMs;
    this.framing = exchange.framing ?? "kafka";
    this.encode = exchange.encode;
    this.#accept = settle.accept;
    this.#reject = settle.reject;
    this.#signal = exchange.signal;
    this.#onAbort = () => this.reject(new CancelledError("aborted", this.what));
  }

  /** A request and the promise of its outcome. `unreadable` words the failure to decode an answer. */
  static create<T>(
    exchange: Exchange<T>,
    unreadable: (what: string, cause: Error) => Error,
  ): { readonly request: PendingRequest; readonly outcome: Promise<Exchanged<T>> } {
    const { promise, resolve, reject } = Promise.withResolvers<Exchanged<T>>();
    const request: PendingRequest = new PendingRequest(exchange, {
      accept: (frame) => {
        const decoded = exchange.decode(frame);
        if (decoded.ok) resolve({ value: decoded.value, sentAt: request.sentAt ?? 0 });
        else reject(unreadable(exchange.what, decoded.error));
      },
      reject,
    });
    return { request, outcome: promise };
  }

  /** Whether the waiter is gone. */
  get isSettled(): boolean {
    return this.#reject === undefined;
  }

  /** Starts the time limit and listens to the signal; `onTimeout` makes the error. */
  watch(clock: Clock, onTimeout: () => Error): void {
    if (this.#signal?.aborted) {
      this.#onAbort();
      return;
    }
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#timer = clock.schedule(this.timeoutMs, () => this.reject(onTimeout()));
  }

  /** The answer is here. Ignored when the waiter is gone: a late answer is not even decoded. */
  accept(frame: Uint8Array): void {
    const accept = this.#accept;
    this.#release();
    accept?.(frame);
  }

  reject(error: Error): void {
    const reject = this.#reject;
    this.#release();
    reject?.(error);
  }

  #release(): void {
    this.#timer?.dispose();
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#accept = undefined;
    this.#reject = undefined;
  }
}
