import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import { forkRandom, type Random } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { Observe } from "#trace/observation.ts";
import type { BrokerTrouble } from "#trace/observations/broker.ts";
import { type BrokerNode, ClusterNodes } from "./cluster/clusterNodes.ts";
import { Coordinators } from "./cluster/coordinators.ts";
import { Leadership } from "./cluster/leadership.ts";
import { NodeClocks } from "./cluster/nodeClocks.ts";
import { type ReplicaView, replicaView } from "./cluster/replicaView.ts";
import { DroppedRecords } from "./droppedRecords.ts";
import { FaultTable } from "./faults/faultTable.ts";
import { FetchSessions } from "./fetch/fetchSessions.ts";
import { stateOf } from "./group/consumer/consumerGroup.ts";
import { GroupCoordinator } from "./group/groupCoordinator.ts";
import { GroupReporter } from "./group/groupReporter.ts";
import { SubscriptionReader } from "./group/subscriptionReader.ts";
import { DeliveryMonitor } from "./invariants/deliveryMonitor.ts";
import { InvariantMonitor } from "./invariants/invariantMonitor.ts";
import { ownersIn } from "./invariants/owners.ts";
import { DropReport } from "./log/dropReport.ts";
import { Housekeeping } from "./log/housekeeping.ts";
import { type Dropped, LogMemory } from "./log/logMemory.ts";
import { markerBatch } from "./log/markerBatch.ts";
import type { AppendOptions, PartitionLog } from "./log/partitionLog.ts";
import type { TransactionMarker } from "./log/producerStates.ts";
import { RequestMemory } from "./log/requestMemory.ts";
import type { StoredBatch } from "./log/storedBatch.ts";
import { type Topic, TopicStore, topicIdFrom } from "./log/topicStore.ts";
import { ProducerIds } from "./producerIds.ts";
import type { RequestTap } from "./server/requestTap.ts";
import { SaslUsers } from "./server/saslUsers.ts";
import type { PlaygroundSettings } from "./settings.ts";
import { ClientTelemetry } from "./telemetry/clientTelemetry.ts";
import { HangingTransactions } from "./transactions/hangingTransactions.ts";
import { offsetsPartitionOf, offsetsTopic } from "./transactions/offsetsPartition.ts";
import { TransactionCoordinator } from "./transactions/transactionCoordinator.ts";
import { transactionReport } from "./transactions/transactionReport.ts";

/** What the broker needs of its surroundings. */
export interface BrokerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly observe: Observe;
  /** A new one when undefined. */
  readonly kafkaClusterId?: string | undefined;
  readonly requestTap?: RequestTap | undefined;
}

/**
 * What all nodes of a playground share: topics, groups, producers and faults. The nodes differ only in which partitions
 * they lead and which groups they coordinate.
 */
export class Broker implements Disposable {
  readonly clock: Clock;
  readonly random: Random;
  readonly observe: Observe;
  /** Wants to know of all requests of clients; undefined when nobody does. */
  readonly requestTap: RequestTap | undefined;
  readonly settings: PlaygroundSettings;
  readonly cluster: ClusterNodes;
  readonly leadership: Leadership;
  readonly groupCoordinators: Coordinators;
  readonly transactionCoordinators: Coordinators;
  readonly kafkaClusterId: string;
  readonly topics: TopicStore;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  /** Those that no coordinator knows. */
  readonly hanging: HangingTransactions;
  readonly invariants: InvariantMonitor;
  readonly deliveries: DeliveryMonitor;
  readonly telemetry: ClientTelemetry;
  readonly faults: FaultTable;
  readonly fetchSessions: FetchSessions;
  readonly memory: LogMemory;
  readonly requestMemory: RequestMemory;
  /** Who may sign in; undefined when nobody has to. */
  readonly saslUsers: SaslUsers | undefined;
  readonly housekeeping: Housekeeping;
  readonly nodeClocks: NodeClocks;
  readonly producerIds = new ProducerIds();
  readonly #reporter: GroupReporter;
  readonly #trimmed = new Set<PartitionLog>();
  #trimReport: Disposable | undefined;
  readonly #drops: DropReport;
  readonly #dropped = new DroppedRecords();
  #nextRequest = 1;

