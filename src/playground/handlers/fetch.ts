import { type FetchRequest, fetch } from "#protocol/apis/fetch.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import { preferredReplica } from "../cluster/preferredReplica.ts";
import { openFetch } from "../fetch/fetchDialogue.ts";
import type { FetchedPartition, FetchPartition } from "../fetch/fetchSession.ts";
import { readWhenReady } from "../fetch/fetchWait.ts";
import { type LocatedReplica, readPartition } from "../fetch/readPartition.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { LeaderHints } from "./leaderHints.ts";
import { findLog, findReplica, findTopic, namedPartitions } from "./routing.ts";

/** Reads batches; waits until there are enough bytes, some error, or no time left. */
export const fetchHandler = defineHandler({
  api: fetch,
  versions: [4, 18],
  subject: (request, broker) => {
    const asked = request.topics.map(({ topic, topicId, partitions }) => ({
      name: topic,
      topicId,
      partitions: partitions.map(({ partition }) => partition),
    }));
    const session = broker.fetchSessions.peek(request.sessionId)?.partitions ?? [];
    const kept = session.map(({ topic, topicId, partition }) => ({
      name: topic,
      topicId,
      partitions: [partition],
    }));
    return { partitions: namedPartitions(broker, [...asked, ...kept]) };
  },
  async handle(request, context) {
    const { broker } = context;
    const dialogue = openFetch(broker.fetchSessions, request, {
      nodeId: context.node.nodeId,
      usesTopicIds: context.version >= 13,
      nameOf: (topicId) => broker.topics.byId(topicId)?.name,
    });
    if ("error" in dialogue) return failed(dialogue.error);
    const { partitions, sessionId, choose } = dialogue;
    const session = broker.fetchSessions.peek(sessionId);
    if (session) broker.deliveries.asked.asked(session, request);
    const isCommittedOnly = request.isolationLevel === 1;
    const locate = (wanted: FetchPartition) => locateReplica(context, request, wanted);
    const reversesAborted = broker.settings.transactions.reversesAbortedList;
    const found = await readWhenReady({
      clock: broker.clock,
      onGone: context.onGone,
      partitions,
      maxWaitMs: request.maxWaitMs,
      minBytes: request.minBytes,
      maxBytes: request.maxBytes,
      isCommittedOnly,
      locate,
      read(wanted, given) {
        const limits = { ...given, isCommittedOnly, reversesAborted };
        const replica = locate(wanted);
        const found = readPartition(replica, wanted, limits);
        if (!("error" in replica)) {
          const askedOffset = session && broker.deliveries.asked.of(session, wanted);
          broker.deliveries.given({ wanted, replica, limits, given: found, askedOffset, ...asker(context) });
        }
        return found;
      },
    });
    if (found === undefined) return undefined;
    const hints = new LeaderHints(broker);
    const responses = byTopic(choose(found), (partition) => ({
      ...answer(partition, isCommittedOnly),
      ...leaderHint(context, partition, hints),
    }));
    return { errorCode: 0, sessionId, responses, nodeEndpoints: hints.nodeEndpoints };
  },
  failed: (request, code, version) =>
    version >= 7
      ? { errorCode: code, responses: [] }
      : {
          responses: request.topics.map(({ topic, topicId, partitions }) => ({
            topic,
            topicId,
            partitions: partitions.map(({ partition }) => ({
              partitionIndex: partition,
              errorCode: code,
              highWatermark: -1n,
              records: null,
            })),
          })),
        },
});

/**
 * A consumer may read from a follower since version 11, whether it says where it stands or not; a leader sends it to
 * a nearer one only if it does (KIP-392).
 */
function locateReplica(
  context: RequestContext,
  request: FetchRequest,
  wanted: FetchPartition,
): LocatedReplica {
  const { broker, node, version } = context;
  const found = findWanted(broker, wanted);
  if ("error" in found) return found;
  const isConsumer = request.replicaId < 0 && request.replicaState.replicaId < 0;
  const replica =
    version >= 11 && isConsumer
      ? findReplica(context, found.topic, wanted)
      : findLog(context, found.topic, wanted);
  const { rackId } = request;
  // Asked for each partition whenever something is appended: most clients have no rack, and cost nothing here.
  if ("error" in replica || !isConsumer || rackId === "") return replica;
  const leader = { topic: found.topic, replica, nodeId: node.nodeId };
  const { fetchOffset } = wanted;
  return { ...replica, preferredReadReplica: preferredReplica(broker, leader, { rackId, fetchOffset }) };
}

function asker({ clientId, node: { nodeId } }: RequestContext) {
  return { clientId: clientId ?? "", nodeId };
}

/** A session that goes on with the id of a topic that was created anew has the wrong one of the two. */
function findWanted(broker: Broker, { topic: name, topicId, knownAs }: FetchPartition) {
  const found = findTopic(broker, { name, topicId });
  if (!("error" in found) || knownAs === undefined) return found;
  const error: KnownErrorName = broker.topics.byName(knownAs)
    ? "INCONSISTENT_TOPIC_ID"
    : "UNKNOWN_TOPIC_OR_PARTITION";
  return { error };
}

/** Whoever asked the wrong node, or with an old epoch, is told who leads. */
function leaderHint({ broker, version }: RequestContext, found: FetchedPartition, hints: LeaderHints) {
  const wantsHint =
    found.errorCode === errorCode("NOT_LEADER_OR_FOLLOWER") ||
    found.errorCode === errorCode("FENCED_LEADER_EPOCH");
  if (version < 16 || !wantsHint) return {};
  const currentLeader = hints.leaderOf(broker.topics.byId(found.topicId), found.partition);
  return currentLeader ? { currentLeader } : {};
}

function failed(error: KnownErrorName) {
  return { errorCode: errorCode(error), sessionId: 0, responses: [] };
}

function byTopic<T>(found: readonly FetchedPartition[], toAnswer: (partition: FetchedPartition) => T) {
  const topics: { topic: string; topicId: string; partitions: T[] }[] = [];
  for (const partition of found) {
    const last = topics.at(-1);
    const isSame = last?.topic === partition.topic && last.topicId === partition.topicId;
    if (last && isSame) last.partitions.push(toAnswer(partition));
    else {
      const { topic, topicId } = partition;
      topics.push({ topic, topicId, partitions: [toAnswer(partition)] });
    }
  }
  return topics;
}

/** A partition that Kafka does not have is answered for apart from its logs: with a list that is empty, not missing. */
const notThere = (["UNKNOWN_TOPIC_OR_PARTITION", "UNKNOWN_TOPIC_ID"] as const).map(errorCode);

function answer(found: FetchedPartition, isCommittedOnly: boolean) {
  return {
    partitionIndex: found.partition,
    errorCode: found.errorCode,
    highWatermark: found.highWatermark,
    lastStableOffset: found.lastStableOffset,
    logStartOffset: found.logStartOffset,
    ...(found.divergingEpoch === undefined ? {} : { divergingEpoch: found.divergingEpoch }),
    ...(found.preferredReadReplica === undefined ? {} : { preferredReadReplica: found.preferredReadReplica }),
    abortedTransactions:
      isCommittedOnly || notThere.includes(found.errorCode) ? found.abortedTransactions : null,
    records: found.records,
  };
}
