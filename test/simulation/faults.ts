import { type Random, randomInt } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { FaultRule } from "#playground/faults/faultRule.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { chance, groupId, pick } from "./profile.ts";

/** A rule of the playground that a consumer has to live with. */
export type SimulatedFault = FaultRule;

/** What a coordinator or a leader may well answer; each of them has to be survived. */
const errors: Readonly<Record<string, readonly KnownErrorName[]>> = {
  JoinGroup: [
    "COORDINATOR_NOT_AVAILABLE",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "NOT_COORDINATOR",
    "UNKNOWN_MEMBER_ID",
  ],
  SyncGroup: ["REBALANCE_IN_PROGRESS", "NOT_COORDINATOR", "UNKNOWN_MEMBER_ID", "ILLEGAL_GENERATION"],
  Heartbeat: [
    "REBALANCE_IN_PROGRESS",
    "ILLEGAL_GENERATION",
    "UNKNOWN_MEMBER_ID",
    "NOT_COORDINATOR",
    "COORDINATOR_NOT_AVAILABLE",
  ],
  OffsetCommit: [
    "REBALANCE_IN_PROGRESS",
    "ILLEGAL_GENERATION",
    "UNKNOWN_MEMBER_ID",
    "NOT_COORDINATOR",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "REQUEST_TIMED_OUT",
  ],
  ConsumerGroupHeartbeat: [
    "COORDINATOR_NOT_AVAILABLE",
    "COORDINATOR_LOAD_IN_PROGRESS",
    "NOT_COORDINATOR",
    "UNKNOWN_MEMBER_ID",
    "FENCED_MEMBER_EPOCH",
  ],
  OffsetFetch: ["COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR", "UNSTABLE_OFFSET_COMMIT"],
  ListOffsets: [
    "NOT_LEADER_OR_FOLLOWER",
    "LEADER_NOT_AVAILABLE",
    "OFFSET_NOT_AVAILABLE",
    "UNKNOWN_LEADER_EPOCH",
  ],
  Fetch: [
    "NOT_LEADER_OR_FOLLOWER",
    "UNKNOWN_LEADER_EPOCH",
    "KAFKA_STORAGE_ERROR",
    "FENCED_LEADER_EPOCH",
    "UNKNOWN_SERVER_ERROR",
  ],
  FindCoordinator: ["COORDINATOR_NOT_AVAILABLE"],
  Metadata: ["LEADER_NOT_AVAILABLE"],
  LeaveGroup: ["NOT_COORDINATOR"],
};

const apis = Object.keys(errors);

export function chooseFault(random: Random, partitions: readonly TopicPartition[]): SimulatedFault {
  if (chance(random, 0.2)) {
    return { kind: "holdSyncGroup", match: { api: "SyncGroup", groupId }, action: { kind: "hold" } };
  }
  const api = pick(random, apis);
  const times = 1 + randomInt(random, 4);
  const isOfPartition = (api === "Fetch" || api === "ListOffsets") && chance(random, 0.5);
  const match = isOfPartition ? { api, ...pick(random, partitions) } : { api };
  if (isOfPartition && api === "Fetch" && chance(random, 0.5)) {
    // The broker finds its own log damaged, and after some time it does not.
    return { match, times, action: { kind: "partitionError", code: "CORRUPT_MESSAGE" } };
  }
  switch (randomInt(random, 10)) {
    case 9:
      // As for a client that lost the answer, and asked again.
      return { match, times, action: { kind: "repeat" } };
    case 6:
      return { match, times, action: { kind: "throttle", throttleMs: pick(random, [50, 800, 3_000]) } };
    case 7:
      return { match, times: 1, action: { kind: "duplicate" } };
    case 8:
      return { match, times, at: "response", action: { kind: "cutConnection", midFrame: true } };
    case 0:
      return { match, action: { kind: "hold" } };
    case 1:
      return { match, times, action: { kind: "delay", delayMs: pick(random, [20, 300, 2_500]) } };
    case 2:
      return { match, times: 1 + randomInt(random, 2), action: { kind: "drop" } };
    case 3:
      return {
        match,
        times,
        at: pick(random, ["request", "response"] as const),
        action: { kind: "cutConnection" },
      };
    case 4:
      // The broker acted, and says that it did not.
      return {
        match,
        times,
        at: "response",
        action: { kind: "error", code: pick(random, errors[api] ?? []) },
      };
    default:
      return { match, times, action: { kind: "error", code: pick(random, errors[api] ?? []) } };
  }
}
