import type {
  BrokerClock,
  BrokerDelivery,
  BrokerDropped,
  BrokerFault,
  BrokerInvariant,
  BrokerMember,
  BrokerStarted,
  BrokerStopped,
  BrokerTransaction,
  BrokerTrouble,
  BrokerWorkload,
  WrongClock,
} from "#trace/observations/broker.ts";
import { keepNewest, type Seen } from "./seen.ts";

/** A fault rule, and when it was on. */
export interface FaultState {
  latest: Seen<BrokerFault>;
  segments: { readonly fromAt: number; toAt: number | undefined }[];
  hold: FaultHold | undefined;
}

/** A time in which a fault held requests, however many one after the other. */
export interface FaultHold {
  readonly fromAt: number;
  /** Since when it holds none, perhaps for a moment only. */
  toAt: number | undefined;
  /** The longest that one of those it has let go was held: a fault that delays holds each for a while only. */
  longestMs: number;
}

/** What only the playground tells: whether it runs, its faults, what produces into it. */
export interface PlaygroundState {
  started: Seen<BrokerStarted> | undefined;
  stopped: Seen<BrokerStopped> | undefined;
  faults: Map<string, FaultState>;
  /** Taken away: still drawn where they were. */
  pastFaults: FaultState[];
  workloads: Map<string, Seen<BrokerWorkload>>;
  /** What was done to it on purpose, the newest last. */
  troubles: Seen<BrokerTrouble>[];
  nodesDown: readonly number[];
  wrongClocks: readonly WrongClock[];
  /** What the memory's bound took; undefined while it took nothing. */
  dropped: Seen<BrokerDropped> | undefined;
  /** By producer id. */
  transactions: Map<string, Seen<BrokerTransaction>>;
  /** What must hold in every group and is broken in one, the newest last. */
  brokenInvariants: Seen<BrokerInvariant>[];
  /** Fetch answers that were not what the log holds, the newest last. */
  brokenDeliveries: Seen<BrokerDelivery>[];
  /** Scripted members by name, whether alive or between two lives. */
  members: Map<string, Seen<BrokerMember>>;
  /** Undefined while time has always been real. */
  clock: Seen<BrokerClock> | undefined;
}

/** Whoever gave up waiting comes back, and is held again: a fault that held nothing for less long went on holding. */
export const holdPauseMs = 30_000;

const maxSegments = 100;
const maxPastFaults = 100;
const maxWorkloads = 100;
const maxTroubles = 100;
const maxTransactions = 100;
const maxBrokenInvariants = 200;

export function createPlayground(): PlaygroundState {
  return {
    started: undefined,
    stopped: undefined,
    faults: new Map(),
    pastFaults: [],
    workloads: new Map(),
    troubles: [],
    nodesDown: [],
    wrongClocks: [],
    dropped: undefined,
    transactions: new Map(),
    brokenInvariants: [],
    brokenDeliveries: [],
    members: new Map(),
    clock: undefined,
  };
}

export function foldStarted(state: PlaygroundState, seen: Seen<BrokerStarted>): void {
  state.started = seen;
  state.stopped = undefined;
  state.nodesDown = [];
  state.wrongClocks = [];
  state.dropped = undefined;
  // Another broker: it counts its faults and workloads from one again.
  state.faults.clear();
  state.pastFaults = [];
  state.workloads.clear();
  state.transactions.clear();
  state.brokenInvariants = [];
  state.brokenDeliveries = [];
  state.members.clear();
  state.clock = undefined;
}

/** What time it is for everybody on the playground, given the real one. */
export function playgroundNow(
  { clock }: Pick<PlaygroundState, "clock">,
  now: number,
  lastAt: number,
): number {
  switch (clock?.mode) {
    case undefined:
      return now;
    case "real":
      return now + clock.aheadMs;
    case "paused":
      return clock.now;
    case "fast":
      return lastAt;
  }
}

/** A broker that stopped has no faults, holds nothing and produces nothing. */
export function foldStopped(state: PlaygroundState, seen: Seen<BrokerStopped>): void {
  state.stopped = seen;
  state.transactions.clear();
  state.members.clear();
  for (const fault of state.faults.values()) {
    closeSegment(fault, seen.at);
    const latest = { ...fault.latest, removed: true, holding: 0, heldSince: undefined };
    forgetFault(state, { ...fault, latest, hold: undefined });
  }
  for (const [workloadId, workload] of state.workloads) {
    state.workloads.set(workloadId, { ...workload, running: false });
  }
}

