import type { Clock } from "#base/clock.ts";
import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { Observe } from "#trace/observation.ts";
import type { PositionRemoved } from "#trace/observations/position.ts";
import { type ConsumerOptions, startPositionText } from "../consumerOptions.ts";
import type { BufferRelease, RecordBuffer } from "../fetch/recordBuffer.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";
import type { PartitionTable } from "../position/partitionTable.ts";
import { Coalescer } from "./coalescer.ts";
import { startOptions } from "./startOptions.ts";

/** Ten a second and partition are enough for people to watch. */
const intervalMs = 100;

const session: TopicPartition = { topic: "", partition: 0 };

/** Says what the session's partitions, buffer and deliveries are now, often enough and no more. */
export class SessionReporter {
  readonly #sessionId: string;
  readonly #observe: Observe;
  readonly #table: PartitionTable;
  readonly #buffer: RecordBuffer;
  readonly #partitions: Coalescer;
  readonly #movedOf = new TopicPartitionMap<true>();
  readonly #bufferedOf = new TopicPartitionMap<true>();
  readonly #totals: Coalescer;
  readonly #releases = new TopicPartitionMap<BufferRelease>();
  #deliveredRecords = 0;
  #deliveredBytes = 0;

  constructor(
    sessionId: string,
    ports: {
      /** What reports are paced by: it goes on where the session's own clock stands still. */
      readonly pace: Clock;
      readonly observe: Observe;
      readonly table: PartitionTable;
      readonly buffer: RecordBuffer;
    },
  ) {
    this.#sessionId = sessionId;
    this.#observe = ports.observe;
    this.#table = ports.table;
    this.#buffer = ports.buffer;
    this.#partitions = new Coalescer(ports.pace, intervalMs, (key) => this.#show(key));
    this.#totals = new Coalescer(ports.pace, intervalMs, () => this.#showDelivered());
  }

  started(options: ConsumerOptions): void {
    const { sessionId, name, clientId, groupId, groupInstanceId, topics, topicPattern } = options;
    const { assignors, isolation, corruptBatchPolicy, pausedBuffer, maxBufferedRecords, maxBufferedBytes } =
      options;
    this.#observe({
      type: "session.started",
      sessionId,
      name,
      clientId,
      groupId,
      groupInstanceId,
      topics,
      topicPattern,
      directPartitions: options.directPartitions,
      assignors,
      isolation,
      startPosition: startPositionText(options.startPosition),
      corruptBatchPolicy: typeof corruptBatchPolicy === "string" ? corruptBatchPolicy : "retry",
      pausedBuffer,
      maxBufferedRecords,
      maxBufferedBytes,
      options: startOptions(options),
      scripted: options.scripted,
      script: options.script,
    });
  }

  /** Urgent is a change of state; cursors that merely move are not. */
  position(partition: TopicPartition, isUrgent: boolean): void {
    this.#movedOf.set(partition, true);
    if (isUrgent) this.#partitions.flush(partition);
    else this.#partitions.mark(partition);
  }

  buffer(key: TopicPartition, release: BufferRelease | undefined): void {
    if (release) {
      const before = this.#releases.get(key);
      // Releases for one reason add up; another reason must not be hidden by them.
      if (before && before.reason !== release.reason) this.#showBuffer(key);
      const sum = this.#releases.get(key);
      this.#releases.set(key, {
        reason: release.reason,
        records: release.records + (sum?.records ?? 0),
        bytes: release.bytes + (sum?.bytes ?? 0),
      });
    }
    this.#bufferedOf.set(key, true);
    this.#partitions.mark(key);
  }

  delivered(records: number, bytes: number): void {
    this.#deliveredRecords += records;
    this.#deliveredBytes += bytes;
    this.#totals.mark(session);
  }

  /** The last word about the buffer, then about the partition. */
  removed(partition: AssignedPartition, reason: PositionRemoved["reason"]): void {
    const { topic, partition: index, unresolved } = partition;
    const sessionId = this.#sessionId;
    if (unresolved) {
      const how = reason === "closed" ? "closed" : "revoked";
      const { baseOffset } = unresolved;
      this.#observe({ type: "fetch.batchResolved", sessionId, topic, partition: index, baseOffset, how });
    }
    if (this.#releases.has(partition)) this.#showBuffer(partition);
    this.#bufferedOf.delete(partition);
    this.#movedOf.delete(partition);
    this.#partitions.drop(partition);
    this.#observe({ type: "position.removed", sessionId, topic, partition: index, reason });
  }

  /** Reports whatever was held back. */
  close(): void {
    if (this.#deliveredRecords > 0) this.#totals.flush(session);
    this.#totals.drop(session);
  }

  /** Where a partition stands and what it has buffered are one fact: told apart, they would contradict each other. */
  #show(key: TopicPartition): void {
    if (this.#movedOf.has(key)) this.#showPosition(key);
    if (this.#bufferedOf.has(key)) this.#showBuffer(key);
  }

  #showPosition(key: TopicPartition): void {
    this.#movedOf.delete(key);
    const partition = this.#table.get(key);
    if (partition) this.#observe(partition.observation(this.#sessionId));
  }

  #showBuffer(key: TopicPartition): void {
    this.#bufferedOf.delete(key);
    const { topic, partition } = key;
    const { records, bytes, batches } = this.#buffer.countsOf(key);
    const isPaused = this.#table.get(key)?.paused ?? false;
    const released = this.#releases.get(key);
    this.#releases.delete(key);
    this.#observe({
      type: "buffer.state",
      sessionId: this.#sessionId,
      topic,
      partition,
      records,
      bytes,
      batches,
      pausedRecords: isPaused ? records : 0,
      pausedBytes: isPaused ? bytes : 0,
      released,
    });
  }

  #showDelivered(): void {
    this.#observe({
      type: "session.delivered",
      sessionId: this.#sessionId,
      records: this.#deliveredRecords,
      bytes: this.#deliveredBytes,
    });
  }
}
