import type { Event } from "#base/events.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Contract, HostMessage, NotificationHandlers, PageMessage } from "#webview/contract.ts";

/** The part of `vscode.Webview` the channel needs: tests give their own. */
export interface MessageTarget {
  readonly onDidReceiveMessage: Event<unknown>;
  postMessage(message: unknown): unknown;
}

/**
 * The host's end of a panel. The newest state is kept and sent again whenever a page says it is ready: at its start,
 * and when it was hidden and comes back. What happens once (`send`) is lost on a page that is not ready.
 */
export class PanelChannel<C extends Contract> implements Disposable {
  readonly #webview: MessageTarget;
  readonly #handlers: ReadonlyMap<string, (body: unknown) => void>;
  readonly #listening: Disposable;
  #newest: C["state"] | undefined;
  #ready = false;

  constructor(webview: MessageTarget, handlers: NotificationHandlers<C>) {
    this.#webview = webview;
    this.#handlers = new Map(Object.entries(handlers) as [string, (body: unknown) => void][]);
    this.#listening = webview.onDidReceiveMessage((message) => this.#receive(message as PageMessage<C>));
  }

  show(state: C["state"]): void {
    this.#newest = state;
    if (this.#ready) this.#post({ type: "state", state });
  }

  send<N extends keyof C["events"] & string>(name: N, body: C["events"][N]): void {
    if (this.#ready) this.#post({ type: "event", name, body } as HostMessage<C>);
  }

  dispose(): void {
    this.#listening.dispose();
  }

  #receive(message: PageMessage<C>): void {
    if (message.type === "ready") {
      this.#ready = true;
      if (this.#newest) this.#post({ type: "state", state: this.#newest });
      return;
    }
    this.#handlers.get(message.name)?.(message.body);
  }

  #post(message: HostMessage<C>): void {
    this.#webview.postMessage(message);
  }
}
