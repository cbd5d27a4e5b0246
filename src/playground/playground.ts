import { Emitter, type Event } from "#base/events.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { Transport } from "#base/transport.ts";
import { addressText } from "#network/address.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import type { RecordInput } from "#protocol/records/batchWriter.ts";
import type { BrokerFault, WrongClock } from "#trace/observations/broker.ts";
import type { CoordinatorMove } from "./cluster/clusterControl.ts";
import type { BrokerNode } from "./cluster/clusterNodes.ts";
import type { ReplicaLag } from "./cluster/leadership.ts";
import type { BatchCorruption } from "./faults/corruptBatch.ts";
import type { FaultRule } from "./faults/faultRule.ts";
import { corruptNextBatch, delayCommits, holdSyncGroup } from "./faults/readyMade.ts";
import { topicNameProblem } from "./log/topicStore.ts";
import { PlaygroundError } from "./playgroundError.ts";
import type { PlaygroundOptions } from "./playgroundOptions.ts";
import { type PlaygroundRun, startRun } from "./playgroundRun.ts";
import type { ConnectedClient, ConnectionEnd } from "./server/clientConnection.ts";
import { LocalTransport } from "./server/localTransport.ts";
import { collidingTopic } from "./topicNames.ts";
import { abortHanging, type HangingTransaction, hangTransaction } from "./transactions/hangingTransaction.ts";
import type { ProducerIdentity, Transaction } from "./transactions/transaction.ts";
import { refuseConsumerGroup } from "./troubles/classicOnly.ts";
import { startTrouble } from "./troubles/startTrouble.ts";
import type { StartedTrouble, Trouble, TroubleTarget } from "./troubles/trouble.ts";
import { troubleTable } from "./troubles/troubleTable.ts";
import type { ProducedBatch, ProduceInput } from "./workload/localProducer.ts";
import { LocalTransaction, type LocalTransactionOptions } from "./workload/localTransaction.ts";
import type { WorkloadOptions } from "./workload/workloadOptions.ts";

/**
 * An embedded Kafka: real enough that foreign clients run on it unchanged, and made to be broken on purpose.
 *
 * Everything is gone with `stop`, and a new `start` begins with an empty cluster, unless it has a data directory.
 */
export class Playground {
  readonly #options: PlaygroundOptions;
  readonly #connectionEnded = new Emitter<ConnectionEnd>();
  readonly #clientKnown = new Emitter<ConnectedClient>();
  #run: PlaygroundRun | undefined;
  #starting: Promise<readonly BrokerNode[]> | undefined;

