import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";

/** What is asked of one partition. */
export interface PartitionAsk extends TopicPartition {
  readonly topicId: string | undefined;
  readonly fetchOffset: bigint;
  readonly leaderEpoch: number | undefined;
  /** Of what lies before the offset: the leader compares it with its own log (KIP-595). */
  readonly lastFetchedEpoch?: number | undefined;
  readonly maxBytes: number;
}

/** One request of a fetch session. */
export interface SessionPlan {
  readonly sessionId: number;
  readonly epoch: number;
  /** All partitions in a full request, those that changed in an incremental one. */
  readonly asks: readonly PartitionAsk[];
  readonly forgotten: readonly (TopicPartition & { readonly topicId: string | undefined })[];
}

const noSession = 0;
const fullRequest = 0;
const lastEpoch = 2 ** 31 - 1;

/** Ends a session, instead of an epoch; without a session id: none is wanted. */
export const finalEpoch = -1;

/**
 * A fetch session with one broker (KIP-227): both sides remember what was asked, and only changes are sent. Whatever
 * goes wrong, the next request is a full one that begins a session anew. Without sessions every request is a full one.
 */
export class FetchSession {
  readonly #isWanted: boolean;
  #sessionId = noSession;
  #epoch = fullRequest;
  #asked = new TopicPartitionMap<PartitionAsk>();

  constructor(isWanted: boolean) {
    this.#isWanted = isWanted;
  }

  /** 0 while there is none. */
  get sessionId(): number {
    return this.#sessionId;
  }

  /** The next request, when exactly `wanted` is to be fetched. */
  plan(wanted: readonly PartitionAsk[]): SessionPlan {
    if (!this.#isWanted) return { sessionId: noSession, epoch: finalEpoch, asks: wanted, forgotten: [] };
    const before = this.#asked;
    const isFull = this.#epoch === fullRequest;
    this.#asked = new TopicPartitionMap();
    for (const ask of wanted) this.#asked.set(ask, ask);
    if (isFull) return { sessionId: this.#sessionId, epoch: fullRequest, asks: wanted, forgotten: [] };
    return {
      sessionId: this.#sessionId,
      epoch: this.#epoch,
      asks: wanted.filter((ask) => !isSame(before.get(ask), ask)),
      forgotten: Array.from(before.entries()).flatMap(([key, { topicId }]) =>
        // A topic that was created anew has another id: the session forgets the old one.
        this.#asked.get(key)?.topicId === topicId && this.#asked.has(key) ? [] : [{ ...key, topicId }],
      ),
    };
  }

  /** The answer came: the session goes on, or the broker has none to give (0). */
  answered(sessionId: number): void {
    if (sessionId === noSession || !this.#isWanted) {
      this.reset();
      return;
    }
    this.#sessionId = sessionId;
    this.#epoch = this.#epoch === lastEpoch ? 1 : this.#epoch + 1;
  }

  /** Whether the broker remembers this session is not known any more. */
  reset(): void {
    this.#sessionId = noSession;
    this.#epoch = fullRequest;
    this.#asked = new TopicPartitionMap();
  }
}

function isSame(before: PartitionAsk | undefined, now: PartitionAsk): boolean {
  return (
    before !== undefined &&
    before.fetchOffset === now.fetchOffset &&
    before.maxBytes === now.maxBytes &&
    before.leaderEpoch === now.leaderEpoch &&
    before.lastFetchedEpoch === now.lastFetchedEpoch &&
    before.topicId === now.topicId
  );
}
