import fc from "fast-check";
import type { GroupObservation } from "#trace/observations/group.ts";
import type { BodiesOf } from "./bodiesOf.ts";
import {
  few,
  flag,
  id,
  key,
  maybe,
  membership,
  number,
  offset,
  small,
  text,
  topicPartition,
} from "./values.ts";

const groupType = fc.constantFrom("classic", "consumer", "share", "streams", "unknown");
const state = fc.constantFrom(
  "Stable",
  "PreparingRebalance",
  "CompletingRebalance",
  "Empty",
  "Dead",
  "Reconciling",
);

const member = fc.record({
  memberId: id,
  clientId: text,
  host: text,
  groupInstanceId: maybe(text),
  assignors: maybe(few(text)),
  memberEpoch: maybe(small),
  subscribedTopics: maybe(few(text)),
  assigned: maybe(few(key)),
  targetAssigned: maybe(few(key)),
  owned: maybe(few(key)),
  phase: maybe(
    fc.constantFrom(
      "notRejoined",
      "joined",
      "awaitingSync",
      "stable",
      "revoking",
      "awaitingRelease",
      "awaitingHeartbeat",
      "away",
    ),
  ),
  isLeader: maybe(flag),
  sessionTimeoutMs: maybe(number),
  rebalanceTimeoutMs: maybe(number),
  lastHeartbeatAt: maybe(number),
  evictedAt: maybe(number),
});

/** What is told of groups and their members. */
export const groupBodies: BodiesOf<GroupObservation> = {
  "group.listed": fc.record({
    requestedAt: number,
    groups: few(fc.record({ groupId: id, groupType, state: maybe(state), protocolType: maybe(text) })),
    missing: few(fc.record({ broker: text, reason: text })),
  }),
  "group.described": fc.record({
    groupId: id,
    groupType,
    state,
    stateSince: maybe(number),
    protocolType: maybe(text),
    assignor: maybe(text),
    generationId: maybe(small),
    groupEpoch: maybe(small),
    assignmentEpoch: maybe(small),
    coordinator: maybe(text),
    members: few(member),
    rebalanceReason: maybe(text),
    requestedAt: maybe(number),
  }),
  "group.memberGone": fc.record({
    groupId: id,
    memberId: id,
    how: fc.constantFrom("left", "evicted", "fenced"),
    reason: text,
  }),
  "group.memberPhase": fc.record({
    groupId: id,
    sessionId: id,
    memberId: maybe(id),
    clientId: text,
    phase: membership,
    generationId: maybe(small),
    assignor: maybe(text),
    rebalanceProtocol: maybe(fc.constantFrom("eager", "cooperative")),
    isLeader: maybe(flag),
    assigned: few(key),
    revoked: few(key),
    lost: few(key),
    assignments: maybe(few(fc.record({ memberId: id, assigned: few(key) }))),
    reason: maybe(text),
  }),
  "group.offsets": fc.record({
    groupId: id,
    offsets: few(
      fc.record({
        ...topicPartition,
        committedOffset: maybe(offset),
        leaderEpoch: maybe(small),
        metadata: maybe(text),
        error: maybe(text),
      }),
    ),
    requestedAt: maybe(number),
  }),
  "group.failed": fc.record({
    groupId: id,
    what: fc.constantFrom("describe", "offsets"),
    errorCode: maybe(text),
    message: text,
    requestedAt: number,
  }),
  "group.deleted": fc.record({ groupId: id }),
};
