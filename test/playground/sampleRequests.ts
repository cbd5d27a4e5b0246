import type { Api, RequestInput } from "#protocol/api.ts";
import { addOffsetsToTxn } from "#protocol/apis/addOffsetsToTxn.ts";
import { addPartitionsToTxn } from "#protocol/apis/addPartitionsToTxn.ts";
import { alterConfigs } from "#protocol/apis/alterConfigs.ts";
import { apiVersions } from "#protocol/apis/apiVersions.ts";
import { consumerGroupDescribe } from "#protocol/apis/consumerGroupDescribe.ts";
import { consumerGroupHeartbeat } from "#protocol/apis/consumerGroupHeartbeat.ts";
import { createPartitions } from "#protocol/apis/createPartitions.ts";
import { createTopics } from "#protocol/apis/createTopics.ts";
import { deleteGroups } from "#protocol/apis/deleteGroups.ts";
import { deleteRecords } from "#protocol/apis/deleteRecords.ts";
import { deleteTopics } from "#protocol/apis/deleteTopics.ts";
import { describeCluster } from "#protocol/apis/describeCluster.ts";
import { describeConfigs } from "#protocol/apis/describeConfigs.ts";
import { describeGroups } from "#protocol/apis/describeGroups.ts";
import { describeProducers } from "#protocol/apis/describeProducers.ts";
import { describeTopicPartitions } from "#protocol/apis/describeTopicPartitions.ts";
import { describeTransactions } from "#protocol/apis/describeTransactions.ts";
import { endTxn } from "#protocol/apis/endTxn.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { getTelemetrySubscriptions } from "#protocol/apis/getTelemetrySubscriptions.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { incrementalAlterConfigs } from "#protocol/apis/incrementalAlterConfigs.ts";
import { initProducerId } from "#protocol/apis/initProducerId.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { leaveGroup } from "#protocol/apis/leaveGroup.ts";
import { listGroups } from "#protocol/apis/listGroups.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { listTransactions } from "#protocol/apis/listTransactions.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { offsetDelete } from "#protocol/apis/offsetDelete.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { offsetForLeaderEpoch } from "#protocol/apis/offsetForLeaderEpoch.ts";
import { produce } from "#protocol/apis/produce.ts";
import { pushTelemetry } from "#protocol/apis/pushTelemetry.ts";
import { saslAuthenticate } from "#protocol/apis/saslAuthenticate.ts";
import { saslHandshake } from "#protocol/apis/saslHandshake.ts";
import { syncGroup } from "#protocol/apis/syncGroup.ts";
import { txnOffsetCommit } from "#protocol/apis/txnOffsetCommit.ts";
import { writeTxnMarkers } from "#protocol/apis/writeTxnMarkers.ts";
import { encodeRequest } from "#protocol/message.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { batchOf } from "./produceAndFetch.ts";

/**
 * A request of every API the playground serves, at least in the oldest and in the newest version: food for mutation.
 * Versions that know topics by their ids only name the one given.
 */