  constructor(deps: BrokerDeps, settings: PlaygroundSettings, nodes: readonly BrokerNode[]) {
    // First, so that it depends on nothing but the seed.
    const faultRandom = forkRandom(deps.random);
    this.clock = deps.clock;
    this.random = deps.random;
    this.observe = deps.observe;
    this.requestTap = deps.requestTap;
    this.settings = settings;
    this.cluster = new ClusterNodes(nodes);
    this.nodeClocks = new NodeClocks(deps.clock);
    this.leadership = new Leadership(this.cluster);
    this.groupCoordinators = new Coordinators(this.cluster, deps.clock);
    this.transactionCoordinators = new Coordinators(this.cluster, deps.clock);
    this.kafkaClusterId = deps.kafkaClusterId ?? topicIdFrom(deps.random);
    this.topics = new TopicStore(deps.random);
    this.saslUsers = settings.sasl && new SaslUsers(settings.sasl, deps.random, settings.kafkaVersion);
    this.memory = new LogMemory(settings.maxLogBytes);
    this.requestMemory = new RequestMemory(settings.maxLogBytes);
    this.#drops = new DropReport(deps.clock, (batches, records) => this.#reportDropped(batches, records));
    this.housekeeping = new Housekeeping({
      clock: deps.clock,
      topics: this.topics,
      memory: this.memory,
      intervalMs: settings.housekeepingIntervalMs,
      nowOf: (log) => this.leaderNow(log),
      moved: (logs) => this.reportOffsets(logs),
    });
    this.faults = new FaultTable({
      clock: deps.clock,
      random: faultRandom,
      observe: deps.observe,
      groupState: (groupId) => {
        const group = this.groups.group(groupId);
        return group?.type === "consumer" ? stateOf(group) : group?.phase.state;
      },
    });
    this.fetchSessions = new FetchSessions({
      random: deps.random,
      maxSessions: settings.maxFetchSessions,
      maxPartitions: settings.maxPartitions,
    });
    this.telemetry = new ClientTelemetry(deps.random);
    this.#reporter = new GroupReporter({
      clock: deps.clock,
      observe: deps.observe,
      coordinatorOf: (groupId) => {
        const node = this.coordinatorOf(groupId);
        return node && `${node.host}:${node.port}`;
      },
      topics: this.topics,
    });
    this.deliveries = new DeliveryMonitor(deps.observe);
    const reader = new SubscriptionReader();
    this.invariants = new InvariantMonitor({
      observe: deps.observe,
      ownersIn: (group) => ownersIn(group, reader, this.topics),
    });
    this.groups = new GroupCoordinator({
      monitor: this.invariants,
      clock: deps.clock,
      hasCoordinator: (groupId) => this.coordinatorOf(groupId) !== undefined,
      settings: settings.groups,
      consumerSettings: settings.consumerGroups,
      topics: this.topics,
      reporter: this.#reporter,
      maxGroups: settings.maxGroups,
    });
    this.transactions = new TransactionCoordinator({
      clock: deps.clock,
      settings: settings.transactions,
      hasCoordinator: (transactionalId) => this.transactionCoordinatorOf(transactionalId) !== undefined,
      newProducerId: () => this.nextProducerId(),
      writeMarker: (partition, marker) => this.writeMarker(partition, marker),
      report: (transaction, reason) => deps.observe(transactionReport(transaction, reason)),
    });
    this.hanging = new HangingTransactions(
      deps.observe,
      (log) => this.topics.log(log.id.topic, log.id.partition) === log,
    );
    this.leadership.onChanged(() => this.transactions.retryMarkers());
  }

  /** The nodes that are up. */
  get nodes(): readonly BrokerNode[] {
    return this.cluster.up;
  }

  /** Undefined while no node is up. */
  get controller(): BrokerNode | undefined {
    return this.nodes[0];
  }

  /** Undefined while nobody leads the partition. */
  leaderOf({ topic: name, partition }: TopicPartition): BrokerNode | undefined {
    const topic = this.topics.byName(name);
    const log = topic?.partitions[partition];
    return topic && log && this.cluster.reachable(this.leadership.of(topic, log).leaderId);
  }

  /** The partition's log as a node has it; undefined when it has none. */
  replicaOn(nodeId: number, topic: Topic, log: PartitionLog): ReplicaView | undefined {
    const { replicas, leaderId, leaderEpoch } = this.leadership.of(topic, log);
    if (!replicas.includes(nodeId)) return undefined;
    const lag = this.leadership.lagOf(topic, log, nodeId);
    return replicaView(log, { isLeader: leaderId === nodeId, leaderEpoch, lag });
  }

  /** Undefined while no node is up. */
  coordinatorOf(groupId: string): BrokerNode | undefined {
    return this.cluster.reachable(this.groupCoordinators.of(groupId));
  }

  /** Undefined while no node is up. */
  transactionCoordinatorOf(transactionalId: string): BrokerNode | undefined {
    return this.cluster.reachable(this.transactionCoordinators.of(transactionalId));
  }

  /** A node is gone, or is back: leaders and coordinators move as Kafka moves them. */
  setNodeUp(nodeId: number, isUp: boolean): void {
    this.#placeAll();
    this.cluster.setUp(nodeId, isUp);
    const { coordinatorLoadMs } = this.settings;
    const coordinators = [this.groupCoordinators, this.transactionCoordinators];
    // A node that stops leaves what it had to others; one that is back takes what nobody had.
    const formerId = isUp ? undefined : nodeId;
    const moved = this.groups.groups.filter(({ groupId }) => this.groupCoordinators.of(groupId) === formerId);
    const movedTransactions = this.transactions.all.filter(
      ({ transactionalId }) => this.transactionCoordinators.of(transactionalId) === formerId,
    );
    if (isUp) {
      this.leadership.nodeUp(this.topics.all, nodeId);
      for (const each of coordinators) each.nodeUp(nodeId, coordinatorLoadMs);
    } else {
      this.leadership.nodeDown(this.topics.all, nodeId);
      for (const each of coordinators) each.nodeDown(nodeId, coordinatorLoadMs);
      this.fetchSessions.nodeDown(nodeId);
      this.telemetry.nodeDown(nodeId);
    }
    for (const { groupId } of moved) this.groups.reload(groupId, coordinatorLoadMs);
    for (const { transactionalId } of movedTransactions) {
      this.transactions.reload(transactionalId, coordinatorLoadMs);
    }
  }

  /**
   * A node joins: it leads nothing yet, coordinates only what nobody else is up for, and gets replicas of what is created
   * from now on.
   */
  addNode(node: BrokerNode): void {
    this.#placeAll();
    this.cluster.add(node);
    this.setNodeUp(node.nodeId, true);
  }

  /** Another node coordinates the group and reads it first. */
  moveGroup(groupId: string, nodeId: number, loadMs: number): void {
    this.groupCoordinators.move(groupId, nodeId);
    this.restartCoordinator(groupId, loadMs);
  }

  /** The group's coordinator reads it again, and goes on with what was written. */
  restartCoordinator(groupId: string, loadMs: number): void {
    this.groupCoordinators.load(groupId, loadMs);
    this.groups.reload(groupId, loadMs);
  }

  /** Another node coordinates the transactional id and reads it first. */
  moveTransactionalId(transactionalId: string, nodeId: number, loadMs: number): void {
    this.transactionCoordinators.move(transactionalId, nodeId);
    this.transactionCoordinators.load(transactionalId, loadMs);
    this.transactions.reload(transactionalId, loadMs);
  }

  nextProducerId(): bigint {
    return this.producerIds.next();
  }

  /** The time as the clock of the playground's own producers shows it. */
  producerNow(): bigint {
    return this.nodeClocks.now();
  }

  /** The time as the clock of the node shows it that leads the partition. */
  leaderNow(log: PartitionLog): bigint {
    const topic = this.topics.byName(log.id.topic);
    return this.nodeClocks.now(topic && this.leadership.of(topic, log).leaderId);
  }

  /** Numbers requests, over all nodes. */
  nextRequestNumber(): number {
    return this.#nextRequest++;
  }

  /** Appends a validated batch; the oldest ones anywhere go when the memory is used up. */
  append(
    log: PartitionLog,
    produced: Uint8Array,
    how: Pick<AppendOptions, "edit" | "frame"> = {},
  ): StoredBatch {
    const topic = this.topics.byName(log.id.topic);
    const stampsTime = topic?.configs.get("message.timestamp.type") === "LogAppendTime";
    const logAppendTime = stampsTime ? this.leaderNow(log) : undefined;
    const batch = log.append(produced, { ...how, logAppendTime });
    this.housekeeping.appended(log);
    for (const dropped of this.#makeRoom(log, batch)) this.#drops.dropped(dropped.batch);
    return batch;
  }

  /** A batch that was kept on disk is in its log again; says how many of the oldest ones had no room beside it. */
  tookBack(log: PartitionLog, batch: StoredBatch): number {
    return this.#makeRoom(log, batch).length;
  }

  #makeRoom(log: PartitionLog, batch: StoredBatch): readonly Dropped[] {
    const gone = this.memory.appended(log, batch);
    for (const dropped of gone) {
      this.#trimmed.add(dropped.log);
      this.#dropped.dropped(dropped.log.id.topic, dropped.batch);
    }
    if (this.#trimmed.size > 0) this.#reportTrimmedSoon();
    return gone;
  }

  /**
   * Ends a producer's transaction in one partition, or in the offsets that groups keep there. LEADER_NOT_AVAILABLE while
   * nobody leads the partition.
   */
  writeMarker(partition: TopicPartition, marker: TransactionMarker): KnownErrorName {
    if (partition.topic === offsetsTopic) {
      const ended = { producerId: marker.producerId, isCommitted: marker.how === "commit" };
      const isThere = (groupId: string) => offsetsPartitionOf(groupId).partition === partition.partition;
      this.groups.commits.transactionEnded(ended, isThere);
      return "NONE";
    }
    const log = this.topics.log(partition.topic, partition.partition);
    if (log === undefined) return "UNKNOWN_TOPIC_OR_PARTITION";
    if (this.leaderOf(partition) === undefined) return "LEADER_NOT_AVAILABLE";
    const refusal = log.producers.judgeMarker(marker);
    if (refusal) return refusal.error;
    this.append(log, markerBatch(marker, this.leaderNow(log)));
    this.hanging.settle();
    return "NONE";
  }

  deleteTopic(topic: Topic): void {
    this.topics.delete(topic);
    for (const log of topic.partitions) {
      this.memory.removed(log);
      this.#trimmed.delete(log);
      log.dispose();
    }
    if (this.#dropped.forget(topic.name)) this.observe(this.#dropped.report());
    this.groups.commits.topicDeleted(topic.name);
    this.transactions.retryMarkers();
    this.hanging.settle();
  }

  /** Tells of a trouble, with how the nodes are after it. */
  say(happened: Omit<BrokerTrouble, "type" | "nodesDown" | "wrongClocks">): void {
    const nodesDown = this.cluster.all
      .map(({ nodeId }) => nodeId)
      .filter((nodeId) => !this.cluster.isUp(nodeId));
    const wrongClocks = this.nodeClocks.wrong;
    this.observe({ type: "broker.trouble", ...happened, nodesDown, wrongClocks });
  }

  /** Says where logs begin and end now. */
  reportOffsets(logs: readonly PartitionLog[]): void {
    const offsets = logs.map(({ id, logStartOffset, highWatermark }) => ({
      ...id,
      logStartOffset,
      highWatermark,
    }));
    this.observe({ type: "cluster.offsets", requestedAt: this.clock.now(), offsets });
  }

  dispose(): void {
    this.faults.dispose();
    this.groups.dispose();
    this.transactions.dispose();
    this.housekeeping.dispose();
    this.#reporter.dispose();
    this.#trimReport?.dispose();
    this.#drops.dispose();
  }

  /** Places are given with the nodes that are up, so before these change, those that nobody asked for yet are given. */
  #placeAll(): void {
    for (const topic of this.topics.all) for (const log of topic.partitions) this.leadership.of(topic, log);
  }

  #reportDropped(batches: number, records: number): void {
    const bound = `${Math.round(this.memory.maxBytes / 1_048_576)} MiB`;
    this.say({
      kind: "memoryBound",
      title: `${batches} of the oldest batches with ${records} records are gone: all logs together may take ${bound}`,
    });
  }

  /** Dropping records is never silent: the new start offsets are reported, at most once a second. */
  #reportTrimmedSoon(): void {
    this.#trimReport ??= this.clock.schedule(1_000, () => {
      this.#trimReport = undefined;
      const logs = Array.from(this.#trimmed);
      this.#trimmed.clear();
      this.reportOffsets(logs);
      this.observe(this.#dropped.report());
    });
  }
}
