import type { Clock } from "#base/clock.ts";
import type { ClusterMetadata, TopicMetadata } from "#network/clusterMetadata.ts";
import type { ResetPolicy } from "../consumerOptions.ts";
import type { RecordBuffer } from "../fetch/recordBuffer.ts";
import type { AssignedPartition, HaltedBatch } from "./assignedPartition.ts";
import type { OffsetRange, ResetCause } from "./positionSource.ts";
import { deliveredOf, type ResetDone, truncated } from "./resetReport.ts";

/** What guarding positions needs of the consumer it belongs to. */
export interface PositionGuardPorts {
  readonly clock: Clock;
  readonly resetPolicy: ResetPolicy;
  readonly buffer: RecordBuffer;
  readonly partitions: () => Iterable<AssignedPartition>;
  /** Its position has to be looked up. */
  readonly onReload: (partition: AssignedPartition) => void;
  /** It stopped, and only the user can help. */
  readonly onFailed: (partition: AssignedPartition) => void;
  /** `passed` is a rejected batch that is not in the way any more. */
  readonly onReset: (partition: AssignedPartition, reset: ResetDone, passed: HaltedBatch | undefined) => void;
}

/**
 * Sees to it that a position still means what it meant: the log has it, what was read before it was not cut off, and
 * the topic is the one it was read from. Whatever is lost is said.
 */
export class PositionGuard {
  readonly #ports: PositionGuardPorts;

  constructor(ports: PositionGuardPorts) {
    this.#ports = ports;
  }

  /** Compares every position with what is known of the cluster now, paused or not. */
  checkTopics(metadata: ClusterMetadata): void {
    for (const partition of this.#ports.partitions()) {
      this.#isSameTopic(partition, metadata.topics.get(partition.topic));
    }
  }

  /**
   * Whether the partition may be read on where it stands, from a leader in this epoch. False: what was read before has
   * to be compared with that leader's log first, or the topic is another one, and its position is being looked up.
   */
  holds(
    partition: AssignedPartition,
    topic: TopicMetadata | undefined,
    leaderEpoch: number | undefined,
  ): boolean {
    if (!this.#isSameTopic(partition, topic)) return false;
    const { fetchEpoch, validatedIn } = partition;
    if (fetchEpoch === undefined || leaderEpoch === undefined) return true;
    if (validatedIn !== undefined && validatedIn >= leaderEpoch) return true;
    partition.reload({ kind: "validation", epoch: fetchEpoch });
    this.#ports.onReload(partition);
    return false;
  }

  /** The leader has no such offset. What was read before it is to be delivered first: false until that is done. */
  outOfRange(partition: AssignedPartition): boolean {
    if (!this.#ports.buffer.isEmpty(partition)) return false;
    this.#reset(partition, "outOfRange", partition.fetchPosition);
    return true;
  }

  /**
   * The leader's log and what was read part where this epoch ends. A position that is moved there says so, and so does a
   * commit of it: whoever goes on from it notices when the log is cut again (KIP-320).
   */
  diverged(
    partition: AssignedPartition,
    { endOffset, epoch }: { readonly endOffset: bigint; readonly epoch: number },
  ): void {
    const { position, fetchPosition, unresolved } = partition;
    if (position === undefined || fetchPosition === undefined) return;
    const { buffer, resetPolicy, onReset, onFailed } = this.#ports;
    // Only the epochs differ, so nobody can say which offsets are others now: what is there is read.
    const lost = endOffset < fetchPosition ? { from: endOffset, to: fetchPosition } : undefined;
    const deliveredRecords = lost && deliveredOf(partition, lost);
    const isAffected = position > endOffset;
    buffer.drop(partition, "purged");
    partition.refetch();
    partition.ends = {};
    if (isAffected && lost && resetPolicy === "none") {
      partition.fail(truncated(partition, lost));
      onFailed(partition);
      return;
    }
    const to = isAffected ? endOffset : position;
    if (isAffected) partition.moveTo(to, epoch < 0 ? undefined : epoch);
    else if (lost === undefined) partition.fetchEpoch = undefined;
    const from = isAffected ? position : fetchPosition;
    const policy = "where the logs part";
    onReset(
      partition,
      { cause: "truncation", policy, from, to, lost, deliveredRecords, skippedRecords: undefined },
      unresolved,
    );
  }

  /** Its position is of a topic that was deleted. */
  recreated(partition: AssignedPartition): void {
    const { position, ends } = partition;
    const end = ends.highWatermark;
    const lost =
      position !== undefined && end !== undefined && end > position ? { from: position, to: end } : undefined;
    this.#ports.buffer.drop(partition, "purged");
    partition.forgetLog();
    this.#reset(partition, "topicRecreated", position, lost);
  }

  #isSameTopic(partition: AssignedPartition, topic: TopicMetadata | undefined): boolean {
    const topicId = topic?.topicId;
    if (topicId === undefined || topicId === partition.topicId) return true;
    const isOther = partition.topicId !== undefined;
    partition.topicId = topicId;
    if (!isOther) return true;
    if (partition.position === undefined) {
      this.#lookUpAnew(partition);
      return true;
    }
    this.recreated(partition);
    return false;
  }

  /** It is still being looked up: what was asked, and where it stood before, is about the topic that was deleted. */
  #lookUpAnew(partition: AssignedPartition): void {
    const { progress } = partition;
    const source = progress.state === "fetching" ? undefined : progress.source;
    if (!source) return;
    partition.reload(source.kind === "committed" ? { ...source, remembered: undefined } : source);
    this.#ports.onReload(partition);
  }

  #reset(
    partition: AssignedPartition,
    cause: ResetCause,
    from: bigint | undefined,
    lost?: OffsetRange | undefined,
  ): void {
    const { resetPolicy: policy, clock, onReload } = this.#ports;
    const sinceMs = typeof policy === "string" ? undefined : clock.now() - policy.backMs;
    partition.reload({ kind: "reset", policy, cause, from, sinceMs, lost });
    onReload(partition);
  }
}
