import type { TopicPartition } from "#base/topicPartition.ts";

/** The playground runs, at these addresses. */
export interface BrokerStarted {
  readonly type: "broker.started";
  readonly kafkaClusterId: string;
  readonly nodes: readonly {
    readonly nodeId: number;
    readonly host: string;
    readonly port: number;
    readonly rack?: string | undefined;
  }[];
}

export interface BrokerStopped {
  readonly type: "broker.stopped";
  readonly reason: string;
}

/** A fault rule after any change, each hit included. */
export interface BrokerFault {
  readonly type: "broker.fault";
  readonly faultId: string;
  /** Ready-made kind or `rule`. */
  readonly kind: string;
  /** In words: `hold SyncGroup of billing`. */
  readonly title: string;
  readonly enabled: boolean;
  /** True once it was taken away; it is then no longer listed. */
  readonly removed: boolean;
  readonly hits: number;
  /** Requests it concerned in whose answers it found nothing to change; undefined when there were none. */
  readonly misses?: number | undefined;
  /** Requests it holds at this moment. */
  readonly holding: number;
  /** When the oldest of these came; undefined while it holds none. */
  readonly heldSince?: number | undefined;
  /** When it was made. */
  readonly since: number;
  readonly groupId?: string | undefined;
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
}

/** A producing workload of the playground. */
export interface BrokerWorkload {
  readonly type: "broker.workload";
  readonly workloadId: string;
  readonly topic: string;
  /** What it produces and how, in words: `orders · a burst of 600 · lz4`. */
  readonly description?: string | undefined;
  /** As it is now; undefined for a burst. */
  readonly recordsPerSecond?: number | undefined;
  readonly produced: number;
  /** Keys and values, before compression. */
  readonly bytes?: number | undefined;
  readonly tombstones?: number | undefined;
  /** Those that a consumer of JSON cannot parse. */
  readonly poisoned?: number | undefined;
  /** Records of transactions that it aborted. */
  readonly aborted?: number | undefined;
  readonly running: boolean;
  /** Why it ended, when that was not a wish. */
  readonly error?: string | undefined;
}

/** A wall clock that does not show the playground's time. */
export interface WrongClock {
  /** Undefined: that of the playground's own producers, and of nodes without a wrong one of their own. */
  readonly nodeId?: number | undefined;
  /** In ms; below zero when it is behind, zero for a node's that is right while the others' are wrong. */
  readonly aheadMs: number;
}

/** Something was done to the playground on purpose, all at once: a node stopped, a leader moved, a log was cut. */
export interface BrokerTrouble {
  readonly type: "broker.trouble";
  /** What was done: `stopNode`. */
  readonly kind: string;
  /** In words: `node 2 (port 9093) is down`. */
  readonly title: string;
  readonly groupId?: string | undefined;
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly memberId?: string | undefined;
  readonly nodeId?: number | undefined;
  readonly transactionalId?: string | undefined;
  /** The nodes that are down afterwards. */
  readonly nodesDown: readonly number[];
  /** The clocks that are wrong afterwards; undefined when they are as they were. */
  readonly wrongClocks?: readonly WrongClock[] | undefined;
  /** All nodes there are, after one has joined. */
  readonly nodes?: BrokerStarted["nodes"] | undefined;
}

/** What had to go so that all records fit into the playground's memory, in all: of each topic that lost any. */
export interface BrokerDropped {
  readonly type: "broker.dropped";
  readonly topics: readonly { readonly topic: string; readonly batches: number; readonly records: number }[];
}

/** A producer's transactions after a change, as their coordinator has them (KIP-98). */
export interface BrokerTransaction {
  readonly type: "broker.transaction";
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Undefined for one that no coordinator knows: only its records are there (KIP-664 calls it hanging). */
  readonly transactionalId?: string | undefined;
  /** Kafka's names, and Hanging. */
  readonly state:
    | "Empty"
    | "Ongoing"
    | "PrepareCommit"
    | "PrepareAbort"
    | "CompleteCommit"
    | "CompleteAbort"
    | "Hanging";
  /** Those that wait for a marker. */
  readonly partitions: readonly TopicPartition[];
  readonly startedAt?: number | undefined;
  /** Of one that hangs: where its records begin, and who reads committed stops. */
  readonly firstOffset?: bigint | undefined;
  readonly timeoutMs?: number | undefined;
  /** Why it ended without its producer. */
  readonly reason?: string | undefined;
}

/** Something that must hold in every group is broken in one, or holds again. */
export interface BrokerInvariant {
  readonly type: "broker.invariant";
  /**
   * `oneOwner`: a partition has one owner per generation or epoch. `currentGeneration`: only the current generation
   * commits. `forwardCommit`: members commit forwards.
   */
  readonly rule: "oneOwner" | "currentGeneration" | "forwardCommit";
  readonly isBroken: boolean;
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
  /** Generation or epoch; below zero when no member did it. */
  readonly generationId: number;
  /** The owners, or who committed. */
  readonly memberIds: readonly string[];
  /** Of a commit: what it replaced, and what it says. */
  readonly from?: bigint | undefined;
  readonly to?: bigint | undefined;
}

/**
 * A Fetch answer of the playground that was not what its log holds for this consumer; told once for each client,
 * partition and problem.
 */
export interface BrokerDelivery {
  readonly type: "broker.delivery";
  readonly topic: string;
  readonly partition: number;
  /** Who answered. */
  readonly nodeId: number;
  /** Who asked; empty when the client gives no name. */
  readonly clientId: string;
  readonly isolation: "read_uncommitted" | "read_committed";
  readonly fetchOffset: bigint;
  /**
   * `readElsewhere`: not from where the client stands. `notTheLog`: bytes that the log does not have there, so some batch
   * is missing or there twice. `leftOut`: the log itself lost a batch. `withheld`: it ends early. `tooFar`: beyond what the
   * consumer may see. `abortedNotTold`, `committedToldAborted`: the list of aborted transactions is wrong.
   */
  readonly problem:
    | "readElsewhere"
    | "notTheLog"
    | "leftOut"
    | "withheld"
    | "tooFar"
    | "abortedNotTold"
    | "committedToldAborted";
  /** Where it begins to be wrong. */
  readonly offset: bigint;
}

/** How time passes for the playground and everybody on it: after a change or a step, and when a foreign client comes or goes. */
export interface BrokerClock {
  readonly type: "broker.clock";
  /** `real`: as elsewhere. `paused`: not at all. `fast`: from one timer to the next, without waiting. */
  readonly mode: "real" | "paused" | "fast";
  /** What the clock shows. */
  readonly now: number;
  /** By how much that is ahead of the real time; below zero after a pause. */
  readonly aheadMs: number;
  /** Foreign clients that are connected, by name: they wait by the real time, and keep the clock to it. */
  readonly foreign?: string | undefined;
}

/** A scripted member of the playground, alive or between two lives; told with each life, and when it is taken away. */
export interface BrokerMember {
  readonly type: "broker.member";
  readonly name: string;
  readonly groupId: string;
  /** Its newest life. */
  readonly sessionId: string;
  readonly removed: boolean;
}

export type BrokerObservation =
  | BrokerStarted
  | BrokerStopped
  | BrokerFault
  | BrokerWorkload
  | BrokerTrouble
  | BrokerDropped
  | BrokerTransaction
  | BrokerInvariant
  | BrokerDelivery
  | BrokerClock
  | BrokerMember;
