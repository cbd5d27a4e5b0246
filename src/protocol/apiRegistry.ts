// Generated with the files of apis/: every API, by key. Importing it pulls all of them into a bundle.

import type { Api } from "./api.ts";
import { addOffsetsToTxn } from "./apis/addOffsetsToTxn.ts";
import { addPartitionsToTxn } from "./apis/addPartitionsToTxn.ts";
import { addRaftVoter } from "./apis/addRaftVoter.ts";
import { allocateProducerIds } from "./apis/allocateProducerIds.ts";
import { alterClientQuotas } from "./apis/alterClientQuotas.ts";
import { alterConfigs } from "./apis/alterConfigs.ts";
import { alterPartition } from "./apis/alterPartition.ts";
import { alterPartitionReassignments } from "./apis/alterPartitionReassignments.ts";
import { alterReplicaLogDirs } from "./apis/alterReplicaLogDirs.ts";
import { alterShareGroupOffsets } from "./apis/alterShareGroupOffsets.ts";
import { alterUserScramCredentials } from "./apis/alterUserScramCredentials.ts";
import { apiVersions } from "./apis/apiVersions.ts";
import { assignReplicasToDirs } from "./apis/assignReplicasToDirs.ts";
import { beginQuorumEpoch } from "./apis/beginQuorumEpoch.ts";
import { brokerHeartbeat } from "./apis/brokerHeartbeat.ts";
import { brokerRegistration } from "./apis/brokerRegistration.ts";
import { consumerGroupDescribe } from "./apis/consumerGroupDescribe.ts";
import { consumerGroupHeartbeat } from "./apis/consumerGroupHeartbeat.ts";
import { controllerRegistration } from "./apis/controllerRegistration.ts";
import { createAcls } from "./apis/createAcls.ts";
import { createDelegationToken } from "./apis/createDelegationToken.ts";
import { createPartitions } from "./apis/createPartitions.ts";
import { createTopics } from "./apis/createTopics.ts";
import { deleteAcls } from "./apis/deleteAcls.ts";
import { deleteGroups } from "./apis/deleteGroups.ts";
import { deleteRecords } from "./apis/deleteRecords.ts";
import { deleteShareGroupOffsets } from "./apis/deleteShareGroupOffsets.ts";
import { deleteShareGroupState } from "./apis/deleteShareGroupState.ts";
import { deleteTopics } from "./apis/deleteTopics.ts";
import { describeAcls } from "./apis/describeAcls.ts";
import { describeClientQuotas } from "./apis/describeClientQuotas.ts";
import { describeCluster } from "./apis/describeCluster.ts";
import { describeConfigs } from "./apis/describeConfigs.ts";
import { describeDelegationToken } from "./apis/describeDelegationToken.ts";
import { describeGroups } from "./apis/describeGroups.ts";
import { describeLogDirs } from "./apis/describeLogDirs.ts";
import { describeProducers } from "./apis/describeProducers.ts";
import { describeQuorum } from "./apis/describeQuorum.ts";
import { describeShareGroupOffsets } from "./apis/describeShareGroupOffsets.ts";
import { describeTopicPartitions } from "./apis/describeTopicPartitions.ts";
import { describeTransactions } from "./apis/describeTransactions.ts";
import { describeUserScramCredentials } from "./apis/describeUserScramCredentials.ts";
import { electLeaders } from "./apis/electLeaders.ts";
import { endQuorumEpoch } from "./apis/endQuorumEpoch.ts";
import { endTxn } from "./apis/endTxn.ts";
import { envelope } from "./apis/envelope.ts";
import { expireDelegationToken } from "./apis/expireDelegationToken.ts";
import { fetch } from "./apis/fetch.ts";
import { fetchSnapshot } from "./apis/fetchSnapshot.ts";
import { findCoordinator } from "./apis/findCoordinator.ts";
import { getTelemetrySubscriptions } from "./apis/getTelemetrySubscriptions.ts";
import { heartbeat } from "./apis/heartbeat.ts";
import { incrementalAlterConfigs } from "./apis/incrementalAlterConfigs.ts";
import { initializeShareGroupState } from "./apis/initializeShareGroupState.ts";
import { initProducerId } from "./apis/initProducerId.ts";
import { joinGroup } from "./apis/joinGroup.ts";
import { leaveGroup } from "./apis/leaveGroup.ts";
import { listConfigResources } from "./apis/listConfigResources.ts";
import { listGroups } from "./apis/listGroups.ts";
import { listOffsets } from "./apis/listOffsets.ts";
import { listPartitionReassignments } from "./apis/listPartitionReassignments.ts";
import { listTransactions } from "./apis/listTransactions.ts";
import { metadata } from "./apis/metadata.ts";
import { offsetCommit } from "./apis/offsetCommit.ts";
import { offsetDelete } from "./apis/offsetDelete.ts";
import { offsetFetch } from "./apis/offsetFetch.ts";
import { offsetForLeaderEpoch } from "./apis/offsetForLeaderEpoch.ts";
import { produce } from "./apis/produce.ts";
import { pushTelemetry } from "./apis/pushTelemetry.ts";
import { readShareGroupState } from "./apis/readShareGroupState.ts";
import { readShareGroupStateSummary } from "./apis/readShareGroupStateSummary.ts";
import { removeRaftVoter } from "./apis/removeRaftVoter.ts";
import { renewDelegationToken } from "./apis/renewDelegationToken.ts";
import { saslAuthenticate } from "./apis/saslAuthenticate.ts";
import { saslHandshake } from "./apis/saslHandshake.ts";
import { shareAcknowledge } from "./apis/shareAcknowledge.ts";
import { shareFetch } from "./apis/shareFetch.ts";
import { shareGroupDescribe } from "./apis/shareGroupDescribe.ts";
import { shareGroupHeartbeat } from "./apis/shareGroupHeartbeat.ts";
import { streamsGroupDescribe } from "./apis/streamsGroupDescribe.ts";
import { streamsGroupHeartbeat } from "./apis/streamsGroupHeartbeat.ts";
import { streamsGroupTopologyDescriptionUpdate } from "./apis/streamsGroupTopologyDescriptionUpdate.ts";
import { syncGroup } from "./apis/syncGroup.ts";
import { txnOffsetCommit } from "./apis/txnOffsetCommit.ts";
import { unregisterBroker } from "./apis/unregisterBroker.ts";
import { unregisterController } from "./apis/unregisterController.ts";
import { updateFeatures } from "./apis/updateFeatures.ts";
import { updateRaftVoter } from "./apis/updateRaftVoter.ts";
import { vote } from "./apis/vote.ts";
import { writeShareGroupState } from "./apis/writeShareGroupState.ts";
import { writeTxnMarkers } from "./apis/writeTxnMarkers.ts";

