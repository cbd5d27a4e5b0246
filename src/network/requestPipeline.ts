import type { Clock } from "#base/clock.ts";
import { Emitter, type Event } from "#base/events.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { ByteStream } from "#base/transport.ts";
import { ConnectionError } from "./connectionError.ts";
import { FrameAssembler } from "./frameAssembler.ts";
import { type Exchange, type Exchanged, PendingRequest } from "./pendingRequest.ts";

/** What a pipeline checks and says. */
export interface RequestPipelineOptions {
  readonly clock: Clock;
  /** `host:port`, for messages. */
  readonly broker: string;
  readonly maxFrameBytes: number;
  /** A connection that is silent for this long while an answer is due is dead, unless the request says otherwise. */
  readonly trustMs: number;
  /** The likely cause when the other side closes, as far as the owner knows one. */
  readonly explainClose?: (() => string | undefined) | undefined;
}

/**
 * Requests and answers on one byte stream. A Kafka broker answers in the order of the requests, so an answer belongs to
 * the oldest request without one; a correlation id that says otherwise means that nothing can be trusted any more.
 *
 *   queued ──▶ on the wire ──▶ answered
 *     │             │ timeout, abort: the waiter is released, the place in the order stays,
 *     ▼             ▼                 and the late answer is consumed and dropped
 *   removed     abandoned
 *
 * Requests wait in the queue while the broker throttles us (KIP-219), while the socket is full, and while the
 * connection authenticates anew.
 */
export class RequestPipeline implements Disposable {
  readonly #stream: ByteStream;
  readonly #options: RequestPipelineOptions;
  readonly #frames: FrameAssembler;
  readonly #closed = new Emitter<ConnectionError>();
  /** Fires once, however the end came. */
  readonly onClose: Event<ConnectionError> = this.#closed.event;
  readonly #queue: PendingRequest[] = [];
  readonly #onTheWire: PendingRequest[] = [];
  readonly #onIdle: (() => void)[] = [];
  #end: ConnectionError | undefined;
  #nextCorrelationId = 0;
  #answered = 0;
  #isFull = false;
  #isExclusive = false;
  #throttledUntil = 0;
  #throttleTimer: Disposable | undefined;
  #headSince = 0;
  #heardAt = 0;
  #watchdog: (Disposable & { readonly dueAt: number }) | undefined;

