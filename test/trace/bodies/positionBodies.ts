import fc from "fast-check";
import type { PositionObservation } from "#trace/observations/position.ts";
import type { BodiesOf } from "./bodiesOf.ts";
import { flag, maybe, offset, sessionPartition, small, text } from "./values.ts";

/** What sessions tell of where they read. */
export const positionBodies: BodiesOf<PositionObservation> = {
  "position.state": fc.record({
    ...sessionPartition,
    state: fc.constantFrom("loading", "fetching", "errored"),
    paused: flag,
    position: maybe(offset),
    fetchPosition: maybe(offset),
    committedOffset: maybe(offset),
    highWatermark: maybe(offset),
    lastStableOffset: maybe(offset),
    logStartOffset: maybe(offset),
    leaderId: maybe(small),
    leaderEpoch: maybe(small),
    readReplicaId: maybe(small),
    highWatermarkAtPause: maybe(offset),
    error: maybe(fc.record({ code: text, message: text })),
  }),
  "position.removed": fc.record({
    ...sessionPartition,
    reason: fc.constantFrom("revoked", "lost", "closed", "unsubscribed"),
  }),
};
