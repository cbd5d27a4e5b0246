/** Where a leader epoch began. */
export interface EpochStart {
  readonly epoch: number;
  readonly startOffset: bigint;
}

/** An epoch and the offset behind its last record. */
export interface EpochEnd {
  readonly epoch: number;
  readonly endOffset: bigint;
}

/**
 * Which leader epoch wrote which part of a log (KIP-101): what Kafka keeps in `leader-epoch-checkpoint`. Epochs and
 * start offsets both rise; an epoch in which nothing was written gives way to the next.
 */
export class EpochCache {
  #entries: readonly EpochStart[] = [{ epoch: 0, startOffset: 0n }];

  get latest(): number {
    return this.#entries.at(-1)?.epoch ?? 0;
  }

  /** Where the latest epoch began. */
  get latestStart(): bigint {
    return this.#entries.at(-1)?.startOffset ?? 0n;
  }

  /** All that are known, in order. */
  get all(): readonly EpochStart[] {
    return this.#entries;
  }

  /** As they were before. */
  restore(entries: readonly EpochStart[]): void {
    if (entries.length > 0) this.#entries = entries;
  }

  /** A leader of this epoch begins to write at this offset. */
  begin(epoch: number, startOffset: bigint): void {
    if (epoch <= this.latest) return;
    const before = this.#entries.filter((entry) => entry.startOffset < startOffset);
    this.#entries = [...before, { epoch, startOffset }];
  }

  /** The epoch that wrote at this offset; before the first one that is known, that one. */
  at(offset: bigint): number {
    const entry = this.#entries.findLast(({ startOffset }) => startOffset <= offset);
    return entry?.epoch ?? this.#entries[0]?.epoch ?? 0;
  }

  /**
   * The newest epoch that is not above the one asked for, and where it ends; a log that begins after it says where it
   * begins itself. Undefined for an epoch above all that are known, and for -1, which is none.
   */
  endOf(epoch: number, logEndOffset: bigint): EpochEnd | undefined {
    if (epoch < 0) return undefined;
    if (epoch === this.latest) return { epoch, endOffset: logEndOffset };
    const next = this.#entries.find((entry) => entry.epoch > epoch);
    if (next === undefined) return undefined;
    const held = this.#entries.findLast((entry) => entry.epoch <= epoch);
    return { epoch: held?.epoch ?? epoch, endOffset: next.startOffset };
  }

  /** The log was cut off: epochs that began there or later never were. */
  truncate(logEndOffset: bigint): void {
    const kept = this.#entries.filter((entry) => entry.startOffset < logEndOffset);
    this.#entries = kept.length > 0 ? kept : this.#entries.slice(0, 1);
  }

  /** The log begins later now: epochs that ended before are forgotten. */
  startAt(logStartOffset: bigint): void {
    const first = this.#entries.findLastIndex((entry) => entry.startOffset <= logStartOffset);
    const [held, ...later] = this.#entries.slice(Math.max(0, first));
    if (first < 0 || held === undefined) return;
    this.#entries = [{ epoch: held.epoch, startOffset: logStartOffset }, ...later];
  }
}
