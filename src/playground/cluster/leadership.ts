import { Emitter, type Event } from "#base/events.ts";
import type { PartitionLog } from "../log/partitionLog.ts";
import type { Topic } from "../log/topicStore.ts";
import { placeOf } from "../placement.ts";
import type { ClusterNodes } from "./clusterNodes.ts";
import {
  ledBy,
  type PartitionState,
  placed,
  uncleanlyLedBy,
  withInSync,
  withNodeDown,
  withNodeUp,
  withOutOfSync,
  withoutNodes,
} from "./partitionState.ts";

/** How far a replica is behind what the log holds; what is left out is as in the log. */
export interface ReplicaLag {
  readonly logEndOffset?: bigint | undefined;
  readonly highWatermark?: bigint | undefined;
  /** Later than the log's own: this replica has lost its oldest records already. */
  readonly logStartOffset?: bigint | undefined;
}

interface Entry {
  state: PartitionState;
  /** By node. Followers that keep up, which is all but a few, have none. */
  readonly lags: Map<number, ReplicaLag>;
}

/**
 * Who leads which partition. The records themselves are kept once, in the partition's log; a follower is that log, seen
 * no further than it got.
 */
export class Leadership {
  readonly #nodes: ClusterNodes;
  readonly #entries = new WeakMap<PartitionLog, Entry>();
  readonly #changed = new Emitter<PartitionLog>();

  constructor(nodes: ClusterNodes) {
    this.#nodes = nodes;
  }

  /** Fires with a partition after another node leads it, nobody does any more, or its replicas are on other nodes. */
  get onChanged(): Event<PartitionLog> {
    return this.#changed.event;
  }

  of(topic: Topic, log: PartitionLog): PartitionState {
    return this.#entry(topic, log).state;
  }

  /** How far a replica is behind; undefined when it is not. */
  lagOf(topic: Topic, log: PartitionLog, nodeId: number): ReplicaLag | undefined {
    return this.#entry(topic, log).lags.get(nodeId);
  }

