import { type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { Cluster } from "#network/cluster.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { errorCode, errorName } from "#protocol/errorCodes.ts";
import type { ClusterOffsets } from "#trace/observations/cluster.ts";
import { reasonOf } from "./reason.ts";

/** Special timestamps of ListOffsets: the first offset still there, and the high watermark. */
const EARLIEST = -2n;
const LATEST = -1n;
const READ_UNCOMMITTED = 0;

/** What a broker answers that is not, or no longer, the leader; any other error would come from the next one too. */
const leaderErrors: ReadonlySet<number> = new Set([
  errorCode("NOT_LEADER_OR_FOLLOWER"),
  errorCode("LEADER_NOT_AVAILABLE"),
  errorCode("FENCED_LEADER_EPOCH"),
  errorCode("UNKNOWN_LEADER_EPOCH"),
  errorCode("UNKNOWN_TOPIC_OR_PARTITION"),
  errorCode("KAFKA_STORAGE_ERROR"),
]);

type Bounds = { logStartOffset?: bigint; highWatermark?: bigint; error?: string };

/**
 * Start and end of each partition's log, asked of its leader, two requests per broker. A partition without a leader,
 * or whose leader does not answer, comes back with the reason instead.
 */
export async function listLogOffsets(
  client: Cluster,
  partitions: readonly TopicPartition[],
  signal?: AbortSignal,
): Promise<ClusterOffsets["offsets"]> {
  const bounds = new TopicPartitionMap<Bounds>();
  const byLeader = new Map<number, TopicPartition[]>();
  for (const partition of partitions) {
    const leader = client.leaderOf(partition);
    bounds.set(
      partition,
      leader === undefined ? { error: "No leader is available for this partition." } : {},
    );
    if (leader === undefined) continue;
    const led = byLeader.get(leader);
    if (led) led.push(partition);
    else byLeader.set(leader, [partition]);
  }

  await Promise.all(
    Array.from(byLeader, async ([nodeId, led]) => {
      try {
        await Promise.all([
          askLeader(client, { nodeId, led, timestamp: EARLIEST, bounds }, signal),
          askLeader(client, { nodeId, led, timestamp: LATEST, bounds }, signal),
        ]);
      } catch (error) {
        signal?.throwIfAborted();
        for (const partition of led)
          bounds.set(partition, { ...bounds.get(partition), error: reasonOf(error) });
      }
    }),
  );
  return Array.from(bounds.entries(), ([partition, known]) => ({ ...partition, ...known }));
}

interface LeaderQuestion {
  readonly nodeId: number;
  readonly led: readonly TopicPartition[];
  readonly timestamp: bigint;
  /** Where the answers go. */
  readonly bounds: TopicPartitionMap<Bounds>;
}

async function askLeader(client: Cluster, question: LeaderQuestion, signal?: AbortSignal): Promise<void> {
  const { nodeId, led, timestamp, bounds } = question;
  const byTopic = Map.groupBy(led, ({ topic }) => topic);
  const { body } = await client.send(
    { node: nodeId },
    listOffsets,
    {
      replicaId: -1,
      isolationLevel: READ_UNCOMMITTED,
      topics: Array.from(byTopic, ([name, partitions]) => ({
        name,
        partitions: partitions.map(({ partition }) => ({ partitionIndex: partition, timestamp })),
      })),
    },
    { signal, versions: [1, listOffsets.versions[1]] },
  );
  for (const { name, partitions } of body.topics) {
    for (const answer of partitions) {
      const partition = { topic: name, partition: answer.partitionIndex };
      if (leaderErrors.has(answer.errorCode)) client.forgetLeader(partition);
      const known = bounds.get(partition);
      if (known) Object.assign(known, boundIn(answer, timestamp));
    }
  }
}

function boundIn(answer: { readonly errorCode: number; readonly offset: bigint }, timestamp: bigint): Bounds {
  if (answer.errorCode !== 0) return { error: errorName(answer.errorCode) };
  if (answer.offset < 0n) return {};
  return timestamp === EARLIEST ? { logStartOffset: answer.offset } : { highWatermark: answer.offset };
}
