import type { GroupEffect, JoinAnswer, SyncAnswer } from "./classicGroup.ts";

/** Requests that wait until their group has everybody, or its leader's assignment: each by a token of its own. */
export class PendingAnswers {
  readonly #joins = new Map<number, (answer: JoinAnswer) => void>();
  readonly #syncs = new Map<number, (answer: SyncAnswer) => void>();
  #nextToken = 1;

  join(): { readonly token: number; readonly answer: Promise<JoinAnswer> } {
    return this.#wait(this.#joins);
  }

  sync(): { readonly token: number; readonly answer: Promise<SyncAnswer> } {
    return this.#wait(this.#syncs);
  }

  /** Answers the request that the effect is about, if it is about one. */
  settle(effect: GroupEffect): void {
    if (effect.type === "joinAnswered") {
      this.#joins.get(effect.token)?.(effect.answer);
      this.#joins.delete(effect.token);
    } else if (effect.type === "syncAnswered") {
      this.#syncs.get(effect.token)?.(effect.answer);
      this.#syncs.delete(effect.token);
    }
  }

  /** Those that wait are never answered. */
  clear(): void {
    this.#joins.clear();
    this.#syncs.clear();
  }

  #wait<Answer>(waiting: Map<number, (answer: Answer) => void>) {
    const token = this.#nextToken++;
    const answer = new Promise<Answer>((resolve) => waiting.set(token, resolve));
    return { token, answer };
  }
}
