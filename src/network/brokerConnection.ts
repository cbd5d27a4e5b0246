import { type Clock, withDeadline } from "#base/clock.ts";
import type { Event } from "#base/events.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";
import type { Random } from "#base/random.ts";
import { ok } from "#base/result.ts";
import type { ByteStream, Endpoint, TlsOptions, Transport } from "#base/transport.ts";
import type { Api, RequestInput, ResponseOf } from "#protocol/api.ts";
import { decodeResponse, encodeRequest } from "#protocol/message.ts";
import { addressText } from "./address.ts";
import { askVersions } from "./apiVersionsQuestion.ts";
import { throttleMs } from "./clientThrottle.ts";
import type { RequestBody } from "./cluster.ts";
import { ConnectionError } from "./connectionError.ts";
import { type BrokerVersions, commonVersions, negotiate, type VersionRange } from "./negotiation.ts";
import { openingFailure, openStream } from "./openStream.ts";
import type { Exchange, Exchanged } from "./pendingRequest.ts";
import { RequestPipeline } from "./requestPipeline.ts";
import { authenticate } from "./sasl/saslAuthenticator.ts";
import type { SaslCredentials } from "./sasl/saslCredentials.ts";

/** Where to connect, as whom, and how patiently. */
export interface BrokerConnectionOptions {
  readonly endpoint: Endpoint;
  readonly tls?: TlsOptions | undefined;
  readonly sasl?: SaslCredentials | undefined;
  readonly clientId: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  /** For everything up to the first request of the user. */
  readonly connectTimeoutMs: number;
  /** For requests without a time of their own; a connection silent for longer, while an answer is due, is dead. */
  readonly requestTimeoutMs: number;
  readonly maxFrameBytes: number;
}

/** How one request is sent; what is left out is the connection's own. */
export interface RequestOptions {
  readonly timeoutMs?: number | undefined;
  readonly silenceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly versions?: VersionRange | undefined;
}

/** The answer to a request, and the version both were in. */
export interface Response<A extends Api> {
  readonly version: number;
  readonly body: ResponseOf<A>;
  readonly sentAt: number;
}

/** Part of a session's lifetime after which we authenticate anew, as the Java client does (KIP-368). */
const renewAfter = { least: 0.85, spread: 0.1 };

type Exchanger = <T>(exchange: Exchange<T>) => Promise<Exchanged<T>>;

/** A connection to one broker: open, its versions known, and logged in. */
export class BrokerConnection implements Disposable {
  readonly #pipeline: RequestPipeline;
  readonly #options: BrokerConnectionOptions;
  readonly #broker: string;
  #versions: BrokerVersions = new Map();
  #renewal: Disposable = toDisposable(() => {});
  #answeredWhileOpening = 0;
  readonly onClose: Event<ConnectionError>;

