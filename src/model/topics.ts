import { TopicPartitionMap } from "#base/topicPartition.ts";
import type { ClusterOffsets, ClusterTopics } from "#trace/observations/cluster.ts";
import type { PartitionEnds } from "./lag.ts";
import type { Seen } from "./seen.ts";

/** The ends of one log, and when they were asked for. */
export interface SampledEnds extends PartitionEnds {
  readonly requestedAt: number;
  readonly error?: string | undefined;
}

/** The topics of a cluster as last listed, and the ends of their partitions. */
export interface TopicsState {
  listed: Seen<ClusterTopics> | undefined;
  byName: Map<string, ClusterTopics["topics"][number]>;
  ends: TopicPartitionMap<SampledEnds>;
}

export function createTopics(): TopicsState {
  return { listed: undefined, byName: new Map(), ends: new TopicPartitionMap() };
}

/** A listing names all topics: those it does not name are gone, with their offsets. */
export function foldTopics(state: TopicsState, seen: Seen<ClusterTopics>): void {
  if (state.listed && state.listed.requestedAt > seen.requestedAt) return;
  state.listed = seen;
  state.byName = new Map(
    [...seen.topics].sort((a, b) => (a.topic < b.topic ? -1 : 1)).map((topic) => [topic.topic, topic]),
  );
  for (const key of [...state.ends.keys()]) {
    if (!state.byName.has(key.topic)) state.ends.delete(key);
  }
}

/** Partitions not named keep what was known; an error keeps the offsets known before and says so beside them. */
export function foldOffsets(state: TopicsState, seen: Seen<ClusterOffsets>): void {
  for (const { topic, partition, logStartOffset, highWatermark, error } of seen.offsets) {
    const before = state.ends.get({ topic, partition });
    if (before && before.requestedAt > seen.requestedAt) continue;
    state.ends.set(
      { topic, partition },
      {
        requestedAt: seen.requestedAt,
        logStartOffset: logStartOffset ?? before?.logStartOffset,
        highWatermark: highWatermark ?? before?.highWatermark,
        error,
      },
    );
  }
}
