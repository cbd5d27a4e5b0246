import { type TopicPartition, topicPartitionText } from "#base/topicPartition.ts";
import { type BatchCorruption, batchCorruptions } from "./corruptBatch.ts";
import type { FaultRule } from "./faultRule.ts";

/** Members of the group join but never get their assignment, until released. */
export function holdSyncGroup(groupId: string): FaultRule {
  return {
    kind: "holdSyncGroup",
    title: `hold SyncGroup of ${groupId}`,
    match: { api: "SyncGroup", groupId },
    action: { kind: "hold" },
  };
}

/** Commits of the group take effect, but are answered late. */
export function delayCommits(groupId: string, delayMs: number): FaultRule {
  return {
    kind: "delayCommits",
    title: `answer commits of ${groupId} ${delayMs} ms late`,
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
