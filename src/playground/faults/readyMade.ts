import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import { type BatchCorruption, batchCorruptions } from "./corruptBatch.ts";
import type { FaultRule } from "./faultRule.ts";

/** Whatever a group's coordinator is asked, but for who it is. */
const coordinatorApis = [
  "JoinGroup",
  "SyncGroup",
  "Heartbeat",
  "LeaveGroup",
  "OffsetCommit",
  "OffsetFetch",
  "TxnOffsetCommit",
  "ConsumerGroupHeartbeat",
  "ConsumerGroupDescribe",
  "DescribeGroups",
  "DeleteGroups",
  "OffsetDelete",
] as const;

const heartbeatApis = ["Heartbeat", "ConsumerGroupHeartbeat"] as const;

/** Members of the group join but never get their assignment, until released. */
export function holdSyncGroup(groupId: string): FaultRule {
  return {
    kind: "holdSyncGroup",
    title: `hold SyncGroup of ${groupId}`,
    match: { api: "SyncGroup", groupId },
    action: { kind: "hold" },
  };
}

/** The coordinator does not hear of members that join, until released: the others wait for them. */
export function holdJoinGroup(groupId: string): FaultRule {
  return {
    kind: "holdJoinGroup",
    title: `hold JoinGroup of ${groupId}`,
    match: { api: "JoinGroup", groupId },
    action: { kind: "hold" },
    at: "request",
  };
}

/** Commits of the group take effect, but are answered late. */
export function delayCommits(groupId: string, delayMs: number): FaultRule {
  return {
    kind: "delayCommits",
    title: `answer commits of ${groupId} ${delayMs < 1_000 ? `${delayMs} ms` : `${delayMs / 1_000} s`} late`,
    match: { api: "OffsetCommit", groupId },
    action: { kind: "delay", delayMs },
  };
}

/** The next batch produced to the partition is stored damaged. */
export function corruptNextBatch(partition: TopicPartition, how: BatchCorruption): FaultRule {
  return {
    kind: "corruptNextBatch",
    title: `corrupt the next batch of ${topicPartitionText(partition)} (${batchCorruptions[how]})`,
    match: { api: "Produce", topic: partition.topic, partition: partition.partition },
    action: { kind: "corrupt", how },
    times: 1,
  };
}

/** Whoever reads the partition is told that its log is damaged, as a broker does that finds it so on its disk. */
export function answerCorruptMessage({ topic, partition }: TopicPartition): FaultRule {
  const text = topicPartitionText({ topic, partition });
  return {
    kind: "answerCorruptMessage",
    title: `answer CORRUPT_MESSAGE to Fetch of ${text}`,
    match: { api: "Fetch", topic, partition },
    action: { kind: "partitionError", code: "CORRUPT_MESSAGE" },
  };
}

/** Nobody can be told who coordinates the group, and who knew it is refused. */
export function coordinatorUnavailable(groupId: string, forMs: number): FaultRule {
  return {
    kind: "coordinatorUnavailable",
    title: `no coordinator for ${groupId} for ${forMs} ms`,
    match: { api: ["FindCoordinator", ...coordinatorApis], groupId, untilMs: forMs },
    action: { kind: "error", code: "COORDINATOR_NOT_AVAILABLE" },
  };
}

/** The coordinator hears nothing of a member any more, until released; in the end it puts it out. */
export function freezeHeartbeats(groupId: string, memberId: string): FaultRule {
  return {
    kind: "freezeHeartbeats",
    title: `hold heartbeats of ${memberId} in ${groupId}`,
    match: { api: heartbeatApis, groupId, memberId },
    action: { kind: "hold" },
    at: "request",
  };
}

/** A client, or all, are over their quota: told so, and not served for as long after each request (KIP-219). */
export function throttle(clientId: string | undefined, throttleMs: number): FaultRule {
  return {
    kind: "throttle",
    title: `throttle ${clientId ?? "every client"} by ${throttleMs} ms`,
    match: { clientId, api: ["Produce", "Fetch"] },
    action: { kind: "throttle", throttleMs },
  };
}
