import { type Disposable, DisposableStore } from "#base/lifecycle.ts";
import { randomUuid } from "#base/random.ts";
import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import type { Broker } from "../broker.ts";
import type { Group } from "../group/consumer/consumerGroup.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import type { Topic } from "../log/topicStore.ts";
import { PlaygroundError } from "../playgroundError.ts";
import { rackOf } from "../racks.ts";
import type { ConnectionSet } from "../server/connectionSet.ts";
import type { NodePorts } from "../server/nodePorts.ts";
import { hangTransaction } from "../transactions/hangingTransaction.ts";
import type { BrokerNode } from "./clusterNodes.ts";
import type { Coordinators } from "./coordinators.ts";
import type { ReplicaLag } from "./leadership.ts";

/** What happened, and to whom, in the words of the observation. */
type Happened = Parameters<Broker["say"]>[0];

/** Where a coordinator's work goes, and how long it takes there to read what was written. */
export interface CoordinatorMove {
  /** By default the next node that is up. */
  readonly nodeId?: number | undefined;
  /** By default as long as after any other change of coordinator. */
  readonly loadMs?: number | undefined;
}

/** A static member's id is its instance id with one of these behind it. */
const uuidAtEnd = /-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** How many ports are tried for a node that joins. */
const portsTried = 50;

/** Changes the cluster as its operators, its network and its disks would; each change is observed. */
export class ClusterControl implements Disposable {
  readonly #broker: Broker;
  readonly #ports: NodePorts;
  readonly #connections: ConnectionSet;
  readonly #racks: readonly string[];
  readonly #owned = new DisposableStore();

  constructor(
    broker: Broker,
    around: {
      readonly ports: NodePorts;
      readonly connections: ConnectionSet;
      /** For nodes that join. */
      readonly racks: readonly string[];
    },
  ) {
    this.#broker = broker;
    this.#racks = around.racks;
    this.#ports = around.ports;
    this.#connections = around.connections;
  }

  dispose(): void {
    this.#owned.dispose();
  }

