import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { LogMemory } from "./logMemory.ts";
import type { PartitionLog } from "./partitionLog.ts";
import type { TopicStore } from "./topicStore.ts";

/** What housekeeping needs of its surroundings. */
export interface HousekeepingDeps {
  readonly clock: Clock;
  readonly topics: TopicStore;
  readonly memory: LogMemory;
  /** How often logs are looked at. */
  readonly intervalMs: number;
  /** What time it is for the leader of a log, in ms. */
  nowOf(log: PartitionLog): bigint;
  /** Told the logs whose start has moved. */
  moved(logs: readonly PartitionLog[]): void;
}

type Configs = ReadonlyMap<string, string>;

const defaultDeleteRetentionMs = 86_400_000n;

/**
 * Deletes records that are past a topic's retention, and compacts topics that are kept by key. It looks at logs only while
 * some topic asks for it and something was appended.
 */
export class Housekeeping implements Disposable {
  readonly #deps: HousekeepingDeps;
  /** Compacted logs with something to do, and from when on. */
  readonly #dueAt = new Map<PartitionLog, bigint>();
  #timer: Disposable | undefined;

  constructor(deps: HousekeepingDeps) {
    this.#deps = deps;
  }

  appended(log: PartitionLog): void {
    const configs = this.#deps.topics.byName(log.id.topic)?.configs;
    if (configs === undefined || !needsCare(configs)) return;
    if (isCompacted(configs)) this.#dueAt.set(log, 0n);
    this.#arm();
  }

  /** Compacts a log now, whatever its topic's policy says. Gives what that freed. */
  compact(log: PartitionLog): number {
    const configs = this.#deps.topics.byName(log.id.topic)?.configs;
    const given = configs?.get("delete.retention.ms");
    const deleteRetentionMs = given === undefined ? defaultDeleteRetentionMs : BigInt(given);
    const { freedBytes, nextHorizon } = log.compact({ now: this.#deps.nowOf(log), deleteRetentionMs });
    this.#deps.memory.freed(freedBytes);
    if (nextHorizon === undefined) this.#dueAt.delete(log);
    else this.#dueAt.set(log, nextHorizon);
    return freedBytes;
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#dueAt.clear();
  }

  #arm(): void {
    this.#timer ??= this.#deps.clock.schedule(this.#deps.intervalMs, () => {
      this.#timer = undefined;
      this.#run();
    });
  }

  #run(): void {
    const moved: PartitionLog[] = [];
    let goesOn = false;
    for (const { configs, partitions } of this.#deps.topics.all) {
      if (!needsCare(configs)) continue;
      for (const log of partitions) {
        if (this.#applyRetention(log, configs)) moved.push(log);
        if (isCompacted(configs)) this.#compactIfDue(log);
        goesOn ||= this.#dueAt.has(log) || (isDeleted(configs) && log.batchCount > 0);
      }
    }
    if (moved.length > 0) this.#deps.moved(moved);
    if (goesOn) this.#arm();
  }

  #compactIfDue(log: PartitionLog): void {
    const dueAt = this.#dueAt.get(log);
    if (dueAt !== undefined && dueAt <= this.#deps.nowOf(log)) this.compact(log);
  }

  #applyRetention(log: PartitionLog, configs: Configs): boolean {
    if (!isDeleted(configs)) return false;
    const before = log.logStartOffset;
    const now = this.#deps.nowOf(log);
    const retentionMs = limitIn(configs, "retention.ms");
    const retentionBytes = limitIn(configs, "retention.bytes");
    for (let oldest = log.oldestBatch; oldest; oldest = log.oldestBatch) {
      const isOld = retentionMs !== undefined && oldest.maxTimestamp < now - retentionMs;
      const isTooMuch =
        retentionBytes !== undefined &&
        BigInt(log.storedBytes) - BigInt(oldest.bytes.length) >= retentionBytes;
      if (!isOld && !isTooMuch) break;
      this.#deps.memory.freed(log.dropOldest());
    }
    return log.logStartOffset !== before;
  }
}

function policy(configs: Configs): readonly string[] {
  return (configs.get("cleanup.policy") ?? "delete").split(",").map((each) => each.trim());
}

/** Whether only the newest record of each key is kept. */
export function isCompacted(configs: Configs): boolean {
  return policy(configs).includes("compact");
}

function isDeleted(configs: Configs): boolean {
  const hasLimit = ["retention.ms", "retention.bytes"].some((name) => limitIn(configs, name) !== undefined);
  return hasLimit && policy(configs).includes("delete");
}

function needsCare(configs: Configs): boolean {
  return configs.size > 0 && (isCompacted(configs) || isDeleted(configs));
}

/** Undefined when there is none, which Kafka writes as -1. */
function limitIn(configs: Configs, name: string): bigint | undefined {
  const given = configs.get(name);
  return given === undefined || given.startsWith("-") ? undefined : BigInt(given);
}