/** Every API that a Kafka of today knows, in the order of their keys. */
export const allApis: readonly Api[] = [
  produce,
  fetch,
  listOffsets,
  metadata,
  offsetCommit,
  offsetFetch,
  findCoordinator,
  joinGroup,
  heartbeat,
  leaveGroup,
  syncGroup,
  describeGroups,
  listGroups,
  saslHandshake,
  apiVersions,
  createTopics,
  deleteTopics,
  deleteRecords,
  initProducerId,
  offsetForLeaderEpoch,
  addPartitionsToTxn,
  addOffsetsToTxn,
  endTxn,
  writeTxnMarkers,
  txnOffsetCommit,
  describeAcls,
  createAcls,
  deleteAcls,
  describeConfigs,
  alterConfigs,
  alterReplicaLogDirs,
  describeLogDirs,
  saslAuthenticate,
  createPartitions,
  createDelegationToken,
  renewDelegationToken,
  expireDelegationToken,
  describeDelegationToken,
  deleteGroups,
  electLeaders,
  incrementalAlterConfigs,
  alterPartitionReassignments,
  listPartitionReassignments,
  offsetDelete,
  describeClientQuotas,
  alterClientQuotas,
  describeUserScramCredentials,
  alterUserScramCredentials,
  vote,
  beginQuorumEpoch,
  endQuorumEpoch,
  describeQuorum,
  alterPartition,
  updateFeatures,
  envelope,
  fetchSnapshot,
  describeCluster,
  describeProducers,
  brokerRegistration,
  brokerHeartbeat,
  unregisterBroker,
  describeTransactions,
  listTransactions,
  allocateProducerIds,
  consumerGroupHeartbeat,
  consumerGroupDescribe,
  controllerRegistration,
  getTelemetrySubscriptions,
  pushTelemetry,
  assignReplicasToDirs,
  listConfigResources,
  describeTopicPartitions,
  shareGroupHeartbeat,
  shareGroupDescribe,
  shareFetch,
  shareAcknowledge,
  addRaftVoter,
  removeRaftVoter,
  updateRaftVoter,
  initializeShareGroupState,
  readShareGroupState,
  writeShareGroupState,
  deleteShareGroupState,
  readShareGroupStateSummary,
  streamsGroupHeartbeat,
  streamsGroupDescribe,
  describeShareGroupOffsets,
  alterShareGroupOffsets,
  deleteShareGroupOffsets,
  streamsGroupTopologyDescriptionUpdate,
  unregisterController,
];

const byKey: ReadonlyMap<number, Api> = new Map(allApis.map((api) => [api.key, api]));

/** The API of this key, or undefined when it is newer than these schemas. */
export function apiByKey(key: number): Api | undefined {
  return byKey.get(key);
}
