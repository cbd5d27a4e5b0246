import { type KafkaRelease, versionsIn } from "../versions/kafkaReleases.ts";
import { addOffsetsToTxnHandler } from "./addOffsetsToTxn.ts";
import { addPartitionsToTxnHandler } from "./addPartitionsToTxn.ts";
import { alterConfigsHandler } from "./alterConfigs.ts";
import { apiVersionsHandler } from "./apiVersions.ts";
import { consumerGroupDescribeHandler } from "./consumerGroupDescribe.ts";
import { consumerGroupHeartbeatHandler } from "./consumerGroupHeartbeat.ts";
import { createPartitionsHandler } from "./createPartitions.ts";
import { createTopicsHandler } from "./createTopics.ts";
import { deleteGroupsHandler } from "./deleteGroups.ts";
import { deleteRecordsHandler } from "./deleteRecords.ts";
import { deleteTopicsHandler } from "./deleteTopics.ts";
import { describeClusterHandler } from "./describeCluster.ts";
import { describeConfigsHandler } from "./describeConfigs.ts";
import { describeGroupsHandler } from "./describeGroups.ts";
import { describeProducersHandler } from "./describeProducers.ts";
import { describeTopicPartitionsHandler } from "./describeTopicPartitions.ts";
import { describeTransactionsHandler } from "./describeTransactions.ts";
import { endTxnHandler } from "./endTxn.ts";
import { fetchHandler } from "./fetch.ts";
import { findCoordinatorHandler } from "./findCoordinator.ts";
import { getTelemetrySubscriptionsHandler } from "./getTelemetrySubscriptions.ts";
import type { Handler } from "./handler.ts";
import { heartbeatHandler } from "./heartbeat.ts";
import { incrementalAlterConfigsHandler } from "./incrementalAlterConfigs.ts";
import { initProducerIdHandler } from "./initProducerId.ts";
import { joinGroupHandler } from "./joinGroup.ts";
import { leaveGroupHandler } from "./leaveGroup.ts";
import { listGroupsHandler } from "./listGroups.ts";
import { listOffsetsHandler } from "./listOffsets.ts";
import { listTransactionsHandler } from "./listTransactions.ts";
import { metadataHandler } from "./metadata.ts";
import { offsetCommitHandler } from "./offsetCommit.ts";
import { offsetDeleteHandler } from "./offsetDelete.ts";
import { offsetFetchHandler } from "./offsetFetch.ts";
import { offsetForLeaderEpochHandler } from "./offsetForLeaderEpoch.ts";
import { produceHandler } from "./produce.ts";
import { pushTelemetryHandler } from "./pushTelemetry.ts";
import { saslAuthenticateHandler } from "./saslAuthenticate.ts";
import { saslHandshakeHandler } from "./saslHandshake.ts";
import { syncGroupHandler } from "./syncGroup.ts";
import { txnOffsetCommitHandler } from "./txnOffsetCommit.ts";
import { writeTxnMarkersHandler } from "./writeTxnMarkers.ts";

/**
 * Everything the playground serves, by API key. What is not here is not advertised: share and streams groups take their
 * places here as they come. A broker without a receiver for clients' metrics does not advertise telemetry (KIP-714).
 */
export function handlerTable(
  release: KafkaRelease,
  options: { readonly receivesTelemetry: boolean } = { receivesTelemetry: true },
): ReadonlyMap<number, Handler> {
  const table: ReadonlyMap<number, Handler> = new Map(
    [
      produceHandler,
      fetchHandler,
      listOffsetsHandler,
      metadataHandler,
      offsetCommitHandler,
      offsetFetchHandler,
      findCoordinatorHandler,
      joinGroupHandler,
      heartbeatHandler,
      leaveGroupHandler,
      syncGroupHandler,
      saslHandshakeHandler,
      saslAuthenticateHandler,
      describeGroupsHandler,
      listGroupsHandler,
      apiVersionsHandler(() => table.values(), release),
      createTopicsHandler,
      deleteTopicsHandler,
      deleteRecordsHandler,
      initProducerIdHandler,
      offsetForLeaderEpochHandler,
      addPartitionsToTxnHandler,
      addOffsetsToTxnHandler,
      endTxnHandler,
      writeTxnMarkersHandler,
      txnOffsetCommitHandler,
      describeConfigsHandler,
      alterConfigsHandler,
      createPartitionsHandler,
      deleteGroupsHandler,
      incrementalAlterConfigsHandler,
      offsetDeleteHandler,
      describeClusterHandler,
      consumerGroupHeartbeatHandler,
      consumerGroupDescribeHandler,
      describeProducersHandler,
      describeTransactionsHandler,
      listTransactionsHandler,
      describeTopicPartitionsHandler,
      ...(options.receivesTelemetry ? [getTelemetrySubscriptionsHandler, pushTelemetryHandler] : []),
    ].flatMap((handler) => {
      const capped = cappedTo(release, handler);
      return capped ? [[handler.api.key, capped]] : [];
    }),
  );
  return table;
}

/** The handler with the versions that a broker of the release serves too; undefined when there are none. */
function cappedTo(release: KafkaRelease, handler: Handler): Handler | undefined {
  const known = versionsIn(release, handler.api.name);
  if (known === undefined) return undefined;
  const min = Math.max(handler.versions[0], known[0]);
  const max = Math.min(handler.versions[1], known[1]);
  return min > max ? undefined : { ...handler, versions: [min, max] };
}
