import type { Clock } from "#base/clock.ts";
import { type Disposable, toDisposable } from "#base/lifecycle.ts";
import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";

interface Slot {
  lastAt: number;
  timer: Disposable | undefined;
}

/**
 * Lets one report per partition through at most every `intervalMs`, the first as soon as what changes it is done with
 * it and always the last. Nothing runs while nothing changes.
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
    const timer =
      dueAt > now
        ? this.#clock.schedule(dueAt - now, () => this.flush(key))
        : afterThis(() => this.flush(key));
    this.#slots.set(key, { lastAt: slot?.lastAt ?? now, timer });
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

/** Not at once: what changes a partition may be in the middle of it, its buffer done and its position not. */
function afterThis(run: () => void): Disposable {
  let isOff = false;
  void Promise.resolve().then(() => {
    if (!isOff) run();
  });
  return toDisposable(() => {
    isOff = true;
  });
}
