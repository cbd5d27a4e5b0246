import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { PositionRemoved } from "#trace/observations/position.ts";
import type { Place, StartPosition } from "../consumerOptions.ts";
import type { RecordBuffer } from "../fetch/recordBuffer.ts";
import { AssignedPartition } from "./assignedPartition.ts";
import type { PartitionTable } from "./partitionTable.ts";
import type { PauseRules } from "./pauseRules.ts";
import { fixPlace } from "./places.ts";
import type { PositionSource } from "./positionSource.ts";
import type { RememberedPosition, RememberedPositions } from "./rememberedPositions.ts";
import type { TopicGrowth } from "./topicGrowth.ts";
import type { IdentifiedPartition } from "./topicReferences.ts";

/** What taking and giving partitions needs of the consumer it belongs to. */
export interface AssignmentPorts {
  readonly table: PartitionTable;
  readonly buffer: RecordBuffer;
  readonly pauses: PauseRules;
  readonly remembered: RememberedPositions;
  readonly startPosition: StartPosition;
  readonly hasGroup: boolean;
  readonly growth: TopicGrowth;
  /** The id of the topic that has the name, by what is known of the cluster. */
  readonly topicIdOf: (topic: string) => string | undefined;
  readonly now: () => number;
  readonly onAdded: (partition: AssignedPartition) => void;
  readonly onRemoved: (partition: AssignedPartition, reason: PositionRemoved["reason"]) => void;
  /** After several were added or removed. */
  readonly onDone: () => void;
}

/** Takes partitions in and gives them up, with everything that belongs to them. */
export class Assignment {
  readonly #ports: AssignmentPorts;
  /** Of every partition this session has had: the start position is for the first time only. */
  readonly #latest = new TopicPartitionMap<AssignedPartition>();

  constructor(ports: AssignmentPorts) {
    this.#ports = ports;
  }

  /**
   * Each begins to load its position. Its topic is from now on the one with the id it has now: a topic that takes its
   * place later, under its name, is another one, even when nothing was fetched by then.
   */
  add(
    keys: readonly IdentifiedPartition[],
    options: { readonly assignedIn?: number; readonly begin?: PositionSource } = {},
  ): void {
    const { table, pauses, remembered, topicIdOf, onAdded } = this.#ports;
    for (const key of keys) {
      if (table.get(key)) continue;
      const topicId = key.topicId ?? topicIdOf(key.topic);
      const before = this.#recall(key, topicId, options.assignedIn);
      const source = options.begin ?? this.#source(key, before);
      const partition = new AssignedPartition(key, {
        assignedIn: options.assignedIn,
        progress: { state: "loading", source },
        paused: pauses.isPaused(key),
      });
      partition.topicId = topicId ?? before?.topicId;
      partition.moves = this.#latest.get(key)?.moves ?? 0;
      this.#latest.set(key, partition);
      table.add(partition);
      onAdded(partition);
    }
    remembered.forgetAll();
    this.#ports.onDone();
  }

  /** Gives up in good order: nobody else has had it, so a commit or the position may still be good if it comes back. */
  revoke(keys: readonly TopicPartition[], ownedIn: number): void {
    const { table, remembered } = this.#ports;
    for (const key of keys) {
      const partition = table.get(key);
      if (partition?.position !== undefined) {
        remembered.remember(key, {
          position: partition.position,
          leaderEpoch: partition.deliveredEpoch,
          committedOffset: partition.committedOffset,
          topicId: partition.topicId,
          ownedIn,
        });
      }
      this.#remove(key, "revoked");
    }
    this.#ports.onDone();
  }

  /** Gone without a say: whatever we knew of it may be out of date. */
  lose(keys: readonly TopicPartition[]): void {
    this.#ports.remembered.forgetAll();
    for (const key of keys) this.#remove(key, "lost");
    this.#ports.onDone();
  }

  close(): void {
    for (const key of this.#ports.table.keys()) this.#remove(key, "closed");
  }

  #remove(key: TopicPartition, reason: "revoked" | "lost" | "closed"): void {
    const { table, buffer, onRemoved } = this.#ports;
    const partition = table.get(key);
    if (!partition) return;
    buffer.drop(key, reason);
    table.remove(key);
    onRemoved(partition, reason);
  }

  /** Where it stood when it was given up, if that still means the same. */
  #recall(
    key: TopicPartition,
    topicId: string | undefined,
    assignedIn: number | undefined,
  ): RememberedPosition | undefined {
    const before = assignedIn === undefined ? undefined : this.#ports.remembered.recall(key, assignedIn);
    const isOfAnother = topicId !== undefined && before?.topicId !== undefined && before.topicId !== topicId;
    return isOfAnother ? undefined : before;
  }

  #source(key: TopicPartition, remembered: RememberedPosition | undefined): PositionSource {
    const { startPosition, hasGroup, now } = this.#ports;
    const { otherwise, because } = this.#beginning(key);
    if (startPosition.kind === "committed") {
      return { kind: "committed", remembered, else: otherwise, because };
    }
    const isFirstTime = !this.#latest.has(key);
    if (isFirstTime || !hasGroup) return fixPlace(otherwise ?? { kind: "start" }, now());
    return { kind: "committed", remembered, else: otherwise, because };
  }

  /**
   * Where to begin without a committed offset; undefined when that is for the user to say. Whoever begins at the end
   * does not want what was there before it came; a partition that was added since has nothing of the kind, and what
   * it got before anybody noticed it would be missed (KAFKA-12261, which Kafka only warns of).
   */
  #beginning(key: TopicPartition): { readonly otherwise: Place | undefined; readonly because?: string } {
    const place = placeOf(this.#ports.startPosition);
    if (place?.kind !== "end" || !this.#ports.growth.isAdded(key)) return { otherwise: place };
    return {
      otherwise: { kind: "start" },
      because: "start, as the partition was added after the consumer came",
    };
  }
}

function placeOf(start: StartPosition): Place | undefined {
  if (start.kind !== "committed") return start;
  if (typeof start.else !== "string") return { kind: "duration", backMs: start.else.backMs };
  return start.else === "none" ? undefined : { kind: start.else };
}
