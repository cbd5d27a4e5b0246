import { type Random, randomInt } from "#base/random.ts";
import { type CallbackDelays, type ConsumerOptions, usualBehaviour } from "#engine/consumerOptions.ts";

/** What kind of trouble a run is mostly about. */
export const troubles = [
  "calm",
  "churn",
  "cluster",
  "transactions",
  "truncation",
  "network",
  "commits",
  "damage",
  "faults",
  "everything",
] as const;

export type Trouble = (typeof troubles)[number];

/** Which assignors the members of a run offer; `upgrade` mixes both generations of a rolling upgrade. */
const assignorChoices = ["range", "roundrobin", "sticky", "cooperative-sticky", "upgrade"] as const;

/** Which group protocol the members of a run speak; `mixed` is a group on its way from the one to the other. */
const protocolChoices = ["classic", "classic", "consumer", "mixed"] as const;

/** The shape of one run, decided by its seed before anything happens. */
export interface Profile {
  readonly trouble: Trouble;
  readonly nodes: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: number;
    readonly replicationFactor: number;
  }[];
  readonly assignors: (typeof assignorChoices)[number];
  readonly protocol: (typeof protocolChoices)[number];
  readonly steps: number;
  /** Of the nodes, in turn. */
  readonly racks: readonly string[];
  readonly network: { readonly minDelayMs: number; readonly maxDelayMs: number; readonly cutChance: number };
}

export const groupId = "billing";

/** Of the batches that are produced. */
export const mostRecordsInBatch = 12;
/** Bytes of their values. */
export const valueSizes: readonly number[] = [8, 40, 400];
/** A record in the buffer, with what the engine counts for each beside its value. */
export const largestRecordBytes = Math.max(...valueSizes) + 200;

export function chooseProfile(random: Random): Profile {
  const nodes = 1 + randomInt(random, 3);
  const topics = Array.from({ length: 1 + randomInt(random, 2) }, (_, index) => ({
    topic: `orders-${index}`,
    partitions: 1 + randomInt(random, 4),
    replicationFactor: 1 + randomInt(random, nodes),
  }));
  return {
    trouble: pick(random, troubles),
    nodes,
    topics,
    assignors: pick(random, assignorChoices),
    protocol: pick(random, protocolChoices),
    steps: 40 + randomInt(random, 60),
    network: {
      minDelayMs: 1,
      maxDelayMs: pick(random, [1, 2, 5, 20, 60]),
      cutChance: pick(random, [0, 0.1, 0.4]),
    },
    racks: nodes > 1 && chance(random, 0.4) ? ["east", "west"] : [],
  };
}

/** Options of the next member; every bound is small, so that limits are met in seconds. */
export function chooseOptions(
  random: Random,
  profile: Profile,
  member: { readonly sessionId: string; readonly isDirect: boolean; readonly taken: readonly string[] },
): ConsumerOptions {
  const { sessionId, isDirect, taken } = member;
  const sessionTimeoutMs = pick(random, [1_500, 3_000, 6_000]);
  const rebalanceTimeoutMs = pick(random, [1_500, 4_000, 8_000]);
  // Members hear of a rebalance by heartbeat: one that asks too seldom never joins in time, with any client.
  const heartbeatIntervalMs = Math.min(sessionTimeoutMs, rebalanceTimeoutMs) / pick(random, [3, 5, 10]);
  return {
    sessionId,
    name: sessionId,
    clientId: `client-${sessionId}`,
    groupId: isDirect ? undefined : groupId,
    groupInstanceId: isDirect ? undefined : chooseInstanceId(random, taken),
    topics: profile.topics.map(({ topic }) => topic),
    assignors: assignorsOf(random, profile),
    startPosition: isDirect || chance(random, 0.1) ? { kind: "start" } : { kind: "committed", else: "start" },
    resetPolicy: pick(random, ["none", "start", "end", "nearest"]),
    isolation: pick(random, ["read_uncommitted", "read_committed"]),
    corruptBatchPolicy: pick(random, ["halt", "skip", retrying("halt"), retrying("skip")]),
    maxBufferedRecords: pick(random, [1, 20, 100, 5_000]),
    maxBufferedBytes: pick(random, [2_000, 20_000, 1_000_000]),
    ...usualBehaviour,
    groupProtocol: isDirect ? "classic" : protocolOf(random, profile),
    serverAssignor:
      !isDirect && profile.protocol === "consumer" && chance(random, 0.6)
        ? pick(random, ["uniform", "range"])
        : undefined,
    autoCommit: isDirect ? "off" : pick(random, ["off", "onPoll", "onTimer"]),
    autoCommitIntervalMs: pick(random, [200, 1_000, 5_000]),
    commitOnRevoke: !isDirect && chance(random, 0.3),
    blockRebalanceOnPoll: !isDirect && chance(random, 0.25),
    callbackDelays: isDirect ? usualBehaviour.callbackDelays : chooseDelays(random),
    maxPollIntervalMs: !isDirect && chance(random, 0.15) ? pick(random, [2_000, 6_000]) : undefined,
    fetchSessions: chance(random, 0.7),
    pausedBuffer: pick(random, ["retain", "retain", "discard"]),
    sessionTimeoutMs,
    rebalanceTimeoutMs,
    heartbeatIntervalMs,
    fetch: {
      maxWaitMs: pick(random, [100, 500, 1_000]),
      minBytes: pick(random, [1, 1, 200]),
      maxBytes: pick(random, [1_000, 50_000, 1_000_000]),
      maxPartitionBytes: pick(random, [300, 10_000, 1_000_000]),
    },
    scripted: false,
  };
}

