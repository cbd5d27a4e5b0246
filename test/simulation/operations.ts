import { type Random, randomInt } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { PartitionScope, SeekTarget } from "#engine/consumerOptions.ts";
import type { LeaveGroup } from "#engine/group/groupMemberPorts.ts";
import type { SkipTarget } from "#engine/position/skipper.ts";
import type { BatchCorruption } from "#playground/faults/corruptBatch.ts";
import { chooseFault, type SimulatedFault } from "./faults.ts";
import {
  chance,
  chooseVariety,
  mostRecordsInBatch,
  pick,
  type Trouble,
  troubles,
  type Variety,
  valueSizes,
} from "./profile.ts";
import type { SimulatedMember } from "./simulatedMember.ts";
import type { World } from "./world.ts";

/** One thing that happens in a run. Members are named, so that the list reads by itself. */
export type Operation =
  | {
      readonly kind: "join";
      readonly isDirect: boolean;
      /** Names the member and seeds everything about it, whoever else is there. */
      readonly index: number;
      readonly variety?: Variety | undefined;
    }
  | {
      readonly kind: "leave";
      readonly member: string;
      readonly deadlineMs: number;
      readonly tellGroup: LeaveGroup;
    }
  | { readonly kind: "crash" | "cut" | "releaseCommits" | "allow" | "rejoin"; readonly member: string }
  | { readonly kind: "isolate"; readonly member: string; readonly forMs: number }
  | {
      readonly kind: "poll";
      readonly member: string;
      readonly max: number;
      readonly timeoutMs: number;
      readonly cancelAfterMs?: number | undefined;
    }
  | { readonly kind: "pause" | "resume"; readonly member: string; readonly scope: PartitionScope }
  | {
      readonly kind: "seek";
      readonly member: string;
      readonly key: TopicPartition;
      readonly target: SeekTarget;
    }
  | {
      readonly kind: "skipToEnd";
      readonly member: string;
      readonly key: TopicPartition;
      /** Elsewhere than to the end. */
      readonly to?: SkipTarget | undefined;
      readonly how: "move" | "discard" | "rejoin";
      readonly commit: boolean;
      readonly cancelAfterMs?: number | undefined;
    }
  | {
      readonly kind: "commit";
      readonly member: string;
      readonly what: "positions" | "explicit";
      /** Seeds the choice of offsets. */
      readonly salt: number;
      readonly deadlineMs: number;
      readonly cancelAfterMs?: number | undefined;
    }
  | { readonly kind: "retryBatch" | "skipBatch"; readonly member: string; readonly key: TopicPartition }
  | {
      readonly kind: "produce";
      readonly key: TopicPartition;
      readonly count: number;
      readonly valueBytes: number;
      readonly compression: "none" | "gzip" | "lz4" | "snappy";
    }
  | {
      readonly kind: "transact";
      readonly keys: readonly TopicPartition[];
      readonly count: number;
      readonly fate: "committed" | "aborted";
      readonly afterMs: number | undefined;
    }
  | { readonly kind: "truncate"; readonly key: TopicPartition; readonly count: number }
  | { readonly kind: "recreate"; readonly topic: string }
  | { readonly kind: "damageNext"; readonly key: TopicPartition; readonly how: BatchCorruption }
  | { readonly kind: "cutAll" | "moveCoordinator" | "moveTransactions" | "addNode" }
  | { readonly kind: "growTopic"; readonly topic: string }
  | { readonly kind: "moveLeader"; readonly key: TopicPartition }
  | { readonly kind: "stopNode"; readonly node: number; readonly forMs: number }
  | { readonly kind: "refuse" | "blackHole"; readonly node: number; readonly forMs: number }
  | { readonly kind: "fault"; readonly fault: SimulatedFault }
  | { readonly kind: "endFault" | "releaseHeld" };

type Kind = Operation["kind"];

/** How often each kind is chosen when nothing special is going on. */
const usual: Readonly<Record<Kind, number>> = {
  join: 6,
  leave: 2,
  crash: 1,
  isolate: 0.5,
  poll: 30,
  pause: 3,
  resume: 4,
  seek: 2,
  skipToEnd: 1,
  commit: 8,
  releaseCommits: 0.5,
  retryBatch: 0.5,
  skipBatch: 0.5,
  produce: 25,
  damageNext: 0.2,
  cut: 0.5,
  cutAll: 0.2,
  refuse: 0.1,
  blackHole: 0.1,
  fault: 0.5,
  endFault: 2,
  releaseHeld: 0.5,
  allow: 6,
  rejoin: 0.3,
  moveCoordinator: 0.3,
  moveTransactions: 0.1,
  moveLeader: 0.5,
  growTopic: 0.2,
  stopNode: 0.1,
  addNode: 0.1,
  transact: 1,
  truncate: 0,
  recreate: 0,
};

