import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import type { Observe } from "#trace/observation.ts";
import { fetchCommittedOffsets } from "./groups/committedOffsets.ts";
import { describeGroup } from "./groups/describeGroup.ts";
import { type ListedGroup, listAllGroups } from "./groups/listGroups.ts";
import { inTurn } from "./inTurn.ts";
import { listLogOffsets } from "./logOffsets.ts";
import { errorCodeOf, reasonOf } from "./reason.ts";

/** How many groups are asked for at once, so that thousands of groups do not flood a broker. */
const GROUPS_AT_ONCE = 8;

/** Whom an observer asks, how often, and whom it tells. */
export interface ObserverOptions {
  readonly client: Cluster;
  readonly clock: Clock;
  readonly observe: Observe;
  /** Between the end of one refresh and the start of the next. */
  readonly intervalMs: number;
}

/**
 * Asks a cluster, again and again while somebody looks, what its topics and groups are, and reports what it says.
 * A part that fails is reported as failed, with its reason; the rest of the refresh goes on.
 */
export class ClusterObserver implements Disposable {
  readonly #options: ObserverOptions;
  #intervalMs: number;
  #watching = false;
  #timer: Disposable | undefined;
  #running: Promise<void> | undefined;
  readonly #stopped = new AbortController();

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#intervalMs = options.intervalMs;
  }

  /** Refreshes now and then on the interval, until told otherwise; called when the tree is shown or hidden. */
  setWatching(watching: boolean): void {
    if (this.#watching === watching || this.#stopped.signal.aborted) return;
    this.#watching = watching;
    if (watching) void this.refresh();
    else this.#timer?.dispose();
  }

  setIntervalMs(intervalMs: number): void {
    this.#intervalMs = intervalMs;
  }

  /** Asks everything once; whoever calls while a refresh runs gets that one. Never rejects. */
  refresh(): Promise<void> {
    if (this.#stopped.signal.aborted) return Promise.resolve();
    this.#timer?.dispose();
    this.#running ??= this.#refreshOnce(this.#stopped.signal)
      .catch(() => undefined) // Every part reports its own failure; what is left is our own disposal.
      .finally(() => {
        this.#running = undefined;
        if (this.#watching) {
          this.#timer = this.#options.clock.schedule(this.#intervalMs, () => void this.refresh());
        }
      });
    return this.#running;
  }

  dispose(): void {
    this.#watching = false;
    this.#timer?.dispose();
    this.#stopped.abort();
  }

  async #refreshOnce(signal: AbortSignal): Promise<void> {
    const partitions = await this.#refreshTopics(signal);
    if (partitions === undefined) return;
    const groups = await this.#refreshGroups(signal);
    await Promise.all([
      this.#refreshLogOffsets(partitions, signal),
      inTurn(groups, GROUPS_AT_ONCE, (group) => this.#refreshGroup(group, signal)),
    ]);
  }

  /** The partitions of all topics, or undefined when the cluster could not say. */
  async #refreshTopics(signal: AbortSignal): Promise<readonly TopicPartition[] | undefined> {
    const { client, clock, observe } = this.#options;
    const requestedAt = clock.now();
    try {
      const metadata = await client.refreshMetadata({ topics: "all", signal });
      const topics = Array.from(metadata.topics.values());
      observe({ type: "cluster.topics", requestedAt, topics });
      return topics.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition }) => ({ topic, partition })),
      );
    } catch (error) {
      signal.throwIfAborted();
      observe({ type: "cluster.failed", what: "topics", message: reasonOf(error), requestedAt });
      return undefined;
    }
  }

  async #refreshGroups(signal: AbortSignal): Promise<readonly ListedGroup[]> {
    const { client, clock, observe } = this.#options;
    const requestedAt = clock.now();
    const { groups, missing } = await listAllGroups(client, signal);
    observe({
      type: "group.listed",
      requestedAt,
      groups: groups.map(({ groupId, groupType, state, protocolType }) => ({
        groupId,
        groupType,
        state,
        protocolType,
      })),
      missing,
    });
    return groups;
  }

  async #refreshGroup(group: ListedGroup, signal: AbortSignal): Promise<void> {
    const { client, clock, observe } = this.#options;
    const { groupId } = group;
    const requestedAt = clock.now();
    const failed = (what: "describe" | "offsets") => (error: unknown) => {
      signal.throwIfAborted();
      const errorCode = errorCodeOf(error);
      observe({ type: "group.failed", groupId, what, errorCode, message: reasonOf(error), requestedAt });
    };
    const described = describeGroup(client, group, signal).then(
      (description) => observe({ type: "group.described", ...description, requestedAt }),
      failed("describe"),
    );
    // Share groups have no committed offsets, and OffsetFetch refuses them.
    const offsets =
      group.groupType === "share"
        ? undefined
        : fetchCommittedOffsets(client, group, signal).then(
            (committed) => observe({ type: "group.offsets", groupId, offsets: committed, requestedAt }),
            failed("offsets"),
          );
    await Promise.all([described, offsets]);
  }

  async #refreshLogOffsets(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    const { client, clock, observe } = this.#options;
    const requestedAt = clock.now();
    const offsets = await listLogOffsets(client, partitions, signal);
    observe({ type: "cluster.offsets", requestedAt, offsets });
  }
}
