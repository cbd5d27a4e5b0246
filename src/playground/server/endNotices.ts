import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import { visibleText } from "#base/visibleText.ts";
import type { ConnectionEnd } from "./clientConnection.ts";

/** How long what was said once is not said again, in milliseconds. */
const quietMs = 10_000;
/** A flood of different reasons says no more than so many of them in that time. */
const mostReasons = 5;

/**
 * Says in words which connections the playground itself ended, and why: a client that speaks HTTP, or a version that is
 * not served, sees nothing but an end. What is said again and again is counted.
 */
export class EndNotices implements Disposable {
  readonly #clock: Clock;
  readonly #say: (text: string) => void;
  readonly #said = new Set<string>();
  #unsaid = 0;
  #quiet: Disposable | undefined;

  constructor(clock: Clock, say: (text: string) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  ended({ cause, reason, remote, nodeId, clientId }: ConnectionEnd): void {
    if (cause !== "refused") return;
    if (this.#said.has(reason) || this.#said.size >= mostReasons) {
      this.#unsaid++;
      return;
    }
    this.#said.add(reason);
    this.#quiet ??= this.#clock.schedule(quietMs, () => this.#endQuiet());
    const who = clientId === undefined || clientId === "" ? remote : `${clientId} (${remote})`;
    // A name that ends the line, or steers a terminal, must not write what we did not.
    this.#say(visibleText(`the connection of ${who} to node ${nodeId} was ended: ${reason}`));
  }

  dispose(): void {
    this.#quiet?.dispose();
  }

  #endQuiet(): void {
    this.#quiet = undefined;
    if (this.#unsaid > 0)
      this.#say(`${this.#unsaid} more connections were ended in the last ${quietMs / 1_000} s`);
    this.#said.clear();
    this.#unsaid = 0;
  }
}
