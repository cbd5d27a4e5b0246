import type { AssignorSelf } from "#assignors/assignor.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import { type AssignmentChange, assignmentChange, setOf } from "./assignmentChange.ts";
import type { Generation } from "./membership.ts";

/** What a member says of its partitions when it joins. */
export interface Claim {
  readonly owned: readonly TopicPartition[];
  /** The generation it owns them in. */
  readonly ownedIn: number | undefined;
  /** What the last generation assigned, also when it has been given up or lost since: what stickiness goes by. */
  readonly last: AssignorSelf;
}

/** What a classic member has of its group: in which generation, what it claims when it joins, what it has to give up. */
export class Holdings {
  readonly #owned: () => readonly TopicPartition[];
  #synced: Generation | undefined;
  #last: AssignorSelf = { generationId: undefined, assigned: [] };
  /** What a cooperative assignment no longer has. */
  #gone: readonly TopicPartition[] = [];

  /** `owned` is what is being consumed at the moment it is asked. */
  constructor(owned: () => readonly TopicPartition[]) {
    this.#owned = owned;
  }

  get owned(): readonly TopicPartition[] {
    return this.#owned();
  }

  /** The last generation that was synced, while what it assigned is still ours. */
  get synced(): Generation | undefined {
    return this.#synced;
  }

  get claim(): Claim {
    return { owned: this.owned, ownedIn: this.#synced?.generationId, last: this.#last };
  }

  /**
   * What has to go before the assignment of `next` is asked for, and of which generation it was: from cooperative to eager
   * nobody knows that we kept anything.
   */
  unknownTo(
    next: Generation,
  ): { readonly partitions: readonly TopicPartition[]; readonly generationId: number } | undefined {
    const { owned } = this;
    if (owned.length === 0 || !this.#synced || next.rebalanceProtocol === "cooperative") return undefined;
    return { partitions: owned, generationId: this.#synced.generationId };
  }

  /** Takes note of what a generation assigned; gives what changes by that. */
  synchronise(generation: Generation, assigned: readonly TopicPartition[]): AssignmentChange {
    const change = assignmentChange(this.owned, assigned);
    this.#synced = generation;
    this.#last = { generationId: generation.generationId, assigned };
    this.#gone = change.gone;
    return change;
  }

  /**
   * An eager member gives up everything before it joins again; a cooperative one what its assignment no longer has, and
   * what is of topics that are no longer subscribed to: nobody gives that back.
   */
  toGiveUp({ rebalanceProtocol }: Generation, topics: readonly string[]): readonly TopicPartition[] {
    const { owned } = this;
    if (rebalanceProtocol === "eager") return owned;
    const gone = setOf(this.#gone);
    return owned.filter((one) => !topics.includes(one.topic) || gone.has(one));
  }

  /** What had to be given up is. */
  gaveUp(): void {
    this.#gone = [];
  }

  /** None of it is ours any more. */
  lose(): void {
    this.#synced = undefined;
    this.#gone = [];
  }
}
