import type { Event } from "#base/events.ts";

/**
 * One end of an ordered, two-way line of structured-clonable messages: a worker thread's port in the product, an
 * in-memory pair in tests, later perhaps a child process.
 */
export interface Port {
  readonly onMessage: Event<unknown>;
  /** Fires once when the other end is gone, with the reason in words. */
  readonly onClose: Event<string>;
  /** Ignored once closed. */
  post(message: unknown): void;
}
