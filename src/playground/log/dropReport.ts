import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { StoredBatch } from "./storedBatch.ts";

/** The first drops are told soon, those that follow together. */
const soonMs = 1_000;
const againMs = 30_000;

/** Tells in words how much the memory's bound took, so that records that are gone are not missed in vain. */
export class DropReport implements Disposable {
  readonly #clock: Clock;
  readonly #tell: (batches: number, records: number) => void;
  #batches = 0;
  #records = 0;
  #isFirst = true;
  #timer: Disposable | undefined;

  constructor(clock: Clock, tell: (batches: number, records: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  dropped({ header }: StoredBatch): void {
    this.#batches++;
    this.#records += Math.max(0, header.recordCount);
    this.#timer ??= this.#clock.schedule(this.#isFirst ? soonMs : againMs, () => {
      const [batches, records] = [this.#batches, this.#records];
      this.#timer = undefined;
      this.#isFirst = false;
      this.#batches = 0;
      this.#records = 0;
      this.#tell(batches, records);
    });
  }

  dispose(): void {
    this.#timer?.dispose();
  }
}