  private constructor(stream: ByteStream, options: BrokerConnectionOptions) {
    this.#options = options;
    this.#broker = addressText(options.endpoint);
    this.#pipeline = new RequestPipeline(stream, {
      clock: options.clock,
      broker: this.#broker,
      maxFrameBytes: options.maxFrameBytes,
      trustMs: options.requestTimeoutMs,
      explainClose: () => this.#explainClose(),
    });
    this.onClose = this.#pipeline.onClose;
    this.onClose(() => this.#renewal.dispose());
  }

  /**
   * Opens: TCP and TLS, then ApiVersions, then SASL. Rejects with ConnectError when there is no way to the broker, with
   * ConnectionError when what is there does not let us in, with CancelledError when `signal` aborts.
   */
  static async open(options: BrokerConnectionOptions, signal?: AbortSignal): Promise<BrokerConnection> {
    const { clock, connectTimeoutMs, endpoint } = options;
    const deadlineAt = clock.now() + connectTimeoutMs;
    const stream = await openStream(options, signal);
    const connection = new BrokerConnection(stream, options);
    try {
      const what = `opening the connection to ${addressText(endpoint)}`;
      await withDeadline(clock, connection.#introduce(), { what, deadlineAt, signal });
      connection.#answeredWhileOpening = connection.#pipeline.answered;
      return connection;
    } catch (error) {
      connection.dispose();
      throw openingFailure(error, options);
    }
  }

  /** `host:port`. */
  get broker(): string {
    return this.#broker;
  }

  /** Why it ended, once it did. */
  get end(): ConnectionError | undefined {
    return this.#pipeline.end;
  }

  /** Until when the broker wants us to be quiet, if it does (KIP-219). */
  get throttledUntil(): number | undefined {
    return this.#pipeline.throttledUntil;
  }

  /** Requests that wait for their turn or their answer. */
  get pending(): number {
    return this.#pipeline.pending;
  }

  /** Whether it was good for anything beside opening: a broker that only lets us in and hangs up is not. */
  get wasUseful(): boolean {
    return this.#pipeline.answered > this.#answeredWhileOpening;
  }

  /** The versions that broker and we have in common; undefined when there is none. */
  supportedVersions(api: Api): VersionRange | undefined {
    const theirs = this.#versions.get(api.key);
    return theirs && commonVersions(api.versions, theirs);
  }

  /** What the broker itself offers, by API key; also for APIs and versions we do not know. */
  get brokerVersions(): BrokerVersions {
    return this.#versions;
  }

  /** Sends in the newest version both sides speak, and gives the answer. */
  async send<A extends Api>(
    api: A,
    body: RequestBody<A>,
    options: RequestOptions = {},
  ): Promise<Response<A>> {
    const version = this.#negotiate(api, options.versions);
    const { value, sentAt } = await this.#pipeline.exchange(
      this.#exchange(api, version, { body, ...options }),
    );
    return { version, body: value, sentAt };
  }

  /** Sends what has no answer: Produce with acks=0. Settles when it was handed to the socket. */
  async sendUnanswered<A extends Api>(
    api: A,
    body: RequestBody<A>,
    options: RequestOptions = {},
  ): Promise<void> {
    const version = this.#negotiate(api, options.versions);
    const { what, encode, timeoutMs, signal } = this.#exchange(api, version, { body, ...options });
    const decode = () => ok(undefined);
    await this.#pipeline.exchange({ what, encode, decode, timeoutMs, signal, framing: "oneWay" });
  }

  /** Closes; everything pending is rejected with `CLIENT_CLOSED`. */
  dispose(): void {
    this.#renewal.dispose();
    this.#pipeline.dispose();
  }

  /** Closes; everything pending is rejected for that reason. */
  giveUp(reason: ConnectionError): void {
    this.#pipeline.close(reason);
  }

  #negotiate(api: Api, versions: VersionRange | undefined): number {
    return negotiate(api, this.#versions, { broker: this.#broker, versions });
  }

  async #introduce(): Promise<void> {
    const exchange: Exchanger = (request) => this.#pipeline.exchange(request);
    this.#versions = await askVersions(
      (api, version, body) => this.#ask(exchange, api, { version, body }),
      this.#broker,
    );
    const { sasl } = this.#options;
    if (sasl !== undefined) await this.#authenticate(sasl, exchange);
  }

  async #authenticate(sasl: SaslCredentials, exchange: Exchanger): Promise<void> {
    const { clock, random, connectTimeoutMs } = this.#options;
    const { sessionLifetimeMs } = await authenticate(sasl, {
      broker: this.#broker,
      versions: this.#versions,
      random,
      ask: (api, version, body) => this.#ask(exchange, api, { version, body }),
      askBare: async (bytes) => {
        const token = { what: "SASL token", timeoutMs: connectTimeoutMs, framing: "bare" } as const;
        return (await exchange({ ...token, encode: () => framed(bytes), decode: ok })).value;
      },
    });
    this.#renewal.dispose();
    if (sessionLifetimeMs === undefined || this.end !== undefined) return;
    const delayMs = sessionLifetimeMs * (renewAfter.least + random.next() * renewAfter.spread);
    this.#renewal = clock.schedule(delayMs, () => void this.#renew(sasl));
  }

  /** Authenticates anew between two requests: after its session's end the broker would close the connection. */
  async #renew(sasl: SaslCredentials): Promise<void> {
    const { clock, connectTimeoutMs } = this.#options;
    await this.#pipeline.exclusively(async (exchange) => {
      const deadlineAt = clock.now() + connectTimeoutMs;
      const what = `authenticating anew with ${this.#broker}`;
      try {
        await withDeadline(clock, this.#authenticate(sasl, exchange), { what, deadlineAt });
      } catch (error) {
        // While the queue is still held: a request let out now would be lost with the connection, as one that may have
        // happened, where one that never left can go another way.
        this.#pipeline.close(this.#renewalFailure(error));
      }
    });
  }

  #renewalFailure(error: unknown): ConnectionError {
    const failure = openingFailure(error, this.#options);
    if (ConnectionError.is(failure)) return failure;
    const { broker } = this;
    return new ConnectionError("CLOSED", `${broker}: authenticating anew failed`, { broker, cause: failure });
  }

  async #ask<A extends Api>(
    exchange: Exchanger,
    api: A,
    request: { readonly version: number; readonly body: RequestInput<A> },
  ): Promise<ResponseOf<A>> {
    const { version, body } = request;
    const timeoutMs = this.#options.connectTimeoutMs;
    return (await exchange(this.#exchange(api, version, { body: () => body, timeoutMs }))).value;
  }

  #exchange<A extends Api>(
    api: A,
    version: number,
    request: RequestOptions & { readonly body: RequestBody<A> },
  ): Exchange<ResponseOf<A>> {
    const { clientId, requestTimeoutMs } = this.#options;
    const { body, timeoutMs = requestTimeoutMs, silenceMs, signal } = request;
    return {
      what: api.name,
      encode: (correlationId) =>
        encodeRequest(api, { version, correlationId, clientId }, inputFor<A>(body, version)),
      decode: (frame) => {
        const decoded = decodeResponse(api, version, frame);
        if (!decoded.ok) return decoded;
        const quietMs = throttleMs(api, version, decoded.value.body);
        if (quietMs > 0) this.#pipeline.throttleFor(quietMs);
        return ok(decoded.value.body);
      },
      timeoutMs,
      silenceMs,
      signal,
    };
  }

  /** The likely cause when a broker hangs up early, from how far we came. */
  #explainClose(): string | undefined {
    const { sasl, tls } = this.#options;
    if (this.#pipeline.answered === 0) {
      return tls === undefined
        ? "it may be a TLS port, spoken to without TLS, or not a Kafka listener"
        : "it may not be a Kafka listener, or want a client certificate";
    }
    if (sasl === undefined && this.#versions.size > 0 && !this.wasUseful) {
      return "it may want a login (SASL), and none is configured";
    }
    return undefined;
  }
}

function inputFor<A extends Api>(body: RequestBody<A>, version: number): RequestInput<A> {
  return typeof body === "function" ? (body as (version: number) => RequestInput<A>)(version) : body;
}

/** The bytes with nothing but their size in front. */
function framed(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(4 + bytes.length);
  new DataView(whole.buffer).setInt32(0, bytes.length);
  whole.set(bytes, 4);
  return whole;
}
