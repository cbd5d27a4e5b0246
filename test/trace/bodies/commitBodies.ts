import fc from "fast-check";
import type { CommitObservation } from "#trace/observations/commit.ts";
import type { BodiesOf } from "./bodiesOf.ts";
import { few, id, maybe, number, offset, small, text, topicPartition } from "./values.ts";

const block = fc.oneof(
  fc.record({
    by: fc.constantFrom(
      "joinInFlight",
      "syncInFlight",
      "notJoined",
      "heartbeatInFlight",
      "coordinatorUnknown",
      "coordinatorLoading",
      "gateHeld",
      "callbackRunning",
      "notPolled",
    ),
    since: number,
  }),
  fc.record({ by: fc.constant("earlierCommit" as const), since: number, commitId: id }),
  fc.record({ by: fc.constant("throttled" as const), since: number, untilAt: number }),
);

/** What is told of commits, with everything that can hold one up. */
export const commitBodies: BodiesOf<CommitObservation> = {
  "commit.state": fc.record({
    commitId: id,
    groupId: id,
    sessionId: maybe(id),
    memberId: maybe(id),
    clientId: maybe(text),
    generationId: maybe(small),
    trigger: fc.constantFrom("user", "auto", "revoke", "close", "foreign"),
    state: fc.constantFrom("queued", "blocked", "inFlight", "settled"),
    offsets: few(fc.record({ ...topicPartition, from: maybe(offset), to: offset, error: maybe(text) })),
    queuedAt: number,
    stateSince: number,
    sentAt: maybe(number),
    deadlineAt: maybe(number),
    blocked: maybe(block),
    outcome: maybe(fc.constantFrom("committed", "failed", "cancelled", "deadlinePassed", "released")),
    error: maybe(text),
    message: maybe(text),
    lateAnswer: maybe(fc.record({ at: number, error: maybe(text) })),
    heldByFaultId: maybe(id),
  }),
};
