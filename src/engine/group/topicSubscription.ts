import { type Clock, sleep } from "#base/clock.ts";
import { parseTopicPattern, type TopicPattern } from "#base/topicPattern.ts";
import type { Cluster } from "#network/cluster.ts";
import type { ClusterMetadata } from "#network/clusterMetadata.ts";

/** What a member subscribes to: topics by name, and those whose names match a pattern. */
export interface TopicChoice {
  readonly topics: readonly string[];
  readonly topicPattern?: string | undefined;
}

const patienceMs = 10_000;
const retryPauseMs = 1_000;

/** How often the cluster is asked for new topics; Java asks every five minutes (metadata.max.age.ms). */
const lookEveryMs = 30_000;

/**
 * The topics a classic member subscribes to at this moment. The broker knows nothing of patterns in the classic
 * protocol: the member matches the names of all topics itself, and joins again when the answer is another one.
 */
export class TopicSubscription {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #named: readonly string[];
  readonly #pattern: TopicPattern | undefined;
  #isKnown: boolean;
  #matched: readonly string[] = [];
  /** What the group was told with the last JoinGroup. */
  #joined: readonly string[] = [];
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** The pattern must be one that can be read: `optionProblem` says so before. */
  constructor(
    { topics, topicPattern }: TopicChoice,
    { cluster, clock }: { readonly cluster: Cluster; readonly clock: Clock },
  ) {
    const pattern = topicPattern === undefined ? undefined : parseTopicPattern(topicPattern);
    this.#cluster = cluster;
    this.#clock = clock;
    this.#named = topics;
    this.#pattern = pattern?.ok ? pattern.value : undefined;
    this.#isKnown = this.#pattern === undefined;
  }

  get topics(): readonly string[] {
    return this.#matched.length === 0 ? this.#named : Array.from(new Set([...this.#named, ...this.#matched]));
  }

  /** What to join with; waits until the names of all topics are known. */
  async forJoin(signal: AbortSignal): Promise<readonly string[]> {
    while (!this.#isKnown) {
      await this.#look(signal).catch(() => sleep(this.#clock, retryPauseMs, signal));
    }
    this.#joined = this.topics;
    return this.#joined;
  }

  /** Why the group has to be joined again, or undefined when the subscription is what it was joined with. */
  changeIn(metadata: ClusterMetadata | undefined): string | undefined {
    if (!this.#pattern || !this.#isKnown || !metadata) return undefined;
    this.#match(metadata);
    const now = this.topics;
    const came = now.filter((topic) => !this.#joined.includes(topic));
    const went = this.#joined.filter((topic) => !now.includes(topic));
    const changes = [
      ...(came.length > 0 ? [`${came.join(", ")} came`] : []),
      ...(went.length > 0 ? [`${went.join(", ")} went`] : []),
    ];
    return changes.length === 0
      ? undefined
      : `of the topics that match ${this.#pattern.text}, ${changes.join(", and ")}`;
  }

  /** Asks for the names of all topics, from time to time; the answer comes as new metadata. */
  lookForTopics(signal: AbortSignal): void {
    if (!this.#pattern || this.#clock.now() < this.#lookedAt + lookEveryMs) return;
    // Without an answer the next time will do.
    this.#look(signal).catch(() => undefined);
  }

  async #look(signal: AbortSignal): Promise<void> {
    this.#lookedAt = this.#clock.now();
    const metadata = await this.#cluster.refreshMetadata({ topics: "all", timeoutMs: patienceMs, signal });
    this.#isKnown = true;
    this.#match(metadata);
  }

  /** Kafka's own topics are subscribed to by name only, as `exclude.internal.topics` has it. */
  #match({ topics }: ClusterMetadata): void {
    this.#matched = Array.from(topics.values())
      .filter(({ topic, isInternal, error }) => {
        const exists = error !== "UNKNOWN_TOPIC_OR_PARTITION";
        return exists && !isInternal && this.#pattern?.matches(topic) === true;
      })
      .map(({ topic }) => topic)
      .sort();
  }
}