export function foldFault(state: PlaygroundState, seen: Seen<BrokerFault>): void {
  const fault = state.faults.get(seen.faultId) ?? { latest: seen, segments: [], hold: undefined };
  const before = fault.latest;
  fault.latest = seen;
  const on = seen.enabled && !seen.removed;
  const open = fault.segments.at(-1)?.toAt === undefined && fault.segments.length > 0;
  if (on && !open) fault.segments.push({ fromAt: seen.at, toAt: undefined });
  if (!on) closeSegment(fault, seen.at);
  noteHold(fault, before, on);
  keepNewest(fault.segments, maxSegments);
  if (!seen.removed) {
    state.faults.set(seen.faultId, fault);
    return;
  }
  forgetFault(state, fault);
}

/** Still drawn where it was. */
function forgetFault(state: PlaygroundState, fault: FaultState): void {
  state.faults.delete(fault.latest.faultId);
  state.pastFaults.push(fault);
  keepNewest(state.pastFaults, maxPastFaults);
}

export function foldWorkload(state: PlaygroundState, seen: Seen<BrokerWorkload>): void {
  state.workloads.delete(seen.workloadId);
  state.workloads.set(seen.workloadId, seen);
  const finished = [...state.workloads].find(([, workload]) => !workload.running);
  if (state.workloads.size > maxWorkloads && finished) state.workloads.delete(finished[0]);
}

export function foldTrouble(state: PlaygroundState, seen: Seen<BrokerTrouble>): void {
  state.nodesDown = seen.nodesDown;
  state.wrongClocks = seen.wrongClocks ?? state.wrongClocks;
  if (seen.nodes && state.started) state.started = { ...state.started, nodes: seen.nodes };
  state.troubles.push(seen);
  keepNewest(state.troubles, maxTroubles);
}

/** Those that are decided make room first: an open one holds back its partitions. */
export function foldTransaction(state: PlaygroundState, seen: Seen<BrokerTransaction>): void {
  const key = String(seen.producerId);
  state.transactions.delete(key);
  state.transactions.set(key, seen);
  if (state.transactions.size <= maxTransactions) return;
  const [oldest] = state.transactions.keys();
  const decided = [...state.transactions].find(([, { partitions }]) => partitions.length === 0)?.[0];
  const gone = decided ?? oldest;
  if (gone !== undefined) state.transactions.delete(gone);
}

export function foldInvariant(state: PlaygroundState, seen: Seen<BrokerInvariant>): void {
  const known = state.brokenInvariants.findIndex((each) => isSame(each, seen));
  if (known >= 0) state.brokenInvariants.splice(known, 1);
  if (!seen.isBroken) return;
  state.brokenInvariants.push(seen);
  keepNewest(state.brokenInvariants, maxBrokenInvariants);
}

export function foldMember(state: PlaygroundState, seen: Seen<BrokerMember>): void {
  if (seen.removed) state.members.delete(seen.name);
  else state.members.set(seen.name, seen);
}

export function foldDelivery(state: PlaygroundState, seen: Seen<BrokerDelivery>): void {
  state.brokenDeliveries.push(seen);
  keepNewest(state.brokenDeliveries, maxBrokenInvariants);
}

export function forgetInvariants(state: PlaygroundState, groupId: string): void {
  state.brokenInvariants = state.brokenInvariants.filter((each) => each.groupId !== groupId);
}

function isSame(a: BrokerInvariant, b: BrokerInvariant): boolean {
  return a.rule === b.rule && a.groupId === b.groupId && a.topic === b.topic && a.partition === b.partition;
}

function noteHold(fault: FaultState, before: Seen<BrokerFault>, on: boolean): void {
  const { hold, latest: seen } = fault;
  if (hold && before.heldSince !== undefined && before.heldSince !== seen.heldSince) {
    hold.longestMs = Math.max(hold.longestMs, seen.at - before.heldSince);
  }
  if (seen.holding === 0 || !on) {
    if (hold) hold.toAt ??= seen.at;
    if (!on) fault.hold = undefined;
    return;
  }
  if (hold && (hold.toAt === undefined || seen.at - hold.toAt < holdPauseMs)) hold.toAt = undefined;
  // A trace of before this was told says only since when the fault is on.
  else fault.hold = { fromAt: seen.heldSince ?? seen.since, toAt: undefined, longestMs: 0 };
}

function closeSegment(fault: FaultState, at: number): void {
  const last = fault.segments.at(-1);
  if (last && last.toAt === undefined) last.toAt = at;
}
