import fc from "fast-check";
import type { FetchObservation } from "#trace/observations/fetch.ts";
import type { BodiesOf } from "./bodiesOf.ts";
import { flag, id, maybe, number, offset, sessionPartition, small, text } from "./values.ts";

/** What sessions tell of fetching: answers, rejected batches, gaps and resets. */
export const fetchBodies: BodiesOf<FetchObservation> = {
  "fetch.completed": fc.record({
    sessionId: id,
    nodeId: small,
    partitionsAsked: small,
    partitionsAnswered: small,
    bytes: number,
    tookMs: number,
    throttleTimeMs: number,
    fetchSessionId: maybe(small),
    error: maybe(text),
  }),
  "fetch.batchRejected": fc.record({
    ...sessionPartition,
    cause: fc.constantFrom(
      "length",
      "magic",
      "crc",
      "codecUnknown",
      "decompression",
      "recordCount",
      "recordLayout",
      "offsets",
      "bomb",
      "reported",
    ),
    message: text,
    baseOffset: offset,
    lastOffset: maybe(offset),
    nextSafeOffset: maybe(offset),
    boundsTrusted: flag,
    boundsReason: text,
    recordCount: maybe(small),
    sizeInBytes: maybe(number),
    compression: maybe(text),
    leaderEpoch: maybe(small),
    crcStored: maybe(number),
    crcComputed: maybe(number),
    bytesId: maybe(id),
    action: fc.constantFrom("halted", "skipped", "retrying"),
    attempt: maybe(small),
    attempts: maybe(small),
    readFrom: maybe(small),
  }),
  "fetch.batchResolved": fc.record({
    ...sessionPartition,
    baseOffset: offset,
    how: fc.constantFrom("skipped", "readable", "seeked", "revoked", "closed"),
  }),
  "fetch.gap": fc.record({
    ...sessionPartition,
    reason: fc.constantFrom("corruptBatch", "userSkip"),
    fromOffset: fc.option(offset, { nil: undefined }),
    toOffset: offset,
  }),
  "fetch.positionReset": fc.record({
    ...sessionPartition,
    cause: fc.constantFrom("outOfRange", "noCommittedOffset", "truncation", "topicRecreated"),
    policy: text,
    fromOffset: maybe(offset),
    toOffset: offset,
    lostRecords: maybe(offset),
    lostFromOffset: maybe(offset),
    lostToOffset: maybe(offset),
    deliveredRecords: maybe(offset),
    skippedRecords: maybe(offset),
  }),
};
