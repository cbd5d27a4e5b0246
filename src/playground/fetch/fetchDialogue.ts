import type { FetchRequest } from "#protocol/apis/fetch.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { FetchedPartition, FetchPartition, NameOfTopic } from "./fetchSession.ts";
import type { FetchSessions } from "./fetchSessions.ts";

/** What a Fetch request asks for once its session is taken into account. */
export interface FetchDialogue {
  readonly sessionId: number;
  readonly partitions: readonly FetchPartition[];
  /** Which of the results belong into the answer. */
  choose(found: readonly FetchedPartition[]): readonly FetchedPartition[];
}

const fullEpoch = 0;
const closingEpoch = -1;

/** Follows KIP-227: without a session, opening one, closing one, or going on with one. */
export function openFetch(
  sessions: FetchSessions,
  request: FetchRequest,
  owner: { readonly nodeId: number; readonly usesTopicIds: boolean; readonly nameOf: NameOfTopic },
): FetchDialogue | { readonly error: KnownErrorName } {
  const { sessionId, sessionEpoch } = request;
  const wanted = wantedPartitions(request);
  if (sessionEpoch === closingEpoch || sessionEpoch === fullEpoch) {
    if (sessionId !== 0) sessions.close(sessionId, owner.nodeId);
    // A session over nothing would only push out another one, and one over too much would fill memory.
    const isWorthIt = wanted.length > 0 && wanted.length <= sessions.maxPartitions;
    if (sessionEpoch === closingEpoch || !isWorthIt) {
      return { sessionId: 0, partitions: wanted, choose: (found) => found };
    }
    const session = sessions.create(owner);
    session.update(wanted, [], owner.nameOf);
    sessions.makeRoomFor(session);
    return {
      sessionId: session.sessionId,
      partitions: wanted,
      choose(found) {
        session.news(found);
        return found;
      },
    };
  }
  const session = sessions.use(sessionId, owner.nodeId);
  if (session === undefined) return { error: "FETCH_SESSION_ID_NOT_FOUND" };
  if (session.usesTopicIds !== owner.usesTopicIds) return { error: "FETCH_SESSION_TOPIC_ID_ERROR" };
  if (session.nextEpoch !== sessionEpoch) return { error: "INVALID_FETCH_SESSION_EPOCH" };
  session.advance();
  session.update(wanted, forgottenPartitions(request), owner.nameOf);
  if (session.partitions.length > sessions.maxPartitions) {
    sessions.close(sessionId, owner.nodeId);
    return { error: "FETCH_SESSION_ID_NOT_FOUND" };
  }
  sessions.makeRoomFor(session);
  return {
    sessionId,
    partitions: session.partitions,
    choose: (found) => session.news(found),
  };
}

/** A partition that is named twice counts as Kafka counts it: once, as it was named last. */
function wantedPartitions(request: FetchRequest): readonly FetchPartition[] {
  const named = namedPartitions(request);
  const byKey = new Map(named.map((each) => [`${each.topicId}\n${each.topic}\n${each.partition}`, each]));
  return byKey.size === named.length ? named : Array.from(byKey.values());
}

function namedPartitions(request: FetchRequest): readonly FetchPartition[] {
  return request.topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map(({ partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch, lastFetchedEpoch }) => ({
      topic,
      topicId,
      partition,
      fetchOffset,
      partitionMaxBytes,
      currentLeaderEpoch,
      lastFetchedEpoch,
    })),
  );
}

function forgottenPartitions(request: FetchRequest) {
  return request.forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
    partitions.map((partition) => ({ topic, topicId, partition })),
  );
}
