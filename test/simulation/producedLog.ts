/** What becomes of a transaction's records. */
export interface SimulatedTransaction {
  fate: "open" | "committed" | "aborted";
}

/** What a partition holds at an offset. */
export interface Produced {
  /** Undefined is a marker of a transaction: nobody is to get it. */
  readonly value: string | undefined;
  readonly isCorrupt: boolean;
  readonly transaction: SimulatedTransaction | undefined;
}

export type Isolation = "read_uncommitted" | "read_committed";

const marker: Produced = { value: undefined, isCorrupt: false, transaction: undefined };

/** A partition as it should be: what was produced, what of it was lost again, and what became of transactions. */
export class ProducedLog {
  readonly #entries: Produced[] = [];
  /** Where batches begin. */
  readonly #starts: bigint[] = [];
  /** Values that were at an offset and are there no longer: who had fetched them may still deliver them. */
  readonly #lost = new Map<number, Set<string>>();

  get end(): bigint {
    return BigInt(this.#entries.length);
  }

  at(offset: bigint): Produced | undefined {
    return this.#entries[Number(offset)];
  }

  /** One batch. */
  append(batch: readonly Produced[]): void {
    this.#starts.push(this.end);
    this.#entries.push(...batch);
  }

  /** Logs are cut between batches. */
  lastStartUpTo(offset: bigint): bigint {
    return this.#starts.findLast((start) => start <= offset) ?? 0n;
  }

  /** The broker has more: markers, as only they are written by itself. */
  fillTo(end: bigint): void {
    while (this.end < end) this.append([marker]);
  }

  /** Everything from `to` on is gone. */
  truncate(to: bigint): void {
    for (const [index, { value }] of this.#entries.entries()) {
      if (BigInt(index) < to || value === undefined) continue;
      const lost = this.#lost.get(index);
      if (lost) lost.add(value);
      else this.#lost.set(index, new Set([value]));
    }
    this.#entries.length = Math.min(this.#entries.length, Number(to));
    while ((this.#starts.at(-1) ?? -1n) >= to) this.#starts.pop();
  }

  wasLost(offset: bigint, value: string): boolean {
    return this.#lost.get(Number(offset))?.has(value) ?? false;
  }
}

/** Whether somebody who reads so is owed it; while a transaction is open nobody knows. */
export function isOwed({ value, transaction }: Produced, isolation: Isolation | "any"): boolean {
  if (value === undefined) return false;
  if (!transaction || transaction.fate === "committed") return true;
  return isolation === "read_uncommitted";
}
