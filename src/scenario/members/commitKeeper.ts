import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { CommitHabit } from "./memberScript.ts";

/** Where a member stands in a partition: a record, or the next one to consume. */
export interface Progress extends TopicPartition {
  readonly offset: bigint;
}

/** What to commit: every position, or these. */
export type DueCommit = "positions" | readonly Progress[];

/** Decides what a member commits, and when, as its habit is. */
export class CommitKeeper {
  readonly #habit: CommitHabit;
  /** Not committed yet, oldest first; each is committed once, so that nothing stale is kept of partitions that went. */
  #consumed: { readonly at: number; readonly record: Progress }[] = [];
  #askedAt: number;
  #commits = 0;

  constructor(habit: CommitHabit, now: number) {
    this.#habit = habit;
    this.#askedAt = now;
  }

  consumed(records: readonly Progress[], now: number): void {
    const ends = new TopicPartitionMap<Progress>();
    for (const { topic, partition, offset } of records)
      ends.set({ topic, partition }, { topic, partition, offset });
    for (const record of ends.values()) this.#consumed.push({ at: now, record });
  }

  /** What is to be committed now; undefined when nothing is. */
  due(now: number): DueCommit | undefined {
    if (now - this.#askedAt < this.#habit.everyMs) return undefined;
    this.#askedAt = now;
    const offsets = this.#take(this.#habit.how === "late" ? now - this.#habit.behindMs : now);
    if (offsets.length === 0) return undefined;
    this.#commits++;
    switch (this.#habit.how) {
      case "steady":
        return "positions";
      case "late":
        return offsets;
      case "backwards":
        return this.#commits % this.#habit.nth === 0 ? before(offsets, BigInt(this.#habit.records)) : offsets;
    }
  }

  #take(until: number): readonly Progress[] {
    const next = new TopicPartitionMap<Progress>();
    const taken = this.#consumed.filter(({ at }) => at <= until);
    this.#consumed = this.#consumed.slice(taken.length);
    for (const { record } of taken) next.set(record, { ...record, offset: record.offset + 1n });
    return Array.from(next.values());
  }
}

function before(offsets: readonly Progress[], records: bigint): readonly Progress[] {
  return offsets.map((each) => ({ ...each, offset: each.offset > records ? each.offset - records : 0n }));
}
