import { CancelledError } from "#base/clock.ts";
import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import type { ChannelContract, ParamsOf, ProgressOf, ResultOf } from "./channelContract.ts";
import { ChannelError } from "./channelError.ts";
import { asChannelMessage, type ChannelMessage } from "./messages.ts";
import type { Port } from "./port.ts";

/** What a handler can use beside its parameters. */
export interface RequestContext<Progress = never> {
  /** Aborts when the caller no longer waits, or is gone. */
  readonly signal: AbortSignal;
  readonly progress: (value: Progress) => void;
}

/** One handler per request of the contract: a missing one does not compile. */
export type RequestHandlers<Requests> = {
  readonly [N in keyof Requests]: (
    params: ParamsOf<Requests[N]>,
    context: RequestContext<ProgressOf<Requests[N]>>,
  ) => ResultOf<Requests[N]> | Promise<ResultOf<Requests[N]>>;
};

/** One handler per notification of the contract. */
export type NotificationHandlers<Notifications> = {
  readonly [N in keyof Notifications]: (value: Notifications[N]) => void;
};

type AnyRequestHandler = (params: unknown, context: RequestContext<unknown>) => unknown;
type AnyNotificationHandler = (value: unknown) => void;

/** The worker's end of the channel: answers every request exactly once and tells what it has to tell. */
export class ChannelServer<C extends ChannelContract> implements Disposable {
  readonly #port: Port;
  readonly #requests: ReadonlyMap<string, AnyRequestHandler>;
  readonly #notifications: ReadonlyMap<string, AnyNotificationHandler>;
  readonly #running = new Map<number, AbortController>();
  readonly #owned = new DisposableStore();
  readonly #onDefect: (what: string, error: unknown) => void;

  constructor(
    port: Port,
    handlers: {
      readonly requests: RequestHandlers<C["requests"]>;
      readonly notifications: NotificationHandlers<C["notifications"]>;
    },
    /** Told about handlers that failed in a way nobody expected: for the log. */
    onDefect: (what: string, error: unknown) => void,
  ) {
    this.#port = port;
    this.#onDefect = onDefect;
    this.#requests = new Map(Object.entries(handlers.requests) as [string, AnyRequestHandler][]);
    this.#notifications = new Map(
      Object.entries(handlers.notifications) as [string, AnyNotificationHandler][],
    );
    this.#owned.add(port.onMessage((value) => this.#receive(asChannelMessage(value))));
    this.#owned.add(port.onClose(() => this.#abortAll()));
  }

  emit<N extends keyof C["events"] & string>(name: N, value: C["events"][N]): void {
    this.#post({ kind: "notification", name, value });
  }

  dispose(): void {
    this.#abortAll();
    this.#owned.dispose();
  }

  #post(message: ChannelMessage): void {
    this.#port.post(message);
  }

  #abortAll(): void {
    for (const controller of this.#running.values()) controller.abort();
  }

  #receive(message: ChannelMessage | undefined): void {
    switch (message?.kind) {
      case "request":
        void this.#answer(message.id, message.name, message.params);
        return;
      case "cancel":
        this.#running.get(message.id)?.abort();
        return;
      case "notification":
        this.#notified(message.name, message.value);
        return;
      case "result":
      case "failure":
      case "progress":
      case undefined:
        return;
    }
  }

  #notified(name: string, value: unknown): void {
    try {
      this.#notifications.get(name)?.(value);
    } catch (error) {
      this.#onDefect(name, error);
    }
  }

  async #answer(id: number, name: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const handler = this.#requests.get(name);
      if (!handler) throw new ChannelError("NOT_FOUND", `The worker does not know the request ${name}.`);
      const value = await handler(params, {
        signal: controller.signal,
        progress: (progress) => this.#post({ kind: "progress", id, value: progress }),
      });
      this.#post({ kind: "result", id, value });
    } catch (error) {
      this.#post({ kind: "failure", id, ...failureOf(error) });
      if (!(error instanceof ChannelError) && !(error instanceof CancelledError)) this.#onDefect(name, error);
    } finally {
      this.#running.delete(id);
    }
  }
}

function failureOf(error: unknown): {
  code: ChannelError["code"];
  message: string;
  detail?: string | undefined;
} {
  if (ChannelError.is(error)) return { code: error.code, message: error.message, detail: error.detail };
  if (CancelledError.is(error)) {
    return { code: error.reason === "deadline" ? "DEADLINE" : "CANCELLED", message: error.message };
  }
  if (error instanceof Error) {
    return { code: "FAILED", message: error.message, detail: describeChain(error) };
  }
  return { code: "FAILED", message: String(error) };
}

/** The stack and the messages of every cause, for the log. */
function describeChain(error: Error): string {
  const lines = [error.stack ?? error.message];
  let cause = error.cause;
  for (let depth = 0; cause instanceof Error && depth < 8; depth++) {
    lines.push(`caused by ${cause.stack ?? cause.message}`);
    cause = cause.cause;
  }
  return lines.join("\n");
}
