import { ByteParts } from "#base/byteParts.ts";
import type { ByteStream, Transport } from "#base/transport.ts";

const sizeBytes = 4;

/** A transport whose streams can be told to lose requests of certain APIs: they never reach the broker. */
export class SwallowingTransport implements Transport {
  readonly #transport: Transport;
  readonly #swallowed = new Set<number>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** From now on, on connections that are open as well. */
  swallow(apiKey: number): void {
    this.#swallowed.add(apiKey);
  }

  async connect(...args: Parameters<Transport["connect"]>): Promise<ByteStream> {
    const stream = await this.#transport.connect(...args);
    return {
      remote: stream.remote,
      onData: stream.onData,
      onClose: stream.onClose,
      onDrain: stream.onDrain,
      write: (bytes) => this.#write(stream, bytes),
      setPaused: (paused) => stream.setPaused(paused),
      dispose: () => stream.dispose(),
    };
  }

  /** Our connections write whole requests, one or several at once. */
  #write(stream: ByteStream, bytes: Uint8Array | ByteParts): boolean {
    if (this.#swallowed.size === 0) return stream.write(bytes);
    let takesMore = true;
    for (const frame of framesOf(ByteParts.of(bytes).joined())) {
      if (!this.#swallowed.has(apiKeyOf(frame))) takesMore = stream.write(frame);
    }
    return takesMore;
  }
}

function* framesOf(bytes: Uint8Array): Iterable<Uint8Array> {
  let at = 0;
  while (at < bytes.length) {
    const size = bytes.length - at < sizeBytes ? undefined : viewOf(bytes).getInt32(at);
    const end = size === undefined || size < 0 ? bytes.length : Math.min(bytes.length, at + sizeBytes + size);
    yield bytes.subarray(at, end);
    at = end;
  }
}

/** Below zero for what is no request: that is passed on as it is. */
function apiKeyOf(frame: Uint8Array): number {
  return frame.length < sizeBytes + 2 ? -1 : viewOf(frame).getInt16(sizeBytes);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