const more: Readonly<Record<Trouble, Partial<Readonly<Record<Kind, number>>>>> = {
  calm: { fault: 0, cut: 0, cutAll: 0, refuse: 0, blackHole: 0, isolate: 0, damageNext: 0, stopNode: 0 },
  churn: { join: 20, leave: 10, crash: 6, isolate: 2 },
  cluster: { moveLeader: 8, moveCoordinator: 5, stopNode: 3, addNode: 1, growTopic: 2, join: 8 },
  transactions: { transact: 15, fault: 2, moveLeader: 2, moveTransactions: 2 },
  // A user who commits or seeks to places nobody has read at leaves clients no way to notice that a log was cut.
  truncation: {
    truncate: 4,
    recreate: 0.5,
    moveLeader: 2,
    seek: 0,
    skipToEnd: 0,
    damageNext: 0,
    transact: 0,
    join: 8,
  },
  network: { cut: 6, cutAll: 2, refuse: 2, blackHole: 2, isolate: 4 },
  commits: { commit: 40, releaseCommits: 6, fault: 4, join: 8 },
  damage: { damageNext: 6, skipBatch: 4, retryBatch: 3, seek: 5 },
  faults: { fault: 10, endFault: 6, releaseHeld: 3 },
  everything: {
    join: 10,
    leave: 5,
    crash: 3,
    cut: 2,
    damageNext: 2,
    skipBatch: 2,
    fault: 5,
    isolate: 1,
    commit: 15,
    moveLeader: 2,
    moveCoordinator: 1,
    stopNode: 1,
  },
};

/** Those after which the log still tells where the batch ends: what else would be owed nobody could say. */
const corruptions = ["crc", "codec", "codecUnknown", "recordLayout", "recordCount"] as const;

/** Kafka's own clients leave a static member's place to its successor. */
const leaveWays = [true, true, true, "unlessStatic", "unlessStatic", false] as const;

const memberLimit = 4;
const nodeLimit = 5;

/** What happens next; undefined when what was chosen makes no sense now. */
export function chooseOperation(world: World): Operation | undefined {
  const { random } = world;
  const kind = chooseKind(random, world.profile.trouble);
  if (kind === "join") {
    if (world.alive.length >= memberLimit) return undefined;
    const isDirect = chance(random, 0.12);
    const variety = chooseVariety(random, world.profile, isDirect);
    return { kind, isDirect, index: world.nextMember, variety };
  }
  return ofBroker(world, kind) ?? ofMember(world, kind);
}

/** Every kind's weight under one trouble, and their sum. */
interface Weights {
  readonly entries: readonly (readonly [Kind, number])[];
  readonly sum: number;
}

const weights: ReadonlyMap<Trouble, Weights> = new Map(
  troubles.map((trouble) => {
    const entries = Object.entries({ ...usual, ...more[trouble] }) as [Kind, number][];
    return [trouble, { entries, sum: entries.reduce((sum, [, weight]) => sum + weight, 0) }];
  }),
);

function chooseKind(random: Random, trouble: Trouble): Kind {
  const { entries = [], sum = 0 } = weights.get(trouble) ?? {};
  let left = random.next() * sum;
  for (const [kind, weight] of entries) {
    left -= weight;
    if (left < 0) return kind;
  }
  return "poll";
}

