/** Releases of Kafka whose brokers the playground can pass for. */
export const kafkaReleases = ["2.8", "3.9", "4.3", "4.4"] as const;

/** One of them; the last line of each is meant. */
export type KafkaRelease = (typeof kafkaReleases)[number];

/** What the playground passes for unless told otherwise. */
export const newestRelease: KafkaRelease = "4.4";

type Versions = readonly [min: number, max: number];

/**
 * What a broker of each release serves, from the message definitions in its own kafka-clients; an API that is not
 * there does not exist in that release. From 4.0 on the oldest versions are gone (KIP-896).
 */
const servedVersions: Readonly<Record<string, Readonly<Partial<Record<KafkaRelease, Versions>>>>> = {
  Produce: { "2.8": [0, 9], "3.9": [0, 11], "4.3": [3, 13], "4.4": [3, 13] },
  Fetch: { "2.8": [0, 12], "3.9": [0, 17], "4.3": [4, 18], "4.4": [4, 18] },
  ListOffsets: { "2.8": [0, 6], "3.9": [0, 9], "4.3": [1, 11], "4.4": [1, 11] },
  Metadata: { "2.8": [0, 11], "3.9": [0, 12], "4.3": [0, 13], "4.4": [0, 13] },
  OffsetCommit: { "2.8": [0, 8], "3.9": [0, 9], "4.3": [2, 10], "4.4": [2, 10] },
  OffsetFetch: { "2.8": [0, 7], "3.9": [0, 9], "4.3": [1, 10], "4.4": [1, 10] },
  FindCoordinator: { "2.8": [0, 3], "3.9": [0, 6], "4.3": [0, 6], "4.4": [0, 6] },
  JoinGroup: { "2.8": [0, 7], "3.9": [0, 9], "4.3": [0, 9], "4.4": [0, 9] },
  Heartbeat: { "2.8": [0, 4], "3.9": [0, 4], "4.3": [0, 4], "4.4": [0, 4] },
  LeaveGroup: { "2.8": [0, 4], "3.9": [0, 5], "4.3": [0, 5], "4.4": [0, 5] },
  SyncGroup: { "2.8": [0, 5], "3.9": [0, 5], "4.3": [0, 5], "4.4": [0, 5] },
  DescribeGroups: { "2.8": [0, 5], "3.9": [0, 5], "4.3": [0, 6], "4.4": [0, 6] },
  ListGroups: { "2.8": [0, 4], "3.9": [0, 5], "4.3": [0, 5], "4.4": [0, 5] },
  SaslHandshake: { "2.8": [0, 1], "3.9": [0, 1], "4.3": [0, 1], "4.4": [0, 1] },
  ApiVersions: { "2.8": [0, 3], "3.9": [0, 4], "4.3": [0, 4], "4.4": [0, 5] },
  CreateTopics: { "2.8": [0, 7], "3.9": [0, 7], "4.3": [2, 7], "4.4": [2, 7] },
  DeleteTopics: { "2.8": [0, 6], "3.9": [0, 6], "4.3": [1, 6], "4.4": [1, 6] },
  DeleteRecords: { "2.8": [0, 2], "3.9": [0, 2], "4.3": [0, 2], "4.4": [0, 2] },
  InitProducerId: { "2.8": [0, 4], "3.9": [0, 5], "4.3": [0, 5], "4.4": [0, 5] },
  OffsetForLeaderEpoch: { "2.8": [0, 4], "3.9": [0, 4], "4.3": [2, 4], "4.4": [2, 4] },
  AddPartitionsToTxn: { "2.8": [0, 3], "3.9": [0, 5], "4.3": [0, 5], "4.4": [0, 5] },
  AddOffsetsToTxn: { "2.8": [0, 3], "3.9": [0, 4], "4.3": [0, 4], "4.4": [0, 4] },
  EndTxn: { "2.8": [0, 3], "3.9": [0, 4], "4.3": [0, 5], "4.4": [0, 5] },
  WriteTxnMarkers: { "2.8": [0, 1], "3.9": [0, 1], "4.3": [1, 2], "4.4": [1, 2] },
  TxnOffsetCommit: { "2.8": [0, 3], "3.9": [0, 4], "4.3": [0, 5], "4.4": [0, 6] },
  DescribeConfigs: { "2.8": [0, 4], "3.9": [0, 4], "4.3": [1, 4], "4.4": [1, 4] },
  AlterConfigs: { "2.8": [0, 2], "3.9": [0, 2], "4.3": [0, 2], "4.4": [0, 2] },
  SaslAuthenticate: { "2.8": [0, 2], "3.9": [0, 2], "4.3": [0, 2], "4.4": [0, 2] },
  CreatePartitions: { "2.8": [0, 3], "3.9": [0, 3], "4.3": [0, 3], "4.4": [0, 3] },
  DeleteGroups: { "2.8": [0, 2], "3.9": [0, 2], "4.3": [0, 2], "4.4": [0, 3] },
  IncrementalAlterConfigs: { "2.8": [0, 1], "3.9": [0, 1], "4.3": [0, 1], "4.4": [0, 1] },
  OffsetDelete: { "2.8": [0, 0], "3.9": [0, 0], "4.3": [0, 0], "4.4": [0, 0] },
  DescribeCluster: { "2.8": [0, 0], "3.9": [0, 1], "4.3": [0, 2], "4.4": [0, 2] },
  DescribeProducers: { "2.8": [0, 0], "3.9": [0, 0], "4.3": [0, 0], "4.4": [0, 0] },
  DescribeTransactions: { "3.9": [0, 0], "4.3": [0, 0], "4.4": [0, 0] },
  ListTransactions: { "3.9": [0, 1], "4.3": [0, 2], "4.4": [0, 2] },
  ConsumerGroupHeartbeat: { "3.9": [0, 0], "4.3": [0, 1], "4.4": [0, 1] },
  ConsumerGroupDescribe: { "3.9": [0, 0], "4.3": [0, 1], "4.4": [0, 1] },
  GetTelemetrySubscriptions: { "3.9": [0, 0], "4.3": [0, 0], "4.4": [0, 0] },
  PushTelemetry: { "3.9": [0, 0], "4.3": [0, 0], "4.4": [0, 0] },
  DescribeTopicPartitions: { "3.9": [0, 0], "4.3": [0, 0], "4.4": [0, 0] },
};