export function sampleRequests(topicId: string = zeroUuid): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  const add = <A extends Api>(api: A, versions: readonly number[], body: RequestInput<A>) => {
    for (const version of versions) {
      frames.push(encodeRequest(api, { version, correlationId: 1, clientId: "sample" }, body));
    }
  };
  const name = "orders";
  const groupId = "billing";
  const memberId = "member";
  const bytes = new Uint8Array(20);

  add(produce, [3, 12, 13], {
    acks: 1,
    timeoutMs: 100,
    topicData: [{ name, topicId, partitionData: [{ index: 0, records: batchOf("a", "b") }] }],
  });
  add(fetch, [4, 11, 12, 18], {
    maxWaitMs: 10,
    minBytes: 1,
    topics: [
      { topic: name, topicId, partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1_000 }] },
    ],
  });
  add(listOffsets, [1, 11], {
    replicaId: -1,
    topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
  });
  add(metadata, [0, 13], { topics: [{ name }] });
  add(consumerGroupHeartbeat, [0, 1], {
    groupId,
    memberId,
    memberEpoch: 0,
    rebalanceTimeoutMs: 5_000,
    subscribedTopicNames: [name],
    subscribedTopicRegex: "ord.*",
    serverAssignor: "uniform",
    topicPartitions: [],
  });
  add(consumerGroupDescribe, [0, 1], { groupIds: [groupId], includeAuthorizedOperations: true });
  const committed = { partitionIndex: 0, committedOffset: 1n, committedMetadata: "note" };
  add(offsetCommit, [2, 9, 10], { groupId, topics: [{ name, topicId, partitions: [committed] }] });
  add(offsetFetch, [1], { groupId, topics: [{ name, partitionIndexes: [0] }] });
  add(offsetFetch, [9, 10], { groups: [{ groupId, topics: [{ name, topicId, partitionIndexes: [0] }] }] });
  add(findCoordinator, [0, 6], { key: groupId, coordinatorKeys: [groupId] });
  add(joinGroup, [0, 9], {
    groupId,
    sessionTimeoutMs: 10_000,
    memberId: "",
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: bytes }],
  });
  add(syncGroup, [0, 5], {
    groupId,
    generationId: 1,
    memberId,
    assignments: [{ memberId, assignment: bytes }],
  });
  add(heartbeat, [0, 4], { groupId, generationId: 1, memberId });
  add(leaveGroup, [0], { groupId, memberId });
  add(leaveGroup, [5], { groupId, members: [{ memberId, reason: "bye" }] });
  add(describeGroups, [0, 6], { groups: [groupId] });
  add(listGroups, [0, 5], { statesFilter: ["Stable"], typesFilter: ["classic"] });
  add(saslHandshake, [0, 1], { mechanism: "SCRAM-SHA-256" });
  add(saslAuthenticate, [0, 2], { authBytes: bytes });
  add(apiVersions, [0, 5], { clientSoftwareName: "sample", clientSoftwareVersion: "1" });
  add(createTopics, [2, 7], {
    topics: [
      {
        name: "new",
        numPartitions: 2,
        replicationFactor: 1,
        assignments: [{ partitionIndex: 0, brokerIds: [1] }],
        configs: [{ name: "retention.ms", value: "1" }],
      },
    ],
  });
  add(deleteTopics, [1], { topicNames: ["nothing"], timeoutMs: 100 });
  add(deleteTopics, [6], { topics: [{ name: "nothing", topicId: zeroUuid }], timeoutMs: 100 });
  add(deleteRecords, [0, 2], {
    timeoutMs: 100,
    topics: [{ name, partitions: [{ partitionIndex: 0, offset: 0n }] }],
  });
  add(initProducerId, [0, 5], { transactionalId: null, transactionTimeoutMs: 100 });
  add(offsetForLeaderEpoch, [2, 4], {
    topics: [{ topic: name, partitions: [{ partition: 0, leaderEpoch: 0 }] }],
  });
  add(describeConfigs, [1, 4], {
    resources: [{ resourceType: 2, resourceName: name, configurationKeys: ["retention.ms"] }],
  });
  add(alterConfigs, [0, 2], {
    resources: [{ resourceType: 2, resourceName: name, configs: [{ name: "retention.ms", value: "1" }] }],
    validateOnly: false,
  });
  add(incrementalAlterConfigs, [0, 1], {
    resources: [
      {
        resourceType: 2,
        resourceName: name,
        configs: [{ name: "retention.ms", configOperation: 0, value: "1" }],
      },
    ],
    validateOnly: false,
  });
  add(createPartitions, [0, 3], {
    topics: [{ name, count: 3, assignments: null }],
    timeoutMs: 100,
    validateOnly: true,
  });
  add(deleteGroups, [0, 3], { groupsNames: ["nothing"] });
  add(offsetDelete, [0], { groupId, topics: [{ name, partitions: [{ partitionIndex: 0 }] }] });
  add(describeCluster, [0, 2], { includeClusterAuthorizedOperations: true });
  add(describeTopicPartitions, [0], { topics: [{ name }] });
  const producer = { transactionalId: "tx", producerId: 1n, producerEpoch: 0 };
  add(initProducerId, [0, 5], { transactionalId: "tx", transactionTimeoutMs: 100 });
  add(addPartitionsToTxn, [0, 3], {
    v3AndBelowTransactionalId: "tx",
    v3AndBelowTopics: [{ name, partitions: [0] }],
  });
  add(addPartitionsToTxn, [5], {
    transactions: [{ ...producer, topics: [{ name, partitions: [0] }], verifyOnly: true }],
  });
  add(addOffsetsToTxn, [0, 4], { ...producer, groupId });
  add(endTxn, [0, 5], { ...producer, committed: true });
  add(writeTxnMarkers, [1, 2], {
    markers: [
      {
        producerId: 1n,
        producerEpoch: 0,
        transactionResult: false,
        topics: [{ name, partitionIndexes: [0] }],
        coordinatorEpoch: 0,
      },
    ],
  });
  add(txnOffsetCommit, [0, 5, 6], {
    ...producer,
    groupId,
    topics: [{ name, topicId, partitions: [{ ...committed, committedMetadata: null }] }],
  });
  add(describeProducers, [0], { topics: [{ name, partitionIndexes: [0] }] });
  add(describeTransactions, [0], { transactionalIds: ["tx"] });
  add(listTransactions, [0, 1, 2], { stateFilters: ["Ongoing"], producerIdFilters: [1n] });
  add(getTelemetrySubscriptions, [0], { clientInstanceId: zeroUuid });
  add(pushTelemetry, [0], {
    clientInstanceId: zeroUuid,
    subscriptionId: 1,
    terminating: false,
    compressionType: 0,
    metrics: bytes,
  });
  return frames;
}
