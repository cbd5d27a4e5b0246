import type { TopicPartition } from "#base/topicPartition.ts";
import type { SessionCallback, SessionGate } from "#trace/observations/session.ts";
import { keepNewest, type Seen } from "./seen.ts";

/** A stretch in which the records of polls kept rebalances away (`blockRebalanceOnPoll`). */
export interface GateSpan {
  readonly fromAt: number;
  /** Undefined while it is held. */
  toAt: number | undefined;
  records: number | undefined;
  /** Since when a rebalance waited for the release, if one did. */
  waitedSince: number | undefined;
  reason: string | undefined;
  /** The first callback that waited for the release, and since when. */
  callbackWaited: { readonly callback: SessionCallback["callback"]; readonly since: number } | undefined;
}

/** A stretch in which a rebalance callback of the application ran. */
export interface CallbackSpan {
  readonly callback: SessionCallback["callback"];
  readonly partitions: readonly TopicPartition[];
  readonly fromAt: number;
  /** Undefined while it runs. */
  toAt: number | undefined;
  error: string | undefined;
}

/** When an application held its group's rebalances up, or could have; the newest last. */
export interface HoldUpsState {
  gates: GateSpan[];
  callbacks: CallbackSpan[];
}

const maxSpans = 200;

export function createHoldUps(): HoldUpsState {
  return { gates: [], callbacks: [] };
}

export function foldGateSpan({ gates }: HoldUpsState, seen: Seen<SessionGate>): void {
  const last = gates.at(-1);
  const open = last && last.toAt === undefined ? last : undefined;
  if (!seen.held) {
    if (open) open.toAt = seen.at;
    return;
  }
  const { heldSince = seen.at, records, waitingSince, reason, callbackWaits } = seen;
  const callbackWaited = callbackWaits && { callback: callbackWaits.callback, since: callbackWaits.since };
  if (open?.fromAt === heldSince) {
    open.records = records;
    open.waitedSince ??= waitingSince;
    open.reason ??= reason;
    open.callbackWaited ??= callbackWaited;
    return;
  }
  // Released and held again without a word in between.
  if (open) open.toAt = heldSince;
  gates.push({
    fromAt: heldSince,
    toAt: undefined,
    records,
    waitedSince: waitingSince,
    reason,
    callbackWaited,
  });
  keepNewest(gates, maxSpans);
}

export function foldCallbackSpan({ callbacks }: HoldUpsState, seen: Seen<SessionCallback>): void {
  const { callback, partitions, startedAt, endedAt, error } = seen;
  const known = callbacks.findLast((span) => span.fromAt === startedAt && span.callback === callback);
  if (known) {
    known.toAt = endedAt;
    known.error = error;
    return;
  }
  callbacks.push({ callback, partitions, fromAt: startedAt, toAt: endedAt, error });
  keepNewest(callbacks, maxSpans);
}

/** Nothing is held any more by who is gone. */
export function endHoldUps({ gates, callbacks }: HoldUpsState, at: number): void {
  for (const span of [gates.at(-1), callbacks.at(-1)]) if (span) span.toAt ??= at;
}
