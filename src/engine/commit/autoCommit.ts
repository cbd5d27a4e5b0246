import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { AutoCommitMode } from "../consumerOptions.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";
import type { Committer } from "./committer.ts";

/** What committing without being asked needs. */
export interface AutoCommitPorts {
  readonly clock: Clock;
  readonly committer: Committer;
  readonly partitions: () => Iterable<AssignedPartition>;
  readonly mode: Exclude<AutoCommitMode, "off">;
  readonly intervalMs: number;
}

/** A commit nobody waits for does not have to be quick, only to end. */
const deadlineMs = 30_000;

/**
 * Commits what polls before the last one returned: who polls again has dealt with what it got before, so nothing is
 * committed that was not processed. `onPoll` does so at a poll, once the interval has passed (Java); `onTimer` at every
 * interval, whether anybody polls or not (franz-go).
 */
export class AutoCommit {
  readonly #ports: AutoCommitPorts;
  #nextAt: number;
  #timer: Disposable | undefined;
  #isClosed = false;

  constructor(ports: AutoCommitPorts) {
    this.#ports = ports;
    this.#nextAt = ports.clock.now() + ports.intervalMs;
    if (ports.mode === "onTimer") this.#schedule();
  }

  /** To be called at the beginning of every poll. */
  onPoll(): void {
    const { clock, partitions, mode, intervalMs } = this.#ports;
    for (const partition of partitions()) promote(partition);
    if (mode !== "onPoll" || clock.now() < this.#nextAt) return;
    if (this.#commit()) this.#nextAt = clock.now() + intervalMs;
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.dispose();
  }

  /** False while the commit before is under way: another could not be sent before it either. */
  #commit(): boolean {
    const { committer } = this.#ports;
    if (committer.hasPending("auto")) return false;
    const offsets = committer.processed();
    if (offsets.length > 0) void committer.submit({ offsets, trigger: "auto", deadlineMs }).result;
    return true;
  }

  #schedule(): void {
    if (this.#isClosed) return;
    this.#timer = this.#ports.clock.schedule(this.#ports.intervalMs, () => {
      this.#commit();
      this.#schedule();
    });
  }
}

/** What was returned counts as processed; what was committed beyond it by hand does not count less for that. */
function promote(partition: AssignedPartition): void {
  const { position, processed } = partition;
  if (position !== undefined && (processed === undefined || processed < position)) {
    partition.processed = position;
  }
}
