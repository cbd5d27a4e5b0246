import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Random } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { Observe } from "#trace/observation.ts";
import type { BatchEdit } from "./faults/corruptBatch.ts";
import { FaultTable } from "./faults/faultTable.ts";
import { FetchSessions } from "./fetch/fetchSessions.ts";
import { GroupCoordinator } from "./group/groupCoordinator.ts";
import { GroupReporter } from "./group/groupReporter.ts";
import { LogMemory } from "./log/logMemory.ts";
import type { PartitionLog, StoredBatch } from "./log/partitionLog.ts";
import { type Topic, TopicStore, topicIdFrom } from "./log/topicStore.ts";
import { placeOf } from "./placement.ts";
import type { PlaygroundSettings } from "./settings.ts";

/** One node as clients see it. */
export interface BrokerNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** What the broker needs of its surroundings. */
export interface BrokerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly observe: Observe;
}

/**
 * What all nodes of a playground share: topics, groups, producers and faults. The nodes differ only in which partitions
 * they lead and which groups they coordinate.
 */
export class Broker implements Disposable {
  readonly clock: Clock;
  readonly random: Random;
  readonly observe: Observe;
  readonly settings: PlaygroundSettings;
  readonly nodes: readonly BrokerNode[];
  readonly kafkaClusterId: string;
  readonly topics: TopicStore;
  readonly groups: GroupCoordinator;
  readonly faults: FaultTable;
  readonly fetchSessions: FetchSessions;
  readonly memory: LogMemory;
  readonly #reporter: GroupReporter;
  readonly #trimmed = new Set<PartitionLog>();
  #trimReport: Disposable | undefined;
  #nextProducerId = 0n;
  #nextRequest = 1;

  constructor(deps: BrokerDeps, settings: PlaygroundSettings, nodes: readonly BrokerNode[]) {
    this.clock = deps.clock;
    this.random = deps.random;
    this.observe = deps.observe;
    this.settings = settings;
    this.nodes = nodes;
    this.kafkaClusterId = topicIdFrom(deps.random);
    this.topics = new TopicStore(deps.random);
    this.memory = new LogMemory(settings.maxLogBytes);
    this.faults = new FaultTable({ clock: deps.clock, observe: deps.observe });
    this.fetchSessions = new FetchSessions({
      random: deps.random,
      maxSessions: settings.maxFetchSessions,
      maxPartitions: settings.maxPartitions,
    });
    this.#reporter = new GroupReporter({
      clock: deps.clock,
      observe: deps.observe,
      coordinatorOf: (groupId) => {
        const { host, port } = this.coordinatorOf(groupId);
        return `${host}:${port}`;
      },
    });
    this.groups = new GroupCoordinator({
      clock: deps.clock,
      settings: settings.groups,
      reporter: this.#reporter,
      maxGroups: settings.maxGroups,
    });
  }

  get controller(): BrokerNode {
    return this.#nodeAt(0);
  }

  leaderOf({ topic, partition }: TopicPartition): BrokerNode {
    return this.#nodeAt(placeOf(topic, this.nodes.length) + partition);
  }

  /** Leader first; the others follow it round. */
  replicasOf(id: TopicPartition, replicationFactor: number): readonly number[] {
    const first = placeOf(id.topic, this.nodes.length) + id.partition;
    return Array.from({ length: replicationFactor }, (_, index) => this.#nodeAt(first + index).nodeId);
  }

  coordinatorOf(groupId: string): BrokerNode {
    return this.#nodeAt(placeOf(groupId, this.nodes.length));
  }

  nextProducerId(): bigint {
    return this.#nextProducerId++;
  }

  /** Numbers requests, over all nodes. */
  nextRequestNumber(): number {
    return this.#nextRequest++;
  }

  /** Appends a validated batch; the oldest ones anywhere go when the memory is used up. */
  append(log: PartitionLog, produced: Uint8Array, edit?: BatchEdit): StoredBatch {
    const batch = log.append(produced, edit);
    log.producers.appended(batch.header);
    for (const dropped of this.memory.appended(log, batch)) this.#trimmed.add(dropped.log);
    if (this.#trimmed.size > 0) this.#reportTrimmedSoon();
    return batch;
  }

  deleteTopic(topic: Topic): void {
    this.topics.delete(topic);
    for (const log of topic.partitions) {
      this.memory.removed(log);
      this.#trimmed.delete(log);
      log.dispose();
    }
    this.groups.topicDeleted(topic.name);
  }

  dispose(): void {
    this.faults.dispose();
    this.groups.dispose();
    this.#reporter.dispose();
    this.#trimReport?.dispose();
  }

  /** Dropping records is never silent: the new start offsets are reported, at most once a second. */
  #reportTrimmedSoon(): void {
    this.#trimReport ??= this.clock.schedule(1_000, () => {
      this.#trimReport = undefined;
      const offsets = Array.from(this.#trimmed, (log) => ({
        ...log.id,
        logStartOffset: log.logStartOffset,
        highWatermark: log.highWatermark,
      }));
      this.#trimmed.clear();
      this.observe({ type: "cluster.offsets", requestedAt: this.clock.now(), offsets });
    });
  }

  #nodeAt(index: number): BrokerNode {
    const node = this.nodes[index % this.nodes.length];
    if (node === undefined) throw new RangeError("a playground has at least one node");
    return node;
  }
}
