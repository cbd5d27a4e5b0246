import fc from "fast-check";
import type { BufferObservation } from "#trace/observations/buffer.ts";
import type { BodiesOf } from "./bodiesOf.ts";
import { maybe, number, sessionPartition, small } from "./values.ts";

/** What sessions tell of records that wait to be polled. */
export const bufferBodies: BodiesOf<BufferObservation> = {
  "buffer.state": fc.record({
    ...sessionPartition,
    records: small,
    bytes: number,
    batches: small,
    pausedRecords: small,
    pausedBytes: number,
    released: maybe(
      fc.record({
        reason: fc.constantFrom(
          "polled",
          "revoked",
          "lost",
          "seeked",
          "closed",
          "rejected",
          "purged",
          "discarded",
        ),
        records: small,
        bytes: number,
      }),
    ),
  }),
};
