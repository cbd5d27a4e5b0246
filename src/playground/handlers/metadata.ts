import { type MetadataRequest, metadata } from "#protocol/apis/metadata.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import type { Broker } from "../broker.ts";
import { type Topic, topicNameProblem } from "../log/topicStore.ts";
import { collidingTopic } from "../topicNames.ts";
import { allowedOperations, clusterOperations, topicOperations } from "./authorizedOperations.ts";
import { distinct } from "./distinct.ts";
import { defineHandler } from "./handler.ts";
import { describePartition } from "./partitionPlacement.ts";
import { wholeTopics } from "./routing.ts";

type WantedTopic = NonNullable<MetadataRequest["topics"]>[number];

/** What brokers keep their own state in: clients leave them out of subscriptions by pattern. */
const internalTopics: ReadonlySet<string> = new Set([
  "__consumer_offsets",
  "__transaction_state",
  "__share_group_state",
]);

/** Nodes, and topics with where their partitions are. */
export const metadataHandler = defineHandler({
  api: metadata,
  subject: (request, broker, version) => ({
    partitions: wholeTopics(broker, wantedTopics(request, version) ?? broker.topics.all),
  }),
  handle(request, { broker, version }) {
    if (version < sinceTopicIds && (request.topics ?? []).some(isNamedById)) {
      return refused(request, version, errorCode("INVALID_REQUEST"));
    }
    const wanted = wantedTopics(request, version);
    const operations = allowedOperations(request.includeTopicAuthorizedOperations, topicOperations);
    const topics = wanted
      ? wanted.map((topic) => findOrCreate(broker, topic, request.allowAutoTopicCreation))
      : Array.from(broker.topics.all, (topic) => describeTopic(broker, topic));
    return {
      brokers: broker.nodes.map(({ nodeId, host, port, rack = null }) => ({ nodeId, host, port, rack })),
      clusterId: broker.kafkaClusterId,
      controllerId: broker.controller?.nodeId ?? -1,
      topics: topics.map((topic) => ({ ...topic, topicAuthorizedOperations: operations })),
      clusterAuthorizedOperations: allowedOperations(
        request.includeClusterAuthorizedOperations,
        clusterOperations,
      ),
    };
  },
  failed: (request, code, version) => refused(request, version, code),
});

/** Versions 10 and 11 have room for the id of a topic, but are not to be asked by it (KIP-516). */
const sinceTopicIds = 12;

function isNamedById({ name, topicId }: WantedTopic): boolean {
  return name === null || topicId !== zeroUuid;
}

/** An answer that knows nothing. A name that is missing could not be told before version 12. */
function refused(request: MetadataRequest, version: number, code: number) {
  return {
    brokers: [],
    errorCode: code,
    topics: (wantedTopics(request, version) ?? []).map(({ name, topicId }) => ({
      ...noTopic("NONE", version < sinceTopicIds ? (name ?? "") : name, topicId),
      errorCode: code,
    })),
  };
}

/** Null means all; in version 0, where null cannot be said, no topics do. */
function wantedTopics(request: MetadataRequest, version: number): readonly WantedTopic[] | null {
  if (request.topics === null || (version === 0 && request.topics.length === 0)) return null;
  // Who asks by one id asks by ids: Kafka passes over the names beside it.
  const byId = request.topics.filter(({ topicId }) => version >= sinceTopicIds && topicId !== zeroUuid);
  if (byId.length > 0) {
    return distinct(byId, ({ topicId }) => topicId).map(({ topicId }) => ({ name: null, topicId }));
  }
  return distinct(request.topics, ({ name, topicId }) => (name === null ? `id ${topicId}` : `name ${name}`));
}

function findOrCreate(broker: Broker, wanted: WantedTopic, mayCreate: boolean) {
  if (wanted.name === null) {
    const byId = broker.topics.byId(wanted.topicId);
    return byId ? describeTopic(broker, byId) : noTopic("UNKNOWN_TOPIC_ID", null, wanted.topicId);
  }
  const { name } = wanted;
  const known = broker.topics.byName(name);
  if (known) return describeTopic(broker, known);
  if (topicNameProblem(name) !== undefined) return noTopic("INVALID_TOPIC_EXCEPTION", name, zeroUuid);
  const { autoCreateTopics, defaultPartitions: partitions, maxPartitions } = broker.settings;
  const fits = broker.topics.partitionCount + partitions <= maxPartitions;
  // Kafka (seen of 4.3.1) leaves a name that collides to its controller, which refuses it: to clients it stays unknown.
  const canCreate =
    mayCreate && autoCreateTopics && fits && collidingTopic(broker.topics, name) === undefined;
  if (!canCreate) return noTopic("UNKNOWN_TOPIC_OR_PARTITION", name, zeroUuid);
  return describeTopic(broker, broker.topics.create(name, { partitions, replicationFactor: 1 }));
}

function describeTopic(broker: Broker, topic: Topic) {
  return {
    errorCode: 0,
    name: topic.name,
    topicId: topic.topicId,
    isInternal: internalTopics.has(topic.name),
    partitions: topic.partitions.map((log) => describePartition(broker, topic, log)),
  };
}

function noTopic(error: KnownErrorName, name: string | null, topicId: string) {
  return { errorCode: errorCode(error), name, topicId, isInternal: false, partitions: [] };
}