  /** Takes ownership of the stream. */
  constructor(stream: ByteStream, options: RequestPipelineOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#frames = new FrameAssembler(options.maxFrameBytes);
    stream.onData((chunk) => this.#receive(chunk));
    stream.onClose((failure) => this.#streamClosed(failure));
    stream.onDrain(() => {
      this.#isFull = false;
      this.#pump();
    });
  }

  /** Why it ended, once it did. */
  get end(): ConnectionError | undefined {
    return this.#end;
  }

  /** Requests that wait for their turn or their answer, abandoned ones included. */
  get pending(): number {
    return this.#queue.length + this.#onTheWire.length;
  }

  /** Answers so far. */
  get answered(): number {
    return this.#answered;
  }

  get throttledUntil(): number | undefined {
    return this.#throttledUntil > this.#options.clock.now() ? this.#throttledUntil : undefined;
  }

  /** Holds further requests for this long; what is on the wire is not concerned. */
  throttleFor(ms: number): void {
    const { clock } = this.#options;
    if (this.#end !== undefined || clock.now() + ms <= this.#throttledUntil) return;
    this.#throttledUntil = clock.now() + ms;
    this.#throttleTimer?.dispose();
    this.#throttleTimer = clock.schedule(ms, () => this.#pump());
  }

  /** Sends when its turn has come, and gives the answer. */
  exchange<T>(exchange: Exchange<T>): Promise<Exchanged<T>> {
    return this.#submit(exchange, (request) => {
      this.#queue.push(request);
      this.#pump();
    });
  }

  /**
   * Runs a conversation that nothing else may come between: waits until the wire is empty, and holds the queue until
   * `converse` has settled. Its exchanges go out at once.
   */
  async exclusively<R>(
    converse: (exchange: <T>(exchange: Exchange<T>) => Promise<Exchanged<T>>) => Promise<R>,
  ): Promise<R> {
    this.#isExclusive = true;
    try {
      if (this.#onTheWire.length > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
      return await converse((exchange) => this.#submit(exchange, (request) => this.#transmit(request)));
    } finally {
      this.#isExclusive = false;
      this.#pump();
    }
  }

  /** Ends the connection on our own word. */
  dispose(): void {
    const { broker } = this.#options;
    const message = `the connection to ${broker} was closed by us`;
    this.close(new ConnectionError("CLIENT_CLOSED", message, { broker }));
  }

  /** Ends the connection for a reason; everything pending settles with it. */
  close(reason: ConnectionError): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#throttleTimer?.dispose();
    this.#watchdog?.dispose();
    this.#stream.dispose();
    for (const request of this.#onTheWire.splice(0)) request.reject(failureOf(reason, request));
    for (const request of this.#queue.splice(0)) request.reject(failureOf(reason, request));
    this.#resumeIdle();
    this.#closed.fire(reason);
  }

  #submit<T>(exchange: Exchange<T>, place: (request: PendingRequest) => void): Promise<Exchanged<T>> {
    const { request, outcome } = PendingRequest.create(exchange, (what, cause) =>
      this.#unreadable(what, cause),
    );
    if (this.#end === undefined) {
      request.watch(this.#options.clock, () => this.#timeout(request));
      if (!request.isSettled) place(request);
    } else {
      request.reject(failureOf(this.#end, request));
    }
    return outcome;
  }

  #pump(): void {
    while (!this.#isHeldUp()) {
      const request = this.#queue.shift();
      if (request === undefined) return;
      // One that timed out or was aborted while it waited never happened.
      if (!request.isSettled) this.#transmit(request);
    }
  }

  #isHeldUp(): boolean {
    return this.#end !== undefined || this.#isFull || this.#isExclusive || this.throttledUntil !== undefined;
  }

  #transmit(request: PendingRequest): void {
    const correlationId = this.#nextCorrelationId;
    let bytes: Uint8Array;
    try {
      bytes = request.encode(correlationId);
    } catch (error) {
      // A value that does not fit its field: the request's own fault, and nothing was sent.
      request.reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#nextCorrelationId = (correlationId + 1) & 0x7fff_ffff;
    request.correlationId = correlationId;
    request.sentAt = this.#options.clock.now();
    if (request.framing === "oneWay") {
      request.accept(bytes);
    } else {
      this.#onTheWire.push(request);
      if (this.#onTheWire.length === 1) this.#newHead();
    }
    this.#isFull = !this.#stream.write(bytes);
  }

  #receive(chunk: Uint8Array): void {
    this.#heardAt = this.#options.clock.now();
    for (const frame of this.#frames.push(chunk)) {
      this.#answer(frame);
      if (this.#end !== undefined) return;
    }
    const { problem } = this.#frames;
    if (problem === undefined) this.#pump();
    else this.#fail(problem.code, problem.message);
  }

  #answer(frame: Uint8Array): void {
    const request = this.#onTheWire[0];
    if (request === undefined) {
      this.#fail("GARBAGE", `sent a response of ${frame.length} bytes that nobody asked for`);
      return;
    }
    const misfit = request.framing === "kafka" ? mismatch(request, frame) : undefined;
    if (misfit !== undefined) {
      this.#fail("GARBAGE", misfit);
      return;
    }
    this.#onTheWire.shift();
    this.#answered++;
    this.#newHead();
    request.accept(frame);
    if (this.#onTheWire.length === 0) this.#resumeIdle();
  }

  #resumeIdle(): void {
    for (const resume of this.#onIdle.splice(0)) resume();
  }

  /** The oldest request without an answer is another one now: the watch over the connection starts anew. */
  #newHead(): void {
    this.#headSince = this.#options.clock.now();
    // It may be for a request with more time than this one has.
    if (this.#watchdog === undefined || this.#silentAt < this.#watchdog.dueAt) this.#watch();
  }

  get #patienceMs(): number {
    const [head] = this.#onTheWire;
    const { trustMs } = this.#options;
    return head === undefined ? trustMs : (head.silenceMs ?? Math.max(head.timeoutMs, trustMs));
  }

  /** When the connection counts as dead, should it stay silent. */
  get #silentAt(): number {
    return Math.max(this.#headSince, this.#heardAt) + this.#patienceMs;
  }

  /**
   * A request may time out while the connection is well: the broker is busy with an earlier one. But when the oldest is
   * overdue and nothing at all was heard, the connection is dead (a router that forgot it, a machine switched off). What
   * waits behind another request says nothing: the broker may take its time for that one.
   */
  #watch(): void {
    const { clock, broker } = this.#options;
    const head = this.#onTheWire[0];
    this.#watchdog?.dispose();
    this.#watchdog = undefined;
    if (head === undefined || this.#end !== undefined) return;
    const dueAt = this.#silentAt;
    const restMs = dueAt - clock.now();
    if (restMs > 0) {
      const timer = clock.schedule(restMs, () => this.#watch());
      this.#watchdog = { dueAt, dispose: () => timer.dispose() };
      return;
    }
    const silence = `was silent for ${Number((this.#patienceMs / 1000).toFixed(1))} s`;
    const message = `${broker} has not answered ${head.what} and ${silence}: the connection is given up`;
    this.close(new ConnectionError("TIMEOUT", message, { broker }));
  }

  #streamClosed(failure: Error | undefined): void {
    const { broker, explainClose } = this.#options;
    const { partial } = this.#frames;
    const middle =
      partial === undefined
        ? ""
        : ` in the middle of a response (${partial.bytes} of ${partial.of ?? "at least 8"} bytes)`;
    const why = failure === undefined ? "" : `: ${failure.message}`;
    // Who answers half is no stranger: the owner's guesses do not apply.
    const hint = partial === undefined ? explainClose?.() : undefined;
    const message = `${broker} closed the connection${middle}${why}${hint === undefined ? "" : `; ${hint}`}`;
    this.close(new ConnectionError("CLOSED", message, { broker, cause: failure }));
  }

  #fail(code: "GARBAGE" | "FRAME_TOO_LARGE", what: string): void {
    const { broker } = this.#options;
    this.close(new ConnectionError(code, `${broker} ${what}`, { broker }));
  }

  #timeout(request: PendingRequest): Error {
    const { broker } = this.#options;
    const within = `within ${Math.round(request.timeoutMs)} ms`;
    const unsent = request.sentAt === undefined;
    const message = unsent
      ? `${request.what} could not be sent to ${broker} ${within}: the connection was held up`
      : `${request.what}: no answer from ${broker} ${within}`;
    return new ConnectionError("TIMEOUT", message, { broker, unsent });
  }

  #unreadable(what: string, cause: Error): Error {
    const { broker } = this.#options;
    const message = `${broker} answered ${what} with bytes that cannot be read: ${cause.message}`;
    return new ConnectionError("GARBAGE", message, { broker, cause });
  }
}

/** Why a frame cannot be the answer to this request, if so. */
function mismatch({ what, correlationId: due }: PendingRequest, frame: Uint8Array): string | undefined {
  if (frame.length < 4) return `answered ${what} with ${frame.length} bytes, which no Kafka broker does`;
  const correlationId = new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getInt32(0);
  if (correlationId === due) return undefined;
  return `answered request ${correlationId} where ${what}, request ${due}, was due: it does not speak Kafka's protocol, so check the address and port`;
}

function failureOf(reason: ConnectionError, { what, sentAt }: PendingRequest): ConnectionError {
  const { broker, code, message, cause } = reason;
  return new ConnectionError(code, `${what}: ${message}`, { broker, unsent: sentAt === undefined, cause });
}
