import type { Clock } from "#base/clock.ts";
import type { Cluster } from "#network/cluster.ts";
import type { PartitionMetadata, TopicMetadata } from "#network/clusterMetadata.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";
import type { BatchRetries } from "./batchRetries.ts";

interface Choice {
  /** Undefined while the leader is read on purpose. */
  readonly nodeId: number | undefined;
  readonly until: number;
  /** How often in a row a replica failed us. */
  readonly failures: number;
}

/** What choosing needs to know. */
export interface ReadPlacesPorts {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly retries: BatchRetries;
}

/** As long as Java's client, whose lease is metadata.max.age.ms. */
const leaseMs = 300_000;
const firstStayMs = 5_000;

/**
 * Where partitions are read: from their leader, or from a replica that the leader named (KIP-392).
 *
 *              the leader names a replica
 *     leader ─────────────────────────────▶ replica
 *       ▲  ▲        the lease is over          │
 *       │  └───────────────────────────────────┤
 *       └── stay, longer each time ◀───────────┘ an error, no answer, or no such broker
 *
 * While it stays, the leader is not asked for a replica: it would name the one that just failed, again and again. A
 * damaged batch is asked of other replicas too, whatever the leader named.
 */
export class ReadPlaces {
  readonly #ports: ReadPlacesPorts;
  readonly #choices = new WeakMap<AssignedPartition, Choice>();

  constructor(ports: ReadPlacesPorts) {
    this.#ports = ports;
  }

  /** By what metadata tells; the partition shows it. */
  locate(partition: AssignedPartition): {
    readonly topic: TopicMetadata | undefined;
    readonly nodeId: number | undefined;
  } {
    const { cluster, retries } = this.#ports;
    const metadata = cluster.metadata();
    const topic = metadata?.topics.get(partition.topic);
    const known = partitionIn(topic, partition.partition);
    const leader = cluster.leaderOf(partition);
    const isThere = (nodeId: number) => nodeId !== leader && metadata?.brokers.has(nodeId) === true;
    const chosen =
      retries.replicaFor(partition, known?.isr.filter(isThere) ?? []) ?? this.#current(partition)?.nodeId;
    partition.leaderId = leader;
    partition.leaderEpoch = known?.leaderEpoch;
    partition.readReplicaId = chosen !== undefined && isThere(chosen) ? chosen : undefined;
    return { topic, nodeId: partition.readReplicaId ?? leader };
  }

  /** The leader is not to send us on. */
  staysAtLeader(partition: AssignedPartition): boolean {
    const current = this.#current(partition);
    return current !== undefined && current.nodeId === undefined;
  }

  /** False when no such broker is known: the leader is read, for who asks it again is sent to the same one. */
  follow(partition: AssignedPartition, nodeId: number): boolean {
    if (this.#ports.cluster.metadata()?.brokers.has(nodeId) !== true) {
      this.leave(partition);
      return false;
    }
    const failures = this.#choices.get(partition)?.failures ?? 0;
    this.#choices.set(partition, { nodeId, until: this.#ports.clock.now() + leaseMs, failures });
    return true;
  }

  /** The replica served us. */
  worked(partition: AssignedPartition): void {
    const choice = this.#choices.get(partition);
    if (choice && choice.failures > 0) this.#choices.set(partition, { ...choice, failures: 0 });
  }

  /** Back to the leader: the replica lags, does not have it any more, or cannot be reached. */
  leave(partition: AssignedPartition): void {
    const failures = this.#choices.get(partition)?.failures ?? 0;
    const stayMs = Math.min(leaseMs, firstStayMs * 2 ** failures);
    const until = this.#ports.clock.now() + stayMs;
    this.#choices.set(partition, { nodeId: undefined, until, failures: failures + 1 });
  }

  #current(partition: AssignedPartition): Choice | undefined {
    const choice = this.#choices.get(partition);
    return choice && choice.until > this.#ports.clock.now() ? choice : undefined;
  }
}

function partitionIn(topic: TopicMetadata | undefined, index: number): PartitionMetadata | undefined {
  const guess = topic?.partitions[index];
  return guess?.partition === index ? guess : topic?.partitions.find(({ partition }) => partition === index);
}
