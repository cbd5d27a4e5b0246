import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { AssignedPartition } from "./assignedPartition.ts";
import { endTimestamp, lookUpOffsets, type OffsetLookup } from "./offsetLookup.ts";

/** What looking after the ends of logs needs of the consumer it belongs to. */
export interface EndWatcherPorts {
  readonly clock: Clock;
  readonly offsets: OffsetLookup;
  readonly partitions: () => Iterable<AssignedPartition>;
  readonly isCurrent: (partition: AssignedPartition) => boolean;
  readonly onChange: (partition: AssignedPartition) => void;
}

const intervalMs = 1_000;
/** Longer than a fetch is held back: whoever was not asked for since is not being fetched. */
const staleMs = 1_500;

/**
 * Learns where the log ends of partitions that are not being fetched, because they are paused or the buffer is full:
 * what arrives for them would otherwise stay unseen.
 */
export class EndWatcher {
  readonly #ports: EndWatcherPorts;
  readonly #closed = new AbortController();
  #timer: Disposable | undefined;

  constructor(ports: EndWatcherPorts) {
    this.#ports = ports;
  }

  start(): void {
    if (this.#closed.signal.aborted) return;
    this.#timer = this.#ports.clock.schedule(intervalMs, () => void this.#look());
  }

  close(): void {
    this.#closed.abort();
    this.#timer?.dispose();
  }

  async #look(): Promise<void> {
    const { clock, partitions, offsets } = this.#ports;
    const staleAt = clock.now() - staleMs;
    const unseen = Array.from(partitions()).filter(
      ({ position, lastAskedAt }) => position !== undefined && (lastAskedAt ?? 0) < staleAt,
    );
    if (unseen.length > 0) {
      const askedBefore = new Map(unseen.map((partition) => [partition, partition.lastAskedAt]));
      const answers = await lookUpOffsets(offsets, unseen, endTimestamp, this.#closed.signal);
      for (const [partition, lastAskedAt] of askedBefore) {
        const answer = answers.get(partition);
        // Without an answer the next time will do.
        if (!answer?.ok || answer.offset === undefined) continue;
        // An answer to a fetch may have overtaken this one; without a fetch, the log itself lost its end.
        this.#note(partition, answer.offset, { mayShrink: partition.lastAskedAt === lastAskedAt });
      }
    }
    this.start();
  }

  #note(partition: AssignedPartition, end: bigint, { mayShrink }: { readonly mayShrink: boolean }): void {
    const which = this.#ports.offsets.isolation === "read_committed" ? "lastStableOffset" : "highWatermark";
    const known = partition.ends[which];
    if (!this.#ports.isCurrent(partition) || known === end) return;
    if (known !== undefined && known > end && !mayShrink) return;
    partition.ends = { ...partition.ends, [which]: end };
    this.#ports.onChange(partition);
  }
}
