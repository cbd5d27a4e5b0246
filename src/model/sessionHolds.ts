import type { WaitingCallback } from "#trace/observations/session.ts";
import type { SessionModel } from "./model.ts";

/** A rebalance that waits for `allowRebalance`, and until when it may. */
export interface HeldRebalance {
  readonly since: number;
  readonly heldSince: number;
  readonly records: number | undefined;
  readonly reason: string | undefined;
  /** When the coordinator puts the member out unless it has joined again; undefined when that is not known. */
  readonly evictedAt: number | undefined;
}

/** The rebalance that this session's gate holds up now. */
export function heldRebalance({ gate, ended }: SessionModel): HeldRebalance | undefined {
  if (ended || !gate?.held || gate.waitingSince === undefined) return undefined;
  const { waitingSince, heldSince = waitingSince, records, reason, evictedAt } = gate;
  return { since: waitingSince, heldSince, records, reason, evictedAt };
}

/** A rebalance callback that waits for `allowRebalance`. */
export interface HeldCallback extends WaitingCallback {
  readonly heldSince: number;
  readonly records: number | undefined;
}

/** The callback that this session's gate holds up now, where no rebalance waits with it. */
export function heldCallback({ gate, ended }: SessionModel): HeldCallback | undefined {
  if (ended || !gate?.held || gate.waitingSince !== undefined || !gate.callbackWaits) return undefined;
  const { callbackWaits, heldSince = callbackWaits.since, records } = gate;
  return { ...callbackWaits, heldSince, records };
}

/** The rebalance callback that runs now. */
export function runningCallback({ callback, ended }: SessionModel): SessionModel["callback"] {
  return ended || callback?.endedAt !== undefined ? undefined : callback;
}

/** Until when a broker asked this session's client to wait, where that is not over. */
export function throttledUntil(session: SessionModel, now: number): number | undefined {
  let until: number | undefined;
  for (const { at, throttleTimeMs } of session.fetches.values()) {
    const end = at + throttleTimeMs;
    if (throttleTimeMs > 0 && end > now) until = Math.max(until ?? end, end);
  }
  return session.ended ? undefined : until;
}

type Gap = SessionModel["gaps"][number];

/** The newest reset of a partition's position. */
export function newestReset(
  session: SessionModel,
  key: { readonly topic: string; readonly partition: number },
): Extract<Gap, { readonly type: "fetch.positionReset" }> | undefined {
  return session.gaps.findLast(
    (gap): gap is Extract<Gap, { readonly type: "fetch.positionReset" }> =>
      gap.type === "fetch.positionReset" && gap.topic === key.topic && gap.partition === key.partition,
  );
}
