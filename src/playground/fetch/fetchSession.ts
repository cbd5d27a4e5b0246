import type { ByteParts } from "#base/byteParts.ts";
import type { AbortedTransaction } from "../log/logTransactions.ts";

/** A topic as one Fetch request names it: by name up to version 12, by id from 13 on. */
export interface FetchTopicRef {
  readonly topic: string;
  readonly topicId: string;
}

/** The name of the topic with an id; undefined for an id that nothing has. */
export type NameOfTopic = (topicId: string) => string | undefined;

/** What a client wants of one partition. */
export interface FetchPartition extends FetchTopicRef {
  readonly partition: number;
  readonly fetchOffset: bigint;
  readonly partitionMaxBytes: number;
  readonly currentLeaderEpoch: number;
  readonly lastFetchedEpoch: number;
  /** What the topic of this id was called when the session first heard of it. */
  readonly knownAs?: string | undefined;
}

/** What the broker found for one partition. */
export interface FetchedPartition extends FetchTopicRef {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: bigint;
  readonly lastStableOffset: bigint;
  readonly logStartOffset: bigint;
  readonly divergingEpoch: { readonly epoch: number; readonly endOffset: bigint } | undefined;
  readonly preferredReadReplica: number | undefined;
  /** For a consumer that reads committed only. */
  readonly abortedTransactions: readonly AbortedTransaction[];
  readonly records: ByteParts;
}

interface SessionPartition {
  wanted: FetchPartition;
  /** What the client was told last; undefined until it was told anything. */
  told: { readonly highWatermark: bigint; readonly logStartOffset: bigint } | undefined;
}

/**
 * A fetch session (KIP-227): the broker remembers what a client fetches, requests name only what changed, and responses
 * carry only partitions with news.
 */
export class FetchSession {
  readonly sessionId: number;
  readonly nodeId: number;
  readonly usesTopicIds: boolean;
  /** The epoch the next request must have. */
  #nextEpoch = 1;
  /** In the order in which they are served next. */
  readonly #partitions = new Map<string, SessionPartition>();

  constructor(sessionId: number, owner: { readonly nodeId: number; readonly usesTopicIds: boolean }) {
    this.sessionId = sessionId;
    this.nodeId = owner.nodeId;
    this.usesTopicIds = owner.usesTopicIds;
  }

  get nextEpoch(): number {
    return this.#nextEpoch;
  }

  get size(): number {
    return this.#partitions.size;
  }

  get partitions(): readonly FetchPartition[] {
    return Array.from(this.#partitions.values(), ({ wanted }) => wanted);
  }

  /** Counts one accepted request. */
  advance(): void {
    this.#nextEpoch = this.#nextEpoch === 0x7fffffff ? 1 : this.#nextEpoch + 1;
  }

  /** The session goes on with these; ids that had no name before are looked up again. */
  update(
    wanted: readonly FetchPartition[],
    forgotten: readonly (FetchTopicRef & { readonly partition: number })[],
    nameOf: NameOfTopic,
  ): void {
    for (const partition of forgotten) this.#partitions.delete(this.#keyOf(partition));
    for (const partition of wanted) {
      const known = this.#partitions.get(this.#keyOf(partition));
      const knownAs = known?.wanted.knownAs;
      if (known) known.wanted = { ...partition, knownAs };
      else this.#partitions.set(this.#keyOf(partition), { wanted: partition, told: undefined });
    }
    if (!this.usesTopicIds) return;
    for (const entry of this.#partitions.values()) {
      const knownAs = entry.wanted.knownAs ?? nameOf(entry.wanted.topicId);
      if (knownAs !== entry.wanted.knownAs) entry.wanted = { ...entry.wanted, knownAs };
    }
  }

  /**
   * The part of the answer that is news, remembered as told. Partitions with data go to the end of the order, so
   * that none starves behind a busy one.
   */
  news(found: readonly FetchedPartition[]): readonly FetchedPartition[] {
    return found.filter((partition) => {
      const key = this.#keyOf(partition);
      const known = this.#partitions.get(key);
      if (!known) return true;
      const { highWatermark, logStartOffset } = partition;
      const isNews =
        partition.records.length > 0 ||
        partition.errorCode !== 0 ||
        partition.divergingEpoch !== undefined ||
        partition.preferredReadReplica !== undefined ||
        known.told?.highWatermark !== highWatermark ||
        known.told.logStartOffset !== logStartOffset;
      if (!isNews) return false;
      // An error is told again and again, as long as it lasts.
      known.told = partition.errorCode === 0 ? { highWatermark, logStartOffset } : undefined;
      if (partition.records.length > 0) {
        this.#partitions.delete(key);
        this.#partitions.set(key, known);
      }
      return true;
    });
  }

  #keyOf({ topic, topicId, partition }: FetchTopicRef & { readonly partition: number }): string {
    return `${this.usesTopicIds ? topicId : topic}\n${partition}`;
  }
}
