import { type HoldingLedger, SharedFrame } from "./sharedFrame.ts";

/** Shorter requests bring little, and lie in ordinary memory. */
const shortBytes = 16_384;
/** So much may be free before the collector is asked to take it, at the least, which is what V8 itself bears, and at the most. */
const leastFreeBytes = 64 * 1024 * 1024;
const mostFreeBytes = 256 * 1024 * 1024;

/**
 * Sets memory aside for requests that bring records, which then stay in it.
 *
 * Whenever a few dozen MiB more of ordinary memory were set aside, V8 walks over its whole heap in search of some to free.
 * A log that grows gives it that reason several times a second, mostly in vain, and its helper threads take the time from
 * the clients on the same machine. Memory that threads may share is collected like any other but not counted so; so
 * requests get such memory, and the collector is asked to come when there is something to take.
 */
export class RequestMemory implements HoldingLedger {
  readonly #mostFreeBytes: number;
  /** Of all that was set aside since the collector was last asked. */
  #allocatedBytes = 0;
  /** How much more of it batches hold than then. */
  #heldBytes = 0;

  /** For logs that hold so much together: about a quarter of it may be free and not collected. */
  constructor(maxLogBytes: number) {
    this.#mostFreeBytes = Math.min(mostFreeBytes, Math.max(leastFreeBytes, maxLogBytes / 4));
  }

  /** Memory for one request, or for as much of it as is expected. */
  allocate(bytes: number): Uint8Array {
    if (bytes < shortBytes) return Buffer.allocUnsafeSlow(bytes);
    this.#allocatedBytes += bytes;
    if (this.#allocatedBytes - this.#heldBytes > this.#mostFreeBytes) this.#askForCollection();
    return Buffer.from(new SharedArrayBuffer(bytes));
  }

  /** A request whose batches stay where they are. */
  frame(memory: ArrayBufferLike): SharedFrame {
    return new SharedFrame(memory.byteLength, memory instanceof SharedArrayBuffer ? this : undefined);
  }

  held(bytes: number): void {
    this.#heldBytes += bytes;
  }

  /** V8 is told of as much memory as makes it collect. It is never touched, so the system gives none. */
  #askForCollection(): void {
    new ArrayBuffer(leastFreeBytes);
    this.#allocatedBytes = 0;
    this.#heldBytes = 0;
  }
}
