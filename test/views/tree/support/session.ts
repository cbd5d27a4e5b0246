import type { NodeTarget } from "#views/treeNode.ts";
import { position, rejected, seen, started } from "../../../model/observed.ts";
import { profile } from "./rows.ts";

/** Our session A, which waits to join billing and is held: orders-3 is paused, orders-4 is read. */
export const session = [
  profile,
  seen(10, started()),
  seen(11, {
    type: "session.state",
    sessionId: "s1",
    membership: "joining",
    since: 11,
    generationId: 6,
    assignor: "cooperative-sticky",
  }),
  seen(12, { type: "session.pollMode", sessionId: "s1", pollMode: { mode: "hold" } }),
  seen(
    20,
    position(3, {
      paused: true,
      position: 120n,
      fetchPosition: 240n,
      committedOffset: 96n,
      highWatermark: 1_284n,
      highWatermarkAtPause: 240n,
    }),
  ),
  seen(20, position(4, { position: 2_000n, fetchPosition: 2_000n, highWatermark: 2_020n })),
  buffer(3, 120, 120),
  buffer(4, 380),
];

/** The row of that session. */
export const sessionTarget: NodeTarget = { kind: "session", clusterId: "c1", sessionId: "s1" };

/** A batch of orders-4 that fails its checksum. */
export const corrupt = rejected();

/** What that session has buffered of a partition of `orders`. */
export function buffer(partition: number, records: number, pausedRecords = 0) {
  return seen(30, {
    type: "buffer.state",
    sessionId: "s1",
    topic: "orders",
    partition,
    records,
    bytes: records * 122,
    batches: 1,
    pausedRecords,
    pausedBytes: 0,
  });
}