/** What a broker of the release serves of an API; undefined when it does not have it. */
export function versionsIn(release: KafkaRelease, apiName: string): Versions | undefined {
  return servedVersions[apiName]?.[release];
}

/** What a broker may be told in `group.coordinator.rebalance.protocols`. */
export const rebalanceProtocolChoices = ["classic", "classic,consumer"] as const;

/** One of them. */
export type RebalanceProtocols = (typeof rebalanceProtocolChoices)[number];

/**
 * What a broker of the release has unless told otherwise. One of 3.9.2 advertises ConsumerGroupHeartbeat and
 * ConsumerGroupDescribe, and no feature `group.version`; it answers both UNSUPPORTED_VERSION, as it starts with `classic`, and
 * serves them when its properties say `classic,consumer`.
 */
export function defaultRebalanceProtocols(release: KafkaRelease): RebalanceProtocols {
  return isKafka4(release) ? "classic,consumer" : "classic";
}

/** Why a broker of the release cannot have these, as the end of a sentence. */
export function rebalanceProtocolsProblem(
  protocols: RebalanceProtocols,
  release: KafkaRelease,
): string | undefined {
  if (protocols === "classic" || versionsIn(release, "ConsumerGroupHeartbeat")) return undefined;
  return `Kafka ${release} has classic groups only`;
}

/** Whether the release is of Kafka 4: without the oldest versions, with transactions of the second generation (KIP-890). */
export function isKafka4(release: KafkaRelease): boolean {
  return release.startsWith("4.");
}