  /** Puts a new partition on these nodes instead of those its name would choose. */
  place(log: PartitionLog, replicas: readonly number[]): void {
    const entry: Entry = { state: placed(replicas, log.leaderEpoch), lags: new Map() };
    this.#entries.set(log, entry);
    for (const nodeId of replicas) {
      if (!this.#nodes.isUp(nodeId)) this.#leaveBehind(entry, log, nodeId);
    }
    this.#changed.fire(log);
  }

  /**
   * A partition is where it was when all its nodes were up, as they are again. Those that are no more leave it to the
   * others; one of which nobody is left is placed like a new one.
   */
  restore(log: PartitionLog, before: PartitionState): void {
    const leaderEpoch = Math.max(before.leaderEpoch, log.leaderEpoch);
    const state = withoutNodes(
      { ...before, leaderEpoch },
      (nodeId) => this.#nodes.byId(nodeId) !== undefined,
    );
    if (state === undefined) return;
    this.#entries.set(log, { state, lags: new Map() });
    if (state.leaderEpoch > log.leaderEpoch) log.beginEpoch(state.leaderEpoch);
  }

  /**
   * Another node leads; what it lacked it has first. Only its high watermark may still lag, as after every election
   * until the followers have asked.
   */
  move(topic: Topic, log: PartitionLog, nodeId: number): void {
    const entry = this.#entry(topic, log);
    const highWatermark = entry.lags.get(nodeId)?.highWatermark;
    this.#setLag(entry, nodeId, highWatermark === undefined ? undefined : { highWatermark });
    this.#change(entry, log, ledBy(entry.state, nodeId));
  }

  /**
   * Led by a replica whatever it lacks (KIP-106): the log is cut to where that one ends, or to `end`, its epoch begins,
   * and whoever is up follows it. Gives the bytes that were lost.
   */
  electUncleanly(topic: Topic, log: PartitionLog, nodeId: number, end?: bigint): number {
    const entry = this.#entry(topic, log);
    const lostBytes = log.truncate(end ?? entry.lags.get(nodeId)?.logEndOffset ?? log.logEndOffset);
    let state = uncleanlyLedBy(entry.state, nodeId);
    for (const replica of state.replicas) {
      if (!this.#nodes.isUp(replica)) continue;
      this.#setLag(entry, replica, undefined);
      state = withInSync(state, replica);
    }
    this.#change(entry, log, state);
    return lostBytes;
  }

  /** A follower stays behind from now on, out of sync if it lacks records; undefined lets it catch up. */
  setLag(topic: Topic, log: PartitionLog, nodeId: number, lag: ReplicaLag | undefined): void {
    const entry = this.#entry(topic, log);
    this.#setLag(entry, nodeId, lag);
    const lacks = lag?.logEndOffset !== undefined;
    entry.state = lacks ? withOutOfSync(entry.state, nodeId) : withInSync(entry.state, nodeId);
    log.wakeReaders();
  }

  /** A node stopped: what it leads goes to others, and what it follows it follows no further. */
  nodeDown(topics: Iterable<Topic>, nodeId: number): void {
    for (const [entry, log] of this.#all(topics)) {
      if (entry.state.replicas.includes(nodeId)) this.#leaveBehind(entry, log, nodeId);
    }
  }

  /** A node is back: it catches up wherever somebody leads. */
  nodeUp(topics: Iterable<Topic>, nodeId: number): void {
    for (const [entry, log] of this.#all(topics)) {
      const state = withNodeUp(entry.state, nodeId);
      if (state.leaderId !== undefined) this.#setLag(entry, nodeId, undefined);
      this.#change(entry, log, state);
    }
  }

  /** A replica on a node that is down gets nothing more. */
  #leaveBehind(entry: Entry, log: PartitionLog, nodeId: number): void {
    const lag = entry.lags.get(nodeId);
    entry.lags.set(nodeId, { ...lag, logEndOffset: lag?.logEndOffset ?? log.logEndOffset });
    const state = withNodeDown(entry.state, nodeId, (id) => this.#nodes.isUp(id));
    this.#change(entry, log, state);
  }

  /** Comes last in whatever changes: who listens finds everything as it is now. */
  #change(entry: Entry, log: PartitionLog, state: PartitionState): void {
    const isNewEpoch = state.leaderEpoch !== entry.state.leaderEpoch;
    entry.state = state;
    if (!isNewEpoch) return;
    if (state.leaderId === undefined) log.wakeReaders();
    else log.beginEpoch(state.leaderEpoch);
    this.#changed.fire(log);
  }

  #setLag(entry: Entry, nodeId: number, lag: ReplicaLag | undefined): void {
    if (lag === undefined) entry.lags.delete(nodeId);
    else entry.lags.set(nodeId, lag);
  }

  *#all(topics: Iterable<Topic>): Generator<readonly [Entry, PartitionLog]> {
    for (const topic of topics) {
      for (const log of topic.partitions) yield [this.#entry(topic, log), log];
    }
  }

  #entry(topic: Topic, log: PartitionLog): Entry {
    let entry = this.#entries.get(log);
    if (entry === undefined) {
      // Every change of the nodes passes through all partitions first, so the nodes are those of its creation.
      entry = { state: placed(this.#placeFor(topic, log), log.leaderEpoch), lags: new Map() };
      this.#entries.set(log, entry);
    }
    return entry;
  }

  /** The leader by the topic's name and the partition's number; the others follow it round. */
  #placeFor(topic: Topic, log: PartitionLog): readonly number[] {
    const nodes = this.#nodes.up.length > 0 ? this.#nodes.up : this.#nodes.all;
    const first = placeOf(topic.name, nodes.length) + log.id.partition;
    const count = Math.min(topic.replicationFactor, nodes.length);
    return Array.from({ length: count }, (_, index) => nodes[(first + index) % nodes.length]?.nodeId ?? 0);
  }
}
