import type { ByteStream, Endpoint, TlsOptions, Transport } from "#base/transport.ts";
import type { Api, RequestInput, ResponseOf } from "#protocol/api.ts";
import { decodeResponse, encodeRequest } from "#protocol/message.ts";

interface Waiting {
  resolve(frame: Uint8Array): void;
  reject(error: Error): void;
}

/**
 * A Kafka client that does nothing by itself: one connection, one request after the other, answers in order. It has its
 * own framing, so that a mistake in ours cannot hide.
 */
export class RawClient {
  readonly #stream: ByteStream;
  readonly #waiting: Waiting[] = [];
  #held: Uint8Array<ArrayBufferLike> = new Uint8Array(0);
  #nextCorrelation = 1;
  #isClosed = false;
  readonly closed: Promise<void>;

  constructor(stream: ByteStream) {
    this.#stream = stream;
    stream.onData((chunk) => this.#take(chunk));
    this.closed = new Promise((resolve) => {
      stream.onClose(() => {
        this.#isClosed = true;
        resolve();
        for (const { reject } of this.#waiting.splice(0)) reject(new Error("the connection closed"));
      });
    });
  }

  static async connect(
    transport: Transport,
    to: Endpoint & { readonly tls?: TlsOptions },
  ): Promise<RawClient> {
    return new RawClient(await transport.connect({ ...to, timeoutMs: 5_000 }));
  }

  /** Where it is connected to: `127.0.0.1:9092`. */
  get remote(): string {
    return this.#stream.remote;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Asks, and gives the decoded answer; the newest version unless told otherwise. */
  async call<A extends Api>(
    api: A,
    body: RequestInput<A>,
    options: { readonly version?: number; readonly clientId?: string } = {},
  ): Promise<ResponseOf<A>> {
    const { version = api.versions[1], clientId = "raw" } = options;
    const correlationId = this.#nextCorrelation++;
    this.#stream.write(encodeRequest(api, { version, correlationId, clientId }, body));
    const response = decodeResponse(api, version, await this.nextFrame());
    if (!response.ok) throw response.error;
    if (response.value.correlationId !== correlationId) throw new Error("an answer came out of order");
    return response.value.body;
  }

  /** Sends bytes as they are. */
  write(bytes: Uint8Array): void {
    this.#stream.write(bytes);
  }

  /** The next answer, whatever it is. */
  nextFrame(): Promise<Uint8Array> {
    if (this.#isClosed) return Promise.reject(new Error("the connection is closed"));
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  close(): void {
    this.#stream.dispose();
  }

  #take(chunk: Uint8Array): void {
    const bytes = new Uint8Array(this.#held.length + chunk.length);
    bytes.set(this.#held);
    bytes.set(chunk, this.#held.length);
    let at = 0;
    const view = new DataView(bytes.buffer);
    while (bytes.length - at >= 4 && bytes.length - at >= 4 + view.getInt32(at)) {
      const end = at + 4 + view.getInt32(at);
      this.#waiting.shift()?.resolve(bytes.subarray(at + 4, end));
      at = end;
    }
    this.#held = bytes.subarray(at);
  }
}