  constructor(options: PlaygroundOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Its nodes, those that are down included; none while it does not run. */
  get nodes(): readonly BrokerNode[] {
    return this.#run?.broker.cluster.all ?? [];
  }

  /** Whether a node serves clients. */
  isNodeUp(nodeId: number): boolean {
    const cluster = this.#run?.broker.cluster;
    return cluster?.reachable(nodeId) !== undefined;
  }

  /** `host:port` of each node, as a client is given them. */
  get bootstrapServers(): readonly string[] {
    return this.nodes.map(addressText);
  }

  /** Connections without a socket that look as if they came from `host`; refused while nothing listens. */
  transportFrom(host: string): Transport {
    return new LocalTransport(host, {
      clock: this.#options.clock,
      accept: (at, stream) => {
        const run = this.#run;
        const node = this.nodes.find(({ port }) => port === at.port);
        if (!run || !node || !this.isNodeUp(node.nodeId)) return false;
        run.connections.accept(node, stream);
        return true;
      },
    });
  }

  /** Fires with the reason whenever a client's connection ended. */
  get onConnectionEnded(): Event<ConnectionEnd> {
    return this.#connectionEnded.event;
  }

  /** Who is connected and has asked something; nobody while it does not run. */
  clients(): readonly ConnectedClient[] {
    return this.#run?.connections.clients ?? [];
  }

  /** Fires when a client has said who it is, before anything is done for it. */
  get onClientKnown(): Event<ConnectedClient> {
    return this.#clientKnown.event;
  }

  /** Requests that came since the start. */
  get requests(): number {
    return this.#run?.connections.requests ?? 0;
  }

  /** Listens and is ready. Rejects when the ports are taken; starting twice is starting once. */
  start(): Promise<readonly BrokerNode[]> {
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  /** Ends all connections and forgets what is not in its data directory. */
  async stop(reason = "stopped"): Promise<void> {
    await this.#starting?.catch(() => {});
    const run = this.#run;
    this.#run = undefined;
    this.#starting = undefined;
    if (!run) return;
    run.owned.dispose();
    this.#options.observe({ type: "broker.stopped", reason });
  }

  /** Throws BrokerError with Kafka's own error when the topic cannot be. */
  createTopic(
    name: string,
    shape: { readonly partitions?: number; readonly replicationFactor?: number } = {},
  ): void {
    const { broker } = this.#running();
    const { partitions = broker.settings.defaultPartitions, replicationFactor = 1 } = shape;
    const problem = topicNameProblem(name);
    if (problem !== undefined) throw new BrokerError("INVALID_TOPIC_EXCEPTION", "CreateTopics", problem);
    if (broker.topics.byName(name)) throw new BrokerError("TOPIC_ALREADY_EXISTS", "CreateTopics", name);
    const other = collidingTopic(broker.topics, name);
    if (other !== undefined) {
      throw new BrokerError("INVALID_TOPIC_EXCEPTION", "CreateTopics", `${name} collides with ${other}`);
    }
    if (partitions < 1 || broker.topics.partitionCount + partitions > broker.settings.maxPartitions) {
      throw new BrokerError("INVALID_PARTITIONS", "CreateTopics", `${name} with ${partitions} partitions`);
    }
    if (replicationFactor < 1 || replicationFactor > broker.nodes.length) {
      throw new BrokerError("INVALID_REPLICATION_FACTOR", "CreateTopics", `${replicationFactor} for ${name}`);
    }
    broker.topics.create(name, { partitions, replicationFactor });
  }

  /** Gives a topic more partitions: `total` in all. Throws BrokerError with Kafka's own error when it cannot be. */
  addPartitions(name: string, total: number): void {
    const { broker } = this.#running();
    const topic = broker.topics.byName(name);
    if (!topic) throw new BrokerError("UNKNOWN_TOPIC_OR_PARTITION", "CreatePartitions", name);
    const added = total - topic.partitions.length;
    if (added < 1 || broker.topics.partitionCount + added > broker.settings.maxPartitions) {
      throw new BrokerError("INVALID_PARTITIONS", "CreatePartitions", `${name} with ${total} partitions`);
    }
    broker.topics.addPartitions(topic, total);
  }

  /** False when there is no such topic. */
  deleteTopic(name: string): boolean {
    const { broker } = this.#running();
    const topic = broker.topics.byName(name);
    if (topic) broker.deleteTopic(topic);
    return topic !== undefined;
  }

  /** Names, partition counts and offsets, as they are now. */
  topics(): readonly {
    readonly topic: string;
    readonly topicId: string;
    readonly partitions: readonly { readonly logStartOffset: bigint; readonly highWatermark: bigint }[];
  }[] {
    const { broker } = this.#running();
    return Array.from(broker.topics.all, ({ name, topicId, partitions }) => ({
      topic: name,
      topicId,
      partitions: partitions.map(({ logStartOffset, highWatermark }) => ({ logStartOffset, highWatermark })),
    }));
  }

  /** Memory of all logs: used, bound, and how many batches had to go so far. */
  memory(): { readonly usedBytes: number; readonly maxBytes: number; readonly droppedBatches: number } {
    const { usedBytes, maxBytes, droppedBatches } = this.#running().broker.memory;
    return { usedBytes, maxBytes, droppedBatches };
  }

  /** Rejects with BrokerError when the broker refuses a batch. */
  produce(input: ProduceInput): Promise<readonly ProducedBatch[]> {
    return this.#running().producer.produce(input);
  }

  /** Produces sample records, at once or on a schedule; `done` settles when that ends. Throws PlaygroundError. */
  startWorkload(options: WorkloadOptions): { readonly workloadId: string; readonly done: Promise<void> } {
    return this.#running().workloads.start(options);
  }

  /** False when it does not run. */
  stopWorkload(workloadId: string): boolean {
    return this.#running().workloads.stop(workloadId);
  }

  /** Puts a rule into force and gives its id. */
  addFault(rule: FaultRule): string {
    return this.#running().broker.faults.add(rule);
  }

  /** Puts rules in the place of those with these ids, and gives theirs; the ones that are the same go on counting. */
  replaceFaults(former: readonly string[], rules: readonly FaultRule[]): readonly string[] {
    return this.#running().broker.faults.replace(former, rules);
  }

  /** All rules as they stand. */
  faults(): readonly BrokerFault[] {
    return this.#running().broker.faults.list();
  }

  setFaultEnabled(faultId: string, enabled: boolean): boolean {
    return this.#running().broker.faults.setEnabled(faultId, enabled);
  }

  removeFault(faultId: string): boolean {
    return this.#running().broker.faults.remove(faultId);
  }

  /** Lets go what a rule holds now; the rule stays. Gives how many requests that were. */
  releaseHeld(faultId: string): number {
    return this.#running().broker.faults.releaseHeld(faultId);
  }

  /**
   * Begins a transaction of the playground's own; left alone it holds back what it wrote to until its timeout. Rejects
   * with BrokerError: CONCURRENT_TRANSACTIONS when one of the same id was open, which is aborted by that.
   */
  beginTransaction(options: LocalTransactionOptions): Promise<LocalTransaction> {
    return LocalTransaction.begin(options, this.#running());
  }

  /** All transactional ids, as their coordinators have them. */
  transactions(): readonly Transaction[] {
    return this.#running().broker.transactions.all;
  }

  /** Those that hang on purpose, oldest first. */
  hangingTransactions(): readonly (TopicPartition & ProducerIdentity)[] {
    return this.#running().broker.hanging.all;
  }

  /** The clocks that are wrong now. */
  wrongClocks(): readonly WrongClock[] {
    return this.#running().broker.nodeClocks.wrong;
  }

  /** Writes records of a transaction that never ends: nobody who reads committed gets past them. */
  hangTransaction(partition: TopicPartition, records?: readonly RecordInput[]): HangingTransaction {
    return hangTransaction(this.#running().broker, partition, records);
  }

  /** Aborts a transaction by its id, or a hanging one by its producer; false when there is none. */
  abortTransaction(
    which: { readonly transactionalId: string } | (TopicPartition & { readonly producerId: bigint }),
  ): boolean {
    const { broker } = this.#running();
    if ("producerId" in which) return abortHanging(broker, which, which.producerId);
    return broker.transactions.abort(which.transactionalId, "it was aborted in the playground");
  }

  /** Compacts a topic now, whatever its cleanup policy; gives the bytes freed, or undefined when there is no such topic. */
  compact(topic: string): number | undefined {
    const { broker } = this.#running();
    const logs = broker.topics.byName(topic)?.partitions;
    return logs?.reduce((freed, log) => freed + broker.housekeeping.compact(log), 0);
  }

  holdSyncGroup(groupId: string): string {
    refuseConsumerGroup(this.#running().broker.groups, groupId, "SyncGroup");
    return this.#running().broker.faults.ensure(holdSyncGroup(groupId));
  }

  delayCommits(groupId: string, delayMs: number): string {
    return this.#running().broker.faults.ensure(delayCommits(groupId, delayMs));
  }

  corruptNextBatch(partition: TopicPartition, how: BatchCorruption): string {
    return this.addFault(corruptNextBatch(partition, how));
  }

  /** The partition's leader moves, by default to the next replica or node, in a new leader epoch. */
  moveLeader(partition: TopicPartition, nodeId?: number): void {
    this.#running().control.moveLeader(partition, nodeId);
  }

  /** Closes a node's port and connections; what it led and coordinated goes to others. */
  stopNode(nodeId: number): void {
    this.#running().control.stopNode(nodeId);
  }

  /** Opens the node's port again. */
  startNode(nodeId: number): Promise<void> {
    return this.#running().control.startNode(nodeId);
  }

  /** Keeps a replica behind the leader; undefined lets it catch up. */
  setReplicaLag(partition: TopicPartition, nodeId: number, lag: ReplicaLag | undefined): void {
    this.#running().control.setReplicaLag(partition, nodeId, lag);
  }

  /** Every ready-made trouble, with what it must be told. */
  troubles(): readonly Trouble[] {
    return troubleTable.map(({ id, title, description, needs, takes }) => ({
      id,
      title,
      description,
      needs,
      takes,
    }));
  }

  /** Starts a ready-made trouble; rejects with PlaygroundError, or Kafka's error, when it cannot be. */
  async trouble(id: string, target: TroubleTarget = {}): Promise<StartedTrouble> {
    const { broker, control } = this.#running();
    return startTrouble({ faults: broker.faults, control, groups: broker.groups }, id, target);
  }

  /** Cuts off the end of a log, by default its newest batch, in a new leader epoch. */
  truncateLog(partition: TopicPartition, offset?: bigint): void {
    this.#running().control.truncateLog(partition, offset);
  }

  /** Lets a replica lead that lacks records. */
  uncleanElect(partition: TopicPartition, nodeId?: number): void {
    this.#running().control.uncleanElect(partition, nodeId);
  }

  /** Another node coordinates the group from now on. */
  moveCoordinator(groupId: string, to?: CoordinatorMove): void {
    this.#running().control.moveCoordinator(groupId, to);
  }

  /** Another node coordinates the transactional id, by default the next; throws PlaygroundError when it cannot. */
  moveTransactionCoordinator(transactionalId: string, to?: CoordinatorMove): void {
    this.#running().control.moveTransactionCoordinator(transactionalId, to);
  }

  /** One node more; settles when it listens. */
  addNode(): Promise<BrokerNode> {
    return this.#running().control.addNode();
  }

  /** Deletes a topic and creates it again: the same name, another id. */
  recreateTopic(name: string): void {
    this.#running().control.recreateTopic(name);
  }

  async #start(): Promise<readonly BrokerNode[]> {
    const run = await startRun(this.#options);
    run.connections.onEnded((end) => this.#connectionEnded.fire(end));
    run.connections.onClientKnown((client) => this.#clientKnown.fire(client));
    this.#run = run;
    const { cluster, kafkaClusterId } = run.broker;
    this.#options.observe({ type: "broker.started", kafkaClusterId, nodes: cluster.all });
    return cluster.all;
  }

  #running(): PlaygroundRun {
    if (!this.#run)
      throw new PlaygroundError("NOT_RUNNING", "The playground is not running. Start it first.");
    return this.#run;
  }
}
