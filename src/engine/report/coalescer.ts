import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";

interface Slot {
  lastAt: number;
  timer: Disposable | undefined;
}

/**
 * Lets one report per partition through at most every `intervalMs`, the first at once and always the last. Nothing
 * runs while nothing changes.
 */
export class Coalescer {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #emit: (key: TopicPartition) => void;
  readonly #slots = new TopicPartitionMap<Slot>();

  constructor(clock: Clock, intervalMs: number, emit: (key: TopicPartition) => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#emit = emit;
  }

  /** Something about the partition changed. */
  mark(key: TopicPartition): void {
    const slot = this.#slots.get(key);
    if (slot?.timer) return;
    const now = this.#clock.now();
    const dueAt = slot ? slot.lastAt + this.#intervalMs : now;
    if (dueAt <= now) this.flush(key);
    else if (slot) slot.timer = this.#clock.schedule(dueAt - now, () => this.flush(key));
  }

  /** Reports now, and calls off what was to come. */
  flush(key: TopicPartition): void {
    const slot = this.#slots.get(key);
    slot?.timer?.dispose();
    this.#slots.set(key, { lastAt: this.#clock.now(), timer: undefined });
    this.#emit(key);
  }

  /** Forgets the partition, without another report. */
  drop(key: TopicPartition): void {
    this.#slots.get(key)?.timer?.dispose();
    this.#slots.delete(key);
  }
}
