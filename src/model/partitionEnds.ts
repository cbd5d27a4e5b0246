import type { TopicPartition } from "#base/topicPartition.ts";
import type { PartitionEnds } from "./lag.ts";
import type { ClusterModel } from "./model.ts";

/** The ends of a log, from whoever asked or fetched last: a session's fetches know them better than a sample. */
export function endsOf(
  cluster: ClusterModel,
  key: TopicPartition,
): (PartitionEnds & { readonly at: number }) | undefined {
  const sampled = cluster.topics.ends.get(key);
  let newest: (PartitionEnds & { readonly at: number }) | undefined = sampled && {
    logStartOffset: sampled.logStartOffset,
    highWatermark: sampled.highWatermark,
    at: sampled.requestedAt,
  };
  for (const session of cluster.sessions.values()) {
    const position = session.partitions.get(key)?.position;
    if (!position || position.highWatermark === undefined) continue;
    if (newest && newest.at >= position.at) continue;
    newest = {
      logStartOffset: position.logStartOffset ?? newest?.logStartOffset,
      highWatermark: position.highWatermark,
      lastStableOffset: position.lastStableOffset,
      at: position.at,
    };
  }
  return newest;
}