/** Options that few members have: drawn with the order to join, so that those who were asked without them stay as they were. */
export type Variety = Partial<
  Pick<ConsumerOptions, "topics" | "topicPattern" | "rack" | "controlRecords" | "resetPolicy">
>;

/** Undefined for most. */
export function chooseVariety(
  random: Random,
  { racks, topics }: Profile,
  isDirect: boolean,
): Variety | undefined {
  const hasPattern = chance(random, 0.15);
  const rack = racks.length > 0 && chance(random, 0.7) ? pick(random, racks) : undefined;
  const showsMarkers = chance(random, 0.2);
  const backMs = chance(random, 0.15) ? pick(random, [500, 5_000, 60_000]) : undefined;
  const variety: Variety = {
    ...(hasPattern && patternFor(random, topics[0]?.topic, isDirect)),
    ...(rack !== undefined && { rack }),
    ...(showsMarkers && { controlRecords: true }),
    ...(backMs !== undefined && { resetPolicy: { backMs } }),
  };
  return Object.keys(variety).length > 0 ? variety : undefined;
}

/** All topics, by a pattern alone or beside a name. */
function patternFor(random: Random, named: string | undefined, isDirect: boolean): Variety {
  if (isDirect) return {};
  return { topicPattern: "orders-[0-9]+", topics: named !== undefined && chance(random, 0.3) ? [named] : [] };
}

function retrying(otherwise: "halt" | "skip"): ConsumerOptions["corruptBatchPolicy"] {
  return { kind: "retry", times: 2, backoffMs: 300, otherwise };
}

/** Mostly none, and now and then longer than a heartbeat. */
function chooseDelays(random: Random): CallbackDelays {
  return {
    assignedMs: pick(random, [0, 0, 0, 100, 1_200]),
    revokedMs: pick(random, [0, 0, 0, 100, 1_200]),
    lostMs: pick(random, [0, 0, 0, 500]),
  };
}

/** A few members are static, and come back under their old name; hardly ever two have the same at a time. */
function chooseInstanceId(random: Random, taken: readonly string[]): string | undefined {
  if (chance(random, 0.8)) return undefined;
  const instanceId = pick(random, ["static-1", "static-2"]);
  return taken.includes(instanceId) && chance(random, 0.8) ? undefined : instanceId;
}

function protocolOf(random: Random, { protocol }: Profile): "classic" | "consumer" {
  return protocol === "mixed" ? pick(random, ["classic", "consumer"] as const) : protocol;
}

function assignorsOf(random: Random, { assignors }: Profile): readonly string[] {
  if (assignors !== "upgrade") return [assignors];
  // Every list holds range, or the members could not agree on anything.
  return pick(random, [["range"], ["cooperative-sticky", "range"], ["cooperative-sticky", "range"]]);
}

export function pick<T>(random: Random, from: readonly T[]): T {
  const picked = from[randomInt(random, from.length)];
  if (picked === undefined) throw new RangeError("there is nothing to pick from");
  return picked;
}

export function chance(random: Random, probability: number): boolean {
  return random.next() < probability;
}
