import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";

/** From when on, and until when at least, a partition has been this member's. */
interface Tenure {
  readonly since: number;
  readonly last: number;
}

/**
 * Since which generation each partition has been this member's without a break: a commit that was asked for then, or
 * later, cannot set anybody else back. An eager member gives everything up between two generations; what comes back in
 * the very next one, nobody else can have had. KIP-848 hands partitions on within an epoch, so there it counts as new.
 */
export class Ownership {
  #tenures = new TopicPartitionMap<Tenure>();
  readonly #isKeptAcross: () => boolean;

  /** Asked at every generation: a member may fall back from one protocol to the other. */
  constructor(options: { readonly isKeptAcross: () => boolean }) {
    this.#isKeptAcross = options.isKeptAcross;
  }

  /** A generation begins with these: `added` are new in it, the others were kept all along. */
  begins(owned: readonly TopicPartition[], added: readonly TopicPartition[], generationId: number): void {
    const isKeptAcross = this.#isKeptAcross();
    const isNew = new TopicPartitionMap<true>();
    for (const key of added) isNew.set(key, true);
    const tenures = new TopicPartitionMap<Tenure>();
    for (const key of owned) {
      const before = this.#tenures.get(key);
      const isUnbroken = !isNew.has(key) || (isKeptAcross && before?.last === generationId - 1);
      const since = isUnbroken && before !== undefined ? before.since : generationId;
      tenures.set(key, { since, last: generationId });
    }
    this.#tenures = tenures;
  }

  /** Nothing that was asked for until now may be committed any more. */
  lost(): void {
    this.#tenures = new TopicPartitionMap();
  }

  /** Undefined for what is not this member's. */
  since(key: TopicPartition): number | undefined {
    return this.#tenures.get(key)?.since;
  }
}
