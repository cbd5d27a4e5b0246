/** Something held until released. Releasing twice is harmless. */
export interface Disposable {
  dispose(): void;
}

/** A disposable that runs `release` at the first dispose, and only then. */
export function toDisposable(release: () => void): Disposable {
  let pending: (() => void) | undefined = release;
  return {
    dispose() {
      const run = pending;
      pending = undefined;
      run?.();
    },
  };
}

/**
 * Owns disposables and releases them in reverse order of acquisition.
 *
 * Adding to a store that is already disposed releases the newcomer at once, so
 * an `await` that finishes after shutdown cannot leak a socket or a timer.
 */
export class DisposableStore implements Disposable {
  readonly #owned: Disposable[] = [];
  #disposed = false;

  get isDisposed(): boolean {
    return this.#disposed;
  }

  add<T extends Disposable>(resource: T): T {
    if (this.#disposed) {
      resource.dispose();
    } else {
      this.#owned.push(resource);
    }
    return resource;
  }

  /** Runs every release even when one throws; rethrows what failed, together. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;

    const failures: unknown[] = [];
    for (const resource of this.#owned.splice(0).reverse()) {
      try {
        resource.dispose();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "Failed to release resources");
  }
}
