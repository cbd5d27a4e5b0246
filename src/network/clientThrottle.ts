import type { Api } from "#protocol/api.ts";

/**
 * From which version of an API on a throttled client is answered at once and has to wait by itself (KIP-219). Before,
 * the broker waited with its answer: waiting again would double the time. APIs that are not named came later.
 */
const waitsSince: ReadonlyMap<number, number> = new Map([
  [0, 6], // Produce
  [1, 8], // Fetch
  [2, 3], // ListOffsets
  [3, 6], // Metadata
  [8, 4], // OffsetCommit
  [9, 4], // OffsetFetch
  [10, 2], // FindCoordinator
  [11, 3], // JoinGroup
  [12, 2], // Heartbeat
  [13, 2], // LeaveGroup
  [14, 2], // SyncGroup
  [15, 2], // DescribeGroups
  [16, 2], // ListGroups
  [18, 2], // ApiVersions
  [19, 3], // CreateTopics
  [20, 2], // DeleteTopics
  [21, 1], // DeleteRecords
  [22, 1], // InitProducerId
  [24, 1], // AddPartitionsToTxn
  [25, 1], // AddOffsetsToTxn
  [26, 1], // EndTxn
  [28, 1], // TxnOffsetCommit
  [29, 1], // DescribeAcls
  [30, 1], // CreateAcls
  [31, 1], // DeleteAcls
  [32, 2], // DescribeConfigs
  [33, 1], // AlterConfigs
  [37, 1], // CreatePartitions
  [42, 1], // DeleteGroups
]);

/** How long a client must be quiet after this response; 0 when it need not. */
export function throttleMs(api: Api, version: number, body: unknown): number {
  if (version < (waitsSince.get(api.key) ?? 0)) return 0;
  if (typeof body !== "object" || body === null || !("throttleTimeMs" in body)) return 0;
  const { throttleTimeMs } = body;
  return typeof throttleTimeMs === "number" ? Math.min(Math.max(0, throttleTimeMs), longestThrottleMs) : 0;
}

/** A broker's quota window is seconds; a hostile number must not silence us for weeks. */
const longestThrottleMs = 600_000;
