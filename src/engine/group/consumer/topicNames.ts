import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Cluster } from "#network/cluster.ts";

/** What looking for the names of topics needs. */
export interface TopicNamesPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** Asks a broker for the names behind ids. */
  readonly ask: (topicIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Something may be known now that was not. */
  readonly onFound: () => void;
}

const metadataPatienceMs = 10_000;

/**
 * The names behind topic ids. An id that nobody knows yet is looked for again, slower and slower, for as long as it is
 * assigned: the broker that assigned it heard of the topic before the others did (KAFKA-16198).
 */
export class TopicNames {
  readonly #ports: TopicNamesPorts;
  readonly #known = new Map<string, string>();
  #wanted: readonly string[] = [];
  #isAsking = false;
  #failures = 0;
  #timer: Disposable | undefined;
  #isClosed = false;

  constructor(ports: TopicNamesPorts) {
    this.#ports = ports;
  }

  readonly nameOf = (topicId: string): string | undefined => {
    const known = this.#known.get(topicId);
    if (known !== undefined) return known;
    for (const topic of this.#ports.cluster.metadata()?.topics.values() ?? []) {
      if (topic.topicId === topicId) return topic.topic;
    }
    return undefined;
  };

  /** These are assigned and not known; none ends the search. */
  want(topicIds: readonly string[]): void {
    const isNew = topicIds.some((topicId) => !this.#wanted.includes(topicId));
    this.#wanted = topicIds;
    if (topicIds.length === 0) this.#stopWaiting();
    else if (isNew) {
      this.#failures = 0;
      this.#stopWaiting();
      void this.#look();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#wanted = [];
    this.#stopWaiting();
  }

  async #look(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const asked = this.#wanted;
    try {
      const names = await this.#ports.ask(asked);
      for (const [topicId, topic] of names) this.#known.set(topicId, topic);
      // The leaders of its partitions, and how many there are, are asked for by name.
      const topics = Array.from(names.values());
      const timeoutMs = metadataPatienceMs;
      if (topics.length > 0) await this.#ports.cluster.refreshMetadata({ topics, timeoutMs });
    } catch {
      // Without an answer the next time will do.
    } finally {
      this.#isAsking = false;
    }
    if (this.#isClosed) return;
    if (asked.some((topicId) => this.#known.has(topicId))) this.#ports.onFound();
    if (this.#wanted.some((topicId) => !this.#known.has(topicId))) this.#lookLater();
  }

  #lookLater(): void {
    const delayMs = Math.min(5_000, 100 * 2 ** Math.min(this.#failures++, 6));
    this.#stopWaiting();
    this.#timer = this.#ports.clock.schedule(delayMs, () => void this.#look());
  }

  #stopWaiting(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
  }
}