function ofBroker(world: World, kind: Kind): Operation | undefined {
  const { random, partitions } = world;
  const nodes = world.playground.nodes.length;
  switch (kind) {
    case "produce": {
      const key = pick(random, partitions);
      const compression = pick(random, ["none", "none", "gzip", "lz4", "snappy"] as const);
      return {
        kind,
        key,
        count: 1 + randomInt(random, mostRecordsInBatch),
        valueBytes: pick(random, valueSizes),
        compression,
      };
    }
    case "damageNext":
      return { kind, key: pick(random, partitions), how: pick(random, corruptions) };
    case "cutAll":
    case "endFault":
    case "releaseHeld":
    case "moveCoordinator":
    case "moveTransactions":
      return { kind };
    case "addNode":
      return nodes < nodeLimit ? { kind } : undefined;
    case "moveLeader":
      return { kind, key: pick(random, partitions) };
    case "transact":
      return {
        kind,
        keys: Array.from({ length: 1 + randomInt(random, 2) }, () => pick(random, partitions)),
        count: 1 + randomInt(random, 6),
        fate: pick(random, ["committed", "committed", "aborted"]),
        afterMs: chance(random, 0.1) ? undefined : pick(random, [0, 50, 500, 4_000]),
      };
    case "truncate":
      return { kind, key: pick(random, partitions), count: 1 + randomInt(random, 8) };
    case "recreate":
      return { kind, topic: pick(random, partitions).topic };
    case "growTopic":
      return { kind, topic: pick(random, partitions).topic };
    case "stopNode":
      return { kind, node: randomInt(random, nodes), forMs: pick(random, [300, 2_000, 8_000]) };
    case "refuse":
    case "blackHole":
      return { kind, node: randomInt(random, nodes), forMs: pick(random, [50, 500, 3_000, 12_000]) };
    case "fault":
      return { kind, fault: chooseFault(random, partitions) };
    default:
      return undefined;
  }
}

function ofMember(world: World, kind: Kind): Operation | undefined {
  const { random } = world;
  if (world.alive.length === 0) return undefined;
  const chosen = pick(random, world.alive);
  const member = chosen.id;
  switch (kind) {
    case "leave":
      return { kind, member, deadlineMs: pick(random, [0, 200, 3_000]), tellGroup: pick(random, leaveWays) };
    case "crash":
    case "cut":
    case "releaseCommits":
    case "allow":
    case "rejoin":
      return { kind, member };
    case "isolate":
      return { kind, member, forMs: pick(random, [200, 2_000, 9_000]) };
    case "poll":
      return {
        kind,
        member,
        max: pick(random, [1, 3, 20, 1_000]),
        timeoutMs: pick(random, [0, 50, 500, 3_000]),
        cancelAfterMs: chance(random, 0.1) ? randomInt(random, 300) : undefined,
      };
    case "pause":
    case "resume":
      return { kind, member, scope: chooseScope(world) };
    case "commit":
      return {
        kind,
        member,
        what: world.profile.trouble === "truncation" || chance(random, 0.7) ? "positions" : "explicit",
        salt: randomInt(random, 1_000_000),
        deadlineMs: pick(random, [0, 30, 300, 2_000, 15_000]),
        cancelAfterMs: chance(random, 0.2) ? randomInt(random, 400) : undefined,
      };
    default:
      return ofPartition(world, kind, chosen);
  }
}

function ofPartition(world: World, kind: Kind, chosen: SimulatedMember): Operation | undefined {
  const { random } = world;
  const member = chosen.id;
  const assigned = chosen.session.assignment();
  if (assigned.length === 0) return undefined;
  const { topic, partition } = pick(random, assigned);
  const key = { topic, partition };
  switch (kind) {
    case "seek":
      return { kind, member, key, target: chooseTarget(world, key) };
    case "skipToEnd":
      return {
        kind,
        member,
        key,
        to: chance(random, 0.3) ? { kind: "timestamp", timestampMs: someTime(world) } : undefined,
        how: pick(random, ["move", "move", "discard", "rejoin"]),
        commit: chance(random, 0.5),
        cancelAfterMs: chance(random, 0.2) ? randomInt(random, 3_000) : undefined,
      };
    case "retryBatch":
    case "skipBatch": {
      const halted = chosen.session.partitions().find((each) => each.halted !== undefined);
      return halted && { kind, member, key: { topic: halted.topic, partition: halted.partition } };
    }
    default:
      return undefined;
  }
}

function chooseScope({ random, partitions }: World): PartitionScope {
  if (chance(random, 0.3)) return { all: true };
  const { topic, partition } = pick(random, partitions);
  return chance(random, 0.3) ? { topic } : { topic, partition };
}

/** While the run lasted so far, or a little later. */
function someTime({ random, clock, startMs }: World): number {
  return startMs + randomInt(random, clock.now() - startMs + 1_000);
}

function chooseTarget(world: World, key: TopicPartition): SeekTarget {
  const { random, ledger } = world;
  const end = Number(ledger.endOf(key));
  switch (randomInt(random, 8)) {
    case 0:
      return { kind: "start" };
    case 1:
      return { kind: "end" };
    case 2:
      return { kind: "timestamp", timestampMs: someTime(world) };
    case 3:
      // Behind the end: the log does not have it.
      return { kind: "offset", offset: BigInt(end + randomInt(random, 6)) };
    default:
      return { kind: "offset", offset: BigInt(randomInt(random, end + 1)) };
  }
}
