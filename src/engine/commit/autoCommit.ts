import type { Clock } from "#base/clock.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";
import type { Committer } from "./committer.ts";

/** What committing without being asked needs. */
export interface AutoCommitPorts {
  readonly clock: Clock;
  readonly committer: Committer;
  readonly partitions: () => Iterable<AssignedPartition>;
  readonly intervalMs: number;
}

/** A commit nobody waits for does not have to be quick, only to end. */
const deadlineMs = 30_000;

/**
 * Commits at a poll what earlier polls returned, once the interval has passed: who polls again has dealt with what it
 * got before, so nothing is committed that was not processed (Java's and franz-go's default).
 */
export class AutoCommit {
  readonly #ports: AutoCommitPorts;
  #nextAt: number;

  constructor(ports: AutoCommitPorts) {
    this.#ports = ports;
    this.#nextAt = ports.clock.now() + ports.intervalMs;
  }

  /** To be called at the beginning of every poll. */
  onPoll(): void {
    const { clock, committer, partitions, intervalMs } = this.#ports;
    for (const partition of partitions()) partition.processed = partition.position;
    if (clock.now() < this.#nextAt || committer.hasPending("auto")) return;
    this.#nextAt = clock.now() + intervalMs;
    const offsets = committer.processed();
    if (offsets.length > 0) void committer.submit({ offsets, trigger: "auto", deadlineMs }).result;
  }

  /** Before partitions go. Settles by `limitMs`, whatever becomes of the commit. */
  async beforeRevoke(limitMs: number): Promise<void> {
    const offsets = this.#ports.committer.processed();
    if (offsets.length === 0) return;
    await this.#ports.committer.submit({ offsets, trigger: "revoke", deadlineMs: limitMs }).result;
  }
}
