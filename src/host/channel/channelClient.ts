import { Emitter, type Event } from "#base/events.ts";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import type { ChannelContract, ParamsOf, ProgressOf, ResultOf } from "./channelContract.ts";
import { ChannelError } from "./channelError.ts";
import { asChannelMessage, type ChannelMessage } from "./messages.ts";
import type { Port } from "./port.ts";

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ChannelError) => void;
  readonly onProgress: ((value: unknown) => void) | undefined;
}

/** What a caller may add to a request. */
export interface RequestOptions<Progress> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((value: Progress) => void) | undefined;
}

/**
 * The extension host's end of the channel. Every request settles exactly once: with its result, its failure,
 * CANCELLED as soon as its signal aborts, or EXITED when the worker goes away.
 */
export class ChannelClient<C extends ChannelContract> implements Disposable {
  readonly #port: Port;
  readonly #pending = new Map<number, Pending>();
  readonly #events = new Map<string, Emitter<unknown>>();
  readonly #owned = new DisposableStore();
  #nextId = 1;
  #closed: string | undefined;

  constructor(port: Port) {
    this.#port = port;
    this.#owned.add(port.onMessage((value) => this.#receive(asChannelMessage(value))));
    this.#owned.add(port.onClose((reason) => this.#close(reason)));
  }

  request<N extends keyof C["requests"] & string>(
    name: N,
    params: ParamsOf<C["requests"][N]>,
    options: RequestOptions<ProgressOf<C["requests"][N]>> = {},
  ): Promise<ResultOf<C["requests"][N]>> {
    type Value = ResultOf<C["requests"][N]>;
    const { signal, onProgress } = options;
    if (this.#closed !== undefined) return Promise.reject(new ChannelError("EXITED", this.#closed));
    if (signal?.aborted) return Promise.reject(cancelled(name));
    const id = this.#nextId++;
    return new Promise<Value>((resolve, reject) => {
      const onAbort = () => {
        this.#post({ kind: "cancel", id });
        this.#take(id)?.reject(cancelled(name));
      };
      const leave = () => signal?.removeEventListener("abort", onAbort);
      this.#pending.set(id, {
        resolve: (value) => {
          leave();
          resolve(value as Value);
        },
        reject: (error) => {
          leave();
          reject(error);
        },
        onProgress: onProgress as ((value: unknown) => void) | undefined,
      });
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#post({ kind: "request", id, name, params });
    });
  }

  notify<N extends keyof C["notifications"] & string>(name: N, value: C["notifications"][N]): void {
    this.#post({ kind: "notification", name, value });
  }

  /** The server's events of one name. */
  on<N extends keyof C["events"] & string>(name: N): Event<C["events"][N]> {
    let emitter = this.#events.get(name);
    if (!emitter) {
      emitter = new Emitter<unknown>();
      this.#events.set(name, emitter);
    }
    return emitter.event as Event<C["events"][N]>;
  }

  dispose(): void {
    this.#close("The channel was closed.");
    this.#owned.dispose();
  }

  #post(message: ChannelMessage): void {
    if (this.#closed === undefined) this.#port.post(message);
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #receive(message: ChannelMessage | undefined): void {
    switch (message?.kind) {
      case "result":
        this.#take(message.id)?.resolve(message.value);
        return;
      case "failure":
        this.#take(message.id)?.reject(new ChannelError(message.code, message.message, message.detail));
        return;
      case "progress":
        this.#pending.get(message.id)?.onProgress?.(message.value);
        return;
      case "notification":
        this.#events.get(message.name)?.fire(message.value);
        return;
      case "request":
      case "cancel":
      case undefined:
        return;
    }
  }

  #close(reason: string): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    for (const id of Array.from(this.#pending.keys()))
      this.#take(id)?.reject(new ChannelError("EXITED", reason));
  }
}

function cancelled(name: string): ChannelError {
  return new ChannelError("CANCELLED", `${name} was cancelled.`);
}
