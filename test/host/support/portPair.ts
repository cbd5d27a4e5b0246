import { Emitter } from "#base/events.ts";
import type { Port } from "#host/channel/port.ts";

/** One end of an in-memory line, with a way to cut it. */
interface TestPort extends Port {
  close(reason: string): void;
}

/** Two ends: what one posts, the other receives as a structured clone, in order, in a later job. */
export function portPair(): { readonly client: TestPort; readonly server: TestPort } {
  const ends = [new End(), new End()] as const;
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return { client: ends[0], server: ends[1] };
}

class End implements TestPort {
  readonly #messages = new Emitter<unknown>();
  readonly #closes = new Emitter<string>();
  readonly onMessage = this.#messages.event;
  readonly onClose = this.#closes.event;
  other: End | undefined;
  #closed = false;

  post(message: unknown): void {
    const copy: unknown = structuredClone(message);
    queueMicrotask(() => this.other?.receive(copy));
  }

  receive(message: unknown): void {
    if (!this.#closed) this.#messages.fire(message);
  }

  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closes.fire(reason);
    this.other?.close(reason);
  }
}
