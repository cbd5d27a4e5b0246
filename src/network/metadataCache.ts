import { type Clock, sleep } from "#base/clock.ts";
import { Emitter, type Event } from "#base/events.ts";
import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { ResponseOf } from "#protocol/api.ts";
import type { metadata } from "#protocol/apis/metadata.ts";
import type { ClusterMetadata } from "./clusterMetadata.ts";
import { type LeaderHint, mergeLeaderHint, mergeMetadata } from "./metadataMerge.ts";
import { type WaitLimit, waitWithin } from "./waitLimit.ts";

/** The topics a question is about. */
export type TopicSelection = readonly string[] | "all";

/** How often, and through whom, metadata is asked for. */
export interface MetadataCacheOptions {
  readonly clock: Clock;
  readonly maxAgeMs: number;
  readonly minIntervalMs: number;
  /** Aborts when the client closes. */
  readonly closing: AbortSignal;
  /** Asks a broker, whichever answers. */
  readonly ask: (topics: TopicSelection) => Promise<ResponseOf<typeof metadata>>;
}

/** One question, on its way or waiting for its turn, with those who wait for its answer. */
interface Refresh {
  topics: Set<string> | "all";
  readonly done: Promise<ClusterMetadata>;
}

/**
 * What is known of the cluster. At most one question is on its way; what is asked for meanwhile is gathered into the
 * next, as an answer that was made before someone found a leader gone would not help them.
 */
export class MetadataCache {
  readonly #options: MetadataCacheOptions;
  readonly #changed = new Emitter<ClusterMetadata>();
  readonly onChange: Event<ClusterMetadata> = this.#changed.event;
  /** Topics asked for by name so far: what a refresh without a selection is about. */
  readonly #named = new Set<string>();
  /** When a leader was found to be gone; an answer asked for later brings it back. */
  readonly #forgottenLeaders = new TopicPartitionMap<number>();
  #known: ClusterMetadata | undefined;
  #running: Refresh | undefined;
  #next: Refresh | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(options: MetadataCacheOptions) {
    this.#options = options;
  }

  /** What is known, without any effect. */
  get known(): ClusterMetadata | undefined {
    return this.#known;
  }

  /** What is known; when it is too old, a refresh starts in the background. */
  current(): ClusterMetadata | undefined {
    const { clock, maxAgeMs } = this.#options;
    const isBusy = this.#running !== undefined || this.#next !== undefined;
    // The age counts from the last attempt too: while no broker answers, looking must not cause a flood of questions.
    const since = Math.max(this.#askedAt, this.#known?.requestedAt ?? Number.NEGATIVE_INFINITY);
    if (this.#known !== undefined && !isBusy && clock.now() - since > maxAgeMs) {
      this.#enqueue(undefined).catch(() => {
        // What was known stands; whoever needs it newer asks with `refresh` and is told.
      });
    }
    return this.#known;
  }

  /** Asks, alone or together with others, and gives what is known then. */
  refresh(topics: TopicSelection | undefined, limit: WaitLimit): Promise<ClusterMetadata> {
    if (topics !== undefined && topics !== "all") for (const topic of topics) this.#named.add(topic);
    const what = "asking for metadata";
    return waitWithin(this.#options.clock, this.#enqueue(topics), { what, broker: "", ...limit });
  }

  leaderOf(partition: TopicPartition): number | undefined {
    if (this.#forgottenLeaders.has(partition)) return undefined;
    const topic = this.#known?.topics.get(partition.topic);
    // Partitions are in order and without gaps, save for a broker that hides some.
    const guess = topic?.partitions[partition.partition];
    if (guess?.partition === partition.partition) return guess.leaderId;
    return topic?.partitions.find((candidate) => candidate.partition === partition.partition)?.leaderId;
  }

  forgetLeader(partition: TopicPartition): void {
    this.#forgottenLeaders.set(partition, this.#options.clock.now());
  }

  /** True when the hint was news; what is known is then as if a refresh had told it. */
  learnLeader(partition: TopicPartition, hint: LeaderHint): boolean {
    const known = mergeLeaderHint(this.#known, partition, hint);
    if (known === undefined) return false;
    this.#known = known;
    this.#forgottenLeaders.delete(partition);
    this.#changed.fire(known);
    return true;
  }

  #enqueue(topics: TopicSelection | undefined): Promise<ClusterMetadata> {
    const wanted = topics ?? Array.from(this.#named);
    if (this.#next === undefined) {
      const previous = this.#running?.done.catch(() => undefined);
      const selection: Refresh["topics"] = new Set();
      const done = this.#run(previous);
      this.#next = { topics: selection, done };
      done.catch(() => {});
    }
    if (wanted === "all") this.#next.topics = "all";
    else if (this.#next.topics !== "all") for (const topic of wanted) this.#next.topics.add(topic);
    return this.#next.done;
  }

  async #run(previous: Promise<unknown> | undefined): Promise<ClusterMetadata> {
    const { clock, minIntervalMs, ask, closing } = this.#options;
    // Also without anyone before: what is asked for in the same turn shares one question.
    await previous;
    const waitMs = this.#askedAt + minIntervalMs - clock.now();
    if (waitMs > 0) await sleep(clock, waitMs, closing);
    this.#running = this.#next;
    this.#next = undefined;
    try {
      const requestedAt = clock.now();
      this.#askedAt = requestedAt;
      const selection = this.#running?.topics ?? new Set<string>();
      const topics = selection === "all" ? selection : Array.from(selection);
      const answer = await ask(topics);
      const known = mergeMetadata(this.#known, answer, { topics, requestedAt });
      this.#known = known;
      for (const { name } of answer.topics) if (name !== null) this.#rememberLeaders(name, requestedAt);
      this.#changed.fire(known);
      return known;
    } finally {
      this.#running = undefined;
    }
  }

  #rememberLeaders(topic: string, requestedAt: number): void {
    for (const [partition, forgottenAt] of Array.from(this.#forgottenLeaders.entries())) {
      if (partition.topic === topic && forgottenAt <= requestedAt) this.#forgottenLeaders.delete(partition);
    }
  }
}
