import type { TopicPartition } from "#base/topicPartition.ts";
import type { Observe } from "#trace/observation.ts";
import type { CommitResult } from "../commit/commitEntry.ts";
import { EngineError } from "../engineError.ts";
import type { RecordBuffer } from "../fetch/recordBuffer.ts";
import type { AssignedPartition } from "./assignedPartition.ts";
import type { Discarder, SkipProgress } from "./discarder.ts";
import type { Moved, Seeker } from "./seeker.ts";

/** Up to where to skip. */
export type SkipTarget =
  | { readonly kind: "end" }
  | { readonly kind: "timestamp"; readonly timestampMs: number };

/**
 * How to skip. `move`: the position is moved, nothing is fetched. `discard`: everything is consumed and dropped, so
 * that it is counted exactly. `rejoin`: as somebody does who stops the consumer, moves the group's offset and starts it
 * again; it commits.
 */
export type SkipWay = "move" | "discard" | "rejoin";

/** What skipping would leave out. */
export interface SkipPreview extends Moved {
  /** Offsets between the two: at most this many records. */
  readonly offsets: bigint | undefined;
  /** Of those, already here. */
  readonly bufferedRecords: number;
  readonly bufferedBytes: number;
  /** Of all that would be left out; undefined when that is not here yet. */
  readonly bytes: number | undefined;
}

/** How to skip, and what with it. */
export interface SkipOrder {
  readonly how: SkipWay;
  readonly commit?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SkipProgress) => void) | undefined;
}

/** A skip as it ended. */
export interface Skipped extends Moved {
  /** Consumed and dropped, where they were counted. */
  readonly records?: number | undefined;
  readonly commit?: CommitResult | undefined;
}

/** Settles when the consumer is a member again. */
export type Rejoin = (signal?: AbortSignal) => Promise<void>;

/** What skipping needs of the consumer it belongs to. */
export interface SkipperPorts {
  readonly observe: Observe;
  readonly sessionId: string;
  readonly buffer: RecordBuffer;
  readonly seeker: Seeker;
  readonly discarder: Discarder;
  readonly commit: (key: TopicPartition, offset: bigint, signal?: AbortSignal) => Promise<CommitResult>;
  /** Leaves the group and joins it again; undefined for a consumer that is no member of one. */
  readonly rejoin: () => Rejoin | undefined;
}

/** Leaves out what arrived: paused or not, never backwards, and doing it twice is doing it once. */
export class Skipper {
  readonly #ports: SkipperPorts;

  constructor(ports: SkipperPorts) {
    this.#ports = ports;
  }

  async preview(key: TopicPartition, to: SkipTarget): Promise<SkipPreview> {
    const partition = this.#ports.seeker.partition(key);
    return await this.#preview(partition, to);
  }

  /** Rejects with EngineError, or CancelledError, when nothing, or not everything, was left out. */
  async skip(key: TopicPartition, target: SkipTarget, order: SkipOrder): Promise<Skipped> {
    const { seeker, rejoin } = this.#ports;
    const partition = seeker.partition(key);
    if (order.how === "rejoin" && !rejoin()) {
      throw new EngineError(
        "NO_GROUP",
        "this consumer is no member of a group that it could leave and join again: move the position instead",
      );
    }
    const isStillWanted = seeker.order(partition);
    const { to } = await this.#preview(partition, target, order.signal);
    isStillWanted();
    if (order.how === "discard") return await this.#discard(partition, to, { order, isStillWanted });
    const from = partition.position;
    const isThere = from !== undefined && from >= to && !partition.halted;
    if (!isThere) this.#move(partition, to);
    const moved = { from, to: isThere ? from : to };
    if (order.how === "rejoin") return isThere ? moved : await this.#rejoin(key, moved, order.signal);
    return order.commit ? { ...moved, commit: await this.#commit(key, moved.to, order.signal) } : moved;
  }

  async #preview(
    partition: AssignedPartition,
    target: SkipTarget,
    signal?: AbortSignal,
  ): Promise<SkipPreview> {
    const { seeker, buffer } = this.#ports;
    // The end first: what arrives while the position is still being looked for was not there when this was asked.
    const end = await seeker.resolve(partition, target, signal);
    await seeker.positioned(partition, signal);
    const { position: from, fetchPosition } = partition;
    // Never backwards: a time, and with read_committed the end too, may lie before what was delivered.
    const to = from !== undefined && from > end ? from : end;
    const isWholeHere = fetchPosition === to;
    const { bytes } = buffer.countsOf(partition);
    return {
      from,
      to,
      offsets: from === undefined ? undefined : to - from,
      bufferedRecords: buffer.countBefore(partition, to),
      bufferedBytes: bytes,
      bytes: isWholeHere ? bytes : undefined,
    };
  }

  async #discard(
    partition: AssignedPartition,
    to: bigint,
    given: { readonly order: SkipOrder; readonly isStillWanted: () => void },
  ): Promise<Skipped> {
    const { order, isStillWanted } = given;
    const { signal, onProgress } = order;
    const done = await this.#ports.discarder.discard(partition, to, { isStillWanted, signal, onProgress });
    const skipped = { from: done.from, to: done.position, records: done.records };
    if (!order.commit) return skipped;
    return { ...skipped, commit: await this.#commit(partition, done.position, signal) };
  }

  /** Committed while still a member: from outside, a group that has others in it would refuse. */
  async #rejoin(key: TopicPartition, moved: Moved, signal: AbortSignal | undefined): Promise<Skipped> {
    const commit = await this.#commit(key, moved.to, signal);
    if (commit.outcome !== "committed") return { ...moved, commit };
    await this.#ports.rejoin()?.(signal);
    return { ...moved, commit };
  }

  #commit({ topic, partition }: TopicPartition, offset: bigint, signal: AbortSignal | undefined) {
    return this.#ports.commit({ topic, partition }, offset, signal);
  }

  #move(partition: AssignedPartition, to: bigint): void {
    const { observe, sessionId, seeker } = this.#ports;
    const { position, topic, partition: index } = partition;
    if (to > (position ?? 0n)) {
      const gap = { topic, partition: index, fromOffset: position, toOffset: to };
      observe({ type: "fetch.gap", sessionId, reason: "userSkip", ...gap });
    }
    seeker.move(partition, to);
  }
}
