import { ConnectError } from "#base/transport.ts";
import type { Api } from "#protocol/api.ts";
import { ConnectionError } from "./connectionError.ts";

/**
 * APIs that change nothing: asking twice does no harm. Fetch is not among them, as a repeated one is out of order in
 * its fetch session.
 */
const readingApis: ReadonlySet<number> = new Set([
  2, // ListOffsets
  3, // Metadata
  9, // OffsetFetch
  10, // FindCoordinator
  15, // DescribeGroups
  16, // ListGroups
  18, // ApiVersions
  23, // OffsetForLeaderEpoch
  29, // DescribeAcls
  32, // DescribeConfigs
  35, // DescribeLogDirs
  46, // ListPartitionReassignments
  48, // DescribeClientQuotas
  55, // DescribeQuorum
  60, // DescribeCluster
  61, // DescribeProducers
  65, // DescribeTransactions
  66, // ListTransactions
  69, // ConsumerGroupDescribe
  74, // ListConfigResources
  75, // DescribeTopicPartitions
  77, // ShareGroupDescribe
  89, // StreamsGroupDescribe
  90, // DescribeShareGroupOffsets
]);

/** Whether this API only reads. */
export function isReading(api: Api): boolean {
  return readingApis.has(api.key);
}

/** Whether the same request may be sent again: trying again can help, and cannot make it happen twice. */
export function mayRetry(error: unknown, api: Api): boolean {
  if (ConnectError.is(error)) return isPassing(error);
  if (ConnectionError.is(error, "CLOSED", "TIMEOUT")) return error.unsent || isReading(api);
  if (ConnectionError.is(error, "NO_BROKER")) {
    return error.cause instanceof AggregateError && error.cause.errors.some((each) => mayRetry(each, api));
  }
  return false;
}

/** A name that is wrong and a certificate that does not fit stay so; a broker that restarts comes back. */
function isPassing(error: ConnectError): boolean {
  return error.stage === "connect" || (error.stage === "resolve" && error.code === "EAI_AGAIN");
}
