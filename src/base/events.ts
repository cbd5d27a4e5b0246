import { type Disposable, toDisposable } from "./lifecycle.ts";

/** A subscription point in the shape of `vscode.Event`: call it with a listener, dispose to leave. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** The owner's half of an event: it fires, everyone else can only listen. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    this.#listeners.add(listener);
    return toDisposable(() => this.#listeners.delete(listener));
  };

  fire(value: T): void {
    // A copy: a listener added while we deliver must wait for the next event.
    for (const listener of Array.from(this.#listeners)) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
