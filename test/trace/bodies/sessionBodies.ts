import fc from "fast-check";
import type { SessionObservation } from "#trace/observations/session.ts";
import type { BodiesOf } from "./bodiesOf.ts";
import { few, flag, id, key, maybe, membership, number, small, text } from "./values.ts";

/** What sessions tell of themselves. */
export const sessionBodies: BodiesOf<SessionObservation> = {
  "session.started": fc.record({
    sessionId: id,
    name: text,
    clientId: text,
    groupId: maybe(id),
    groupInstanceId: maybe(text),
    topics: few(text),
    topicPattern: maybe(text),
    directPartitions: maybe(few(key)),
    assignors: few(text),
    isolation: fc.constantFrom("read_uncommitted", "read_committed"),
    startPosition: text,
    corruptBatchPolicy: fc.constantFrom("halt", "skip", "retry"),
    maxBufferedRecords: number,
    maxBufferedBytes: number,
    options: maybe(few(fc.record({ name: text, text }))),
    scripted: flag,
    script: maybe(text),
  }),
  "session.state": fc.record({
    sessionId: id,
    membership,
    since: number,
    memberId: maybe(id),
    generationId: maybe(small),
    assignor: maybe(text),
    coordinator: maybe(text),
    reason: maybe(text),
    error: maybe(text),
    notPolledSince: maybe(number),
  }),
  "session.gate": fc.record({
    sessionId: id,
    held: flag,
    heldSince: maybe(number),
    records: maybe(small),
    waitingSince: maybe(number),
    reason: maybe(text),
    callbackWaits: maybe(
      fc.record({
        since: number,
        callback: fc.constantFrom("assigned", "revoked", "lost"),
        partitions: few(key),
      }),
    ),
    announcedAt: maybe(number),
    evictedAt: maybe(number),
  }),
  "session.callback": fc.record({
    sessionId: id,
    callback: fc.constantFrom("assigned", "revoked", "lost"),
    partitions: few(key),
    startedAt: number,
    endedAt: maybe(number),
    error: maybe(text),
  }),
  "session.pollMode": fc.record({
    sessionId: id,
    pollMode: fc.oneof(
      fc.record({ mode: fc.constant("hold") }),
      fc.record({ mode: fc.constant("flow" as const), recordsPerSecond: maybe(number) }),
    ),
  }),
  "session.delivered": fc.record({ sessionId: id, records: number, bytes: number }),
  "session.ended": fc.record({
    sessionId: id,
    reason: fc.constantFrom("stopped", "failed", "workerDied", "clusterRemoved"),
    message: maybe(text),
    couldNot: few(text),
  }),
};