  /** Another node leads the partition, in a new epoch; by default the next of its replicas, or of all nodes. */
  moveLeader(id: TopicPartition, nodeId?: number): void {
    const { topic, log } = this.#find(id);
    const target = this.#upNode(nodeId ?? this.#nextLeader(topic, log)).nodeId;
    this.#broker.leadership.move(topic, log, target);
    this.#say({
      kind: "moveLeader",
      title: `node ${target} leads ${topicPartitionText(id)}`,
      ...id,
      nodeId: target,
    });
  }

  /** The node's port closes and its connections die; others lead and coordinate in its place. */
  stopNode(nodeId: number): void {
    const node = this.#node(nodeId);
    // Also a port that is about to open: whoever stops a node does not want it back a moment later.
    this.#ports.close(nodeId);
    if (!this.#broker.cluster.isUp(nodeId)) return;
    this.#connections.closeNode(nodeId, `node ${nodeId} stopped`);
    this.#broker.setNodeUp(nodeId, false);
    this.#say({ kind: "stopNode", title: `node ${nodeId} (port ${node.port}) is down`, nodeId });
  }

  /** The node is back on its port; it follows where others lead now. */
  async startNode(nodeId: number): Promise<void> {
    const node = this.#node(nodeId);
    if (this.#broker.cluster.isUp(nodeId)) return;
    await this.#ports.open(node);
    if (this.#broker.cluster.isUp(nodeId) || !this.#ports.isOpen(nodeId)) return;
    this.#broker.setNodeUp(nodeId, true);
    this.#say({ kind: "startNode", title: `node ${nodeId} is back on port ${node.port}`, nodeId });
  }

  /** A follower stays so far behind; undefined lets it catch up. Of a leader only the high watermark can. */
  setReplicaLag(id: TopicPartition, nodeId: number, lag: ReplicaLag | undefined): void {
    const { topic, log } = this.#find(id);
    const { replicas, leaderId } = this.#broker.leadership.of(topic, log);
    if (!replicas.includes(nodeId)) {
      throw new PlaygroundError("NOT_POSSIBLE", `node ${nodeId} has no replica of ${topicPartitionText(id)}`);
    }
    if (nodeId === leaderId && (lag?.logEndOffset ?? lag?.logStartOffset) !== undefined) {
      const what = `node ${nodeId} leads ${topicPartitionText(id)}: only its high watermark can lag`;
      throw new PlaygroundError("NOT_POSSIBLE", what);
    }
    this.#broker.leadership.setLag(topic, log, nodeId, lag);
    const title = `node ${nodeId} ${lag ? "lags behind on" : "has caught up with"} ${topicPartitionText(id)}`;
    this.#say({ kind: "setReplicaLag", title, ...id, nodeId });
  }

  /** The node stops and returns after so long. */
  bounceNode(nodeId: number, forMs: number): void {
    this.stopNode(nodeId);
    this.#owned.add(
      this.#broker.clock.schedule(forMs, () => {
        this.startNode(nodeId).catch((error: unknown) => {
          const why = error instanceof Error ? error.message : String(error);
          this.#say({ kind: "startNode", title: `node ${nodeId} could not return: ${why}`, nodeId });
        });
      }),
    );
  }

  /**
   * The log loses its end from this offset on, by default its newest batch, as after an unclean election; whoever leads
   * does so in a new epoch.
   */
  truncateLog(id: TopicPartition, offset?: bigint): void {
    const { topic, log } = this.#find(id);
    const { leaderId } = this.#broker.leadership.of(topic, log);
    const nodeId = leaderId ?? this.#uncleanCandidate(topic, log);
    this.#cut({ topic, log }, { kind: "truncateLog", nodeId, end: offset ?? log.newestBatch?.baseOffset });
  }

  /**
   * A replica leads that may lack records: by default one that is out of sync, else the next one, which then lacks the
   * newest batch. What it lacks is lost, committed or not; committed offsets of groups stay where they are.
   */
  uncleanElect(id: TopicPartition, nodeId?: number): void {
    const { topic, log } = this.#find(id);
    const chosen = nodeId ?? this.#uncleanCandidate(topic, log);
    if (!this.#broker.leadership.of(topic, log).replicas.includes(this.#upNode(chosen).nodeId)) {
      throw new PlaygroundError("NOT_POSSIBLE", `node ${chosen} has no replica of ${topicPartitionText(id)}`);
    }
    const isBehind = this.#broker.leadership.lagOf(topic, log, chosen)?.logEndOffset !== undefined;
    const end = isBehind ? undefined : log.newestBatch?.baseOffset;
    this.#cut({ topic, log }, { kind: "uncleanElect", nodeId: chosen, end });
  }

  /** Another node coordinates the group, by default the next; its members find out and go there, and wait until it is read. */
  moveCoordinator(groupId: string, to: CoordinatorMove = {}): void {
    const { nodeId, loadMs } = this.#moveTo(to, this.#broker.groupCoordinators, groupId);
    this.#broker.moveGroup(groupId, nodeId, loadMs);
    const title = `node ${nodeId} coordinates ${groupId}${loadingText(loadMs)}`;
    this.#say({ kind: "moveCoordinator", title, groupId, nodeId });
  }

  /** Another node coordinates the transactional id, with what was written of its transaction. */
  moveTransactionCoordinator(transactionalId: string, to: CoordinatorMove = {}): void {
    const { nodeId, loadMs } = this.#moveTo(to, this.#broker.transactionCoordinators, transactionalId);
    this.#broker.moveTransactionalId(transactionalId, nodeId, loadMs);
    const title = `node ${nodeId} coordinates the transactions of ${transactionalId}${loadingText(loadMs)}`;
    this.#say({ kind: "moveTransactionCoordinator", title, transactionalId, nodeId });
  }

  /** One node more, on the next free port behind the others. */
  async addNode(): Promise<BrokerNode> {
    const { cluster } = this.#broker;
    const highest = Math.max(...cluster.all.map((node) => node.port));
    const { host } = this.#node(cluster.all[0]?.nodeId ?? 0);
    const ports = Array.from({ length: portsTried }, (_, index) => highest + 1 + index).filter(isPort);
    const node = await this.#ports.openNew(host, ports, (port) => {
      // Counted only now, as another may have joined while the port was opened.
      const nodeId = 1 + Math.max(...cluster.all.map((each) => each.nodeId));
      const joined = { nodeId, host, port, rack: rackOf(this.#racks, cluster.all.length) };
      this.#broker.addNode(joined);
      return joined;
    });
    if (node === "allTaken") {
      throw new PlaygroundError("NOT_POSSIBLE", `No port is free among the ${portsTried} after ${highest}.`);
    }
    if (node === "disposed") {
      throw new PlaygroundError("NOT_RUNNING", "The playground stopped before the node could join.");
    }
    const title = `node ${node.nodeId} (port ${node.port}) joined`;
    this.#say({ kind: "addNode", title, nodeId: node.nodeId, nodes: cluster.all });
    return node;
  }

  /** The group's coordinator begins again with what was written of the group, which it reads for so long. */
  restartCoordinator(groupId: string, forMs: number): void {
    this.#group(groupId);
    const node = this.#broker.coordinatorOf(groupId);
    if (node === undefined) {
      throw new PlaygroundError("NOT_POSSIBLE", `No node coordinates ${groupId}. Start one first.`);
    }
    const loadMs = Math.max(0, forMs);
    this.#broker.restartCoordinator(groupId, loadMs);
    const title = `node ${node.nodeId} coordinates ${groupId} anew${loadingText(loadMs)}`;
    this.#say({ kind: "restartCoordinator", title, groupId, nodeId: node.nodeId });
  }

  /** Every member of the group must join again. */
  forceRebalance(groupId: string): void {
    this.#group(groupId);
    if (!this.#broker.groups.forceRebalance(groupId, "a rebalance was forced")) {
      throw new PlaygroundError("NOT_POSSIBLE", `${groupId} has no members that could rebalance.`);
    }
    this.#say({ kind: "forceRebalance", title: `${groupId} was made to rebalance`, groupId });
  }

  /** The member is out; its next request is refused. */
  kickMember(groupId: string, memberId: string): void {
    if (!this.#broker.groups.evict(groupId, memberId, "it was kicked out")) {
      throw new PlaygroundError("NOT_POSSIBLE", `${groupId} has no member ${memberId}.`);
    }
    this.#say({ kind: "kickMember", title: `${memberId} was kicked out of ${groupId}`, groupId, memberId });
  }

  /**
   * The member is fenced: another instance has a static member's place, or the group has an epoch that the member does not
   * know. Its next request is refused, and the group is as it then is.
   */
  fenceMember(groupId: string, memberId: string): void {
    const { groups, random } = this.#broker;
    const isConsumerGroup = this.#group(groupId).type === "consumer";
    const newMemberId = `${memberId.replace(uuidAtEnd, "")}-${randomUuid(random)}`;
    switch (groups.fence(groupId, memberId, newMemberId)) {
      case "notThere":
        throw new PlaygroundError("NOT_POSSIBLE", `${groupId} has no member ${memberId}.`);
      case "notStatic":
        throw new PlaygroundError(
          "NOT_POSSIBLE",
          `${memberId} has no group.instance.id, so nobody can take its place. Kick it out instead.`,
        );
      case "fenced": {
        const title = isConsumerGroup
          ? `${groupId} went on without ${memberId}, whose epoch is old now`
          : `another instance took the place of ${memberId} in ${groupId}`;
        this.#say({ kind: "fenceMember", title, groupId, memberId });
      }
    }
  }

  /** The group's committed offsets are forgotten, or those of one topic or partition. */
  expireOffsets(
    groupId: string,
    of: { readonly topic: string | undefined; readonly partition: number | undefined },
  ): void {
    this.#group(groupId);
    const expired = this.#broker.groups.commits.expire(
      groupId,
      ({ topic, partition }) =>
        (of.topic === undefined || of.topic === topic) &&
        (of.partition === undefined || of.partition === partition),
    );
    this.#say({
      kind: "expireOffsets",
      title: `${expired} committed offsets of ${groupId} expired`,
      groupId,
    });
  }

  /** Records of a transaction that nobody ends: who reads committed gets no further in this partition. */
  hangTransaction(id: TopicPartition): void {
    this.#find(id);
    hangTransaction(this.#broker, id);
  }

  /**
   * The node's clock is off by so much, or, without a node, all clocks are, and what the playground's own producers take for
   * the time; 0 sets it right.
   */
  skewClock(byMs: number, nodeId?: number): void {
    const whose = nodeId === undefined ? "the clock" : `the clock of node ${this.#node(nodeId).nodeId}`;
    this.#broker.nodeClocks.skew(byMs, nodeId);
    const title =
      byMs === 0 ? `${whose} is right` : `${whose} is ${Math.abs(byMs)} ms ${byMs > 0 ? "ahead" : "behind"}`;
    this.#say({ kind: "skewClock", title, nodeId });
  }

  /** The topic is deleted and created again under its name: empty, with another id, without committed offsets. */
  recreateTopic(name: string): void {
    const topic = this.#topic(name);
    this.#broker.deleteTopic(topic);
    const { replicationFactor, configs } = topic;
    this.#broker.topics.create(name, { partitions: topic.partitions.length, replicationFactor, configs });
    this.#say({ kind: "recreateTopic", title: `${name} was created anew`, topic: name });
  }

  #cut(
    { topic, log }: { readonly topic: Topic; readonly log: PartitionLog },
    how: { readonly kind: string; readonly nodeId: number; readonly end: bigint | undefined },
  ): void {
    const { kind, nodeId, end } = how;
    const before = log.logEndOffset;
    this.#broker.memory.freed(this.#broker.leadership.electUncleanly(topic, log, nodeId, end));
    this.#broker.reportOffsets([log]);
    this.#broker.hanging.settle();
    const lost = before - log.logEndOffset;
    const text = topicPartitionText(log.id);
    const title = `${text} lost ${lost} ${lost === 1n ? "offset" : "offsets"} from ${log.logEndOffset} on; node ${nodeId} leads it`;
    this.#say({ kind, title, ...log.id, nodeId });
  }

  /** After the leader: the replica whose turn it is, or the next node of all where there is but one replica. */
  #nextLeader(topic: Topic, log: PartitionLog): number {
    const { replicas, leaderId } = this.#broker.leadership.of(topic, log);
    const candidates = [...replicas, ...this.#broker.cluster.all.map((node) => node.nodeId)];
    const next = candidates.find((id) => id !== leaderId && this.#broker.cluster.isUp(id));
    if (next !== undefined) return next;
    throw new PlaygroundError("NOT_POSSIBLE", "No other node is up that could lead. Start one first.");
  }

  #moveTo(
    to: CoordinatorMove,
    coordinators: Coordinators,
    key: string,
  ): { readonly nodeId: number; readonly loadMs: number } {
    const nodeId = to.nodeId ?? coordinators.nextFor(key);
    if (nodeId === undefined) {
      throw new PlaygroundError(
        "NOT_POSSIBLE",
        "No other node is up that could coordinate. Start one first.",
      );
    }
    return {
      nodeId: this.#upNode(nodeId).nodeId,
      loadMs: Math.max(0, to.loadMs ?? this.#broker.settings.coordinatorLoadMs),
    };
  }

  #uncleanCandidate(topic: Topic, log: PartitionLog): number {
    const { replicas, isr, leaderId } = this.#broker.leadership.of(topic, log);
    const up = replicas.filter((id) => this.#broker.cluster.isUp(id));
    const chosen = up.find((id) => !isr.includes(id)) ?? up.find((id) => id !== leaderId) ?? up[0];
    if (chosen !== undefined) return chosen;
    const text = topicPartitionText(log.id);
    throw new PlaygroundError("NOT_POSSIBLE", `No node with a replica of ${text} is up. Start one first.`);
  }

  #node(nodeId: number): BrokerNode {
    const node = this.#broker.cluster.byId(nodeId);
    if (node) return node;
    const known = this.#broker.cluster.all.map((each) => each.nodeId).join(", ");
    throw new PlaygroundError("NO_SUCH_NODE", `There is no node ${nodeId}, only ${known}.`);
  }

  #upNode(nodeId: number): BrokerNode {
    const node = this.#node(nodeId);
    if (this.#broker.cluster.isUp(nodeId)) return node;
    throw new PlaygroundError("NODE_IS_DOWN", `Node ${nodeId} is down. Start it first.`);
  }

  #group(groupId: string): Group {
    const group = this.#broker.groups.group(groupId);
    if (group) return group;
    throw new PlaygroundError("NOT_POSSIBLE", `There is no group ${groupId}.`);
  }

  #topic(name: string): Topic {
    const topic = this.#broker.topics.byName(name);
    if (topic) return topic;
    throw new BrokerError("UNKNOWN_TOPIC_OR_PARTITION", "Playground", `there is no topic ${name}`);
  }

  #find({ topic: name, partition }: TopicPartition): { readonly topic: Topic; readonly log: PartitionLog } {
    const topic = this.#topic(name);
    const log = topic.partitions[partition];
    if (log) return { topic, log };
    const text = `${name} has no partition ${partition}`;
    throw new BrokerError("UNKNOWN_TOPIC_OR_PARTITION", "Playground", text);
  }

  #say(happened: Happened): void {
    this.#broker.say(happened);
  }
}

function isPort(port: number): boolean {
  return port <= 65_535;
}

function loadingText(loadMs: number): string {
  return loadMs > 0 ? `, once it has read what was written (${loadMs} ms)` : "";
}
