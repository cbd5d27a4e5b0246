import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import type { Broker } from "../broker.ts";
import { distinct } from "./distinct.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { coordinatorError, namedPartitions } from "./routing.ts";

interface WantedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitionIndexes: readonly number[];
}

interface WantedGroup {
  readonly groupId: string;
  /** Who asks, in a consumer group; tools do not say. */
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly topics: readonly WantedTopic[] | null;
}

/**
 * What groups committed; a partition nobody committed for is -1, which is no error. Who requires stable offsets is told
 * to wait while a transaction that committed some is not decided (KIP-447).
 */
export const offsetFetchHandler = defineHandler({
  api: offsetFetch,
  versions: [1, 10],
  subject: ({ groupId, groups, topics }, broker) => {
    const asked =
      groups.length > 0
        ? groups
        : [{ groupId, topics: topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null }];
    const wanted = asked.flatMap((group) => group.topics ?? allCommitted(broker, group.groupId));
    return {
      groupIds: asked.map((group) => group.groupId),
      partitions: namedPartitions(
        broker,
        wanted.map(({ name, topicId, partitionIndexes }) => ({
          name,
          topicId: name === "" ? topicId : zeroUuid,
          partitions: partitionIndexes,
        })),
      ),
    };
  },
  handle(request, context) {
    if (context.version >= 8) {
      const groups = distinct(request.groups, ({ groupId }) => groupId);
      return { groups: groups.map((group) => fetchGroup(context, group, request.requireStable)) };
    }
    const topics = request.topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null;
    const asked = { groupId: request.groupId, memberId: null, memberEpoch: -1, topics };
    const { groupId: _, ...answer } = fetchGroup(context, asked, request.requireStable);
    // Version 1 has no error for the whole: it is said for each partition.
    return context.version >= 2
      ? answer
      : { topics: withError(topics ?? [], answer.errorCode, answer.topics) };
  },
  failed(request, code) {
    const topics = request.topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? [];
    return {
      errorCode: code,
      topics: withError(topics, code, []),
      groups: request.groups.map(({ groupId }) => ({ groupId, topics: [], errorCode: code })),
    };
  },
});

type FetchedTopics = ReturnType<typeof fetchTopic>[];

function fetchGroup(context: RequestContext, asked: WantedGroup, requireStable: boolean) {
  const { broker } = context;
  const { groupId, memberEpoch, topics: wanted } = asked;
  const asker = { memberId: asked.memberId ?? undefined, memberEpoch };
  const error = coordinatorError(context, groupId) ?? broker.groups.commits.fetchError(groupId, asker);
  if (error !== "NONE") return { groupId, topics: [] as FetchedTopics, errorCode: errorCode(error) };
  const topics = wanted ?? allCommitted(broker, groupId);
  return {
    groupId,
    topics: topics.map((topic) => fetchTopic(broker, { ...topic, groupId, requireStable })),
    errorCode: 0,
  };
}

function allCommitted(broker: Broker, groupId: string): readonly WantedTopic[] {
  const byTopic = broker.groups.commits.of(groupId)?.byTopic() ?? new Map<string, readonly number[]>();
  return Array.from(byTopic, ([name, partitionIndexes]) => ({
    name,
    topicId: broker.topics.byName(name)?.topicId ?? zeroUuid,
    partitionIndexes,
  }));
}

function fetchTopic(
  broker: Broker,
  wanted: WantedTopic & { readonly groupId: string; readonly requireStable: boolean },
) {
  const { name, topicId, partitionIndexes, groupId, requireStable } = wanted;
  const byId = name === "" ? broker.topics.byId(topicId) : undefined;
  const topic = byId?.name ?? name;
  const code = name === "" && byId === undefined ? errorCode("UNKNOWN_TOPIC_ID") : 0;
  const offsets = broker.groups.commits.of(groupId);
  const partitions = partitionIndexes.map((partitionIndex) => {
    const partition = { topic, partition: partitionIndex };
    if (code === 0 && requireStable && offsets?.isUnstable(partition)) {
      return nothingCommitted(partitionIndex, errorCode("UNSTABLE_OFFSET_COMMIT"));
    }
    const committed = offsets?.get(partition);
    return {
      partitionIndex,
      committedOffset: committed?.offset ?? -1n,
      committedLeaderEpoch: committed?.leaderEpoch ?? -1,
      metadata: committed?.metadata ?? "",
      errorCode: code,
    };
  });
  return { name, topicId, partitions };
}

function withError(wanted: readonly WantedTopic[], code: number, fetched: FetchedTopics): FetchedTopics {
  if (code === 0) return fetched;
  return wanted.map(({ name, topicId, partitionIndexes }) => ({
    name,
    topicId,
    partitions: partitionIndexes.map((partitionIndex) => nothingCommitted(partitionIndex, code)),
  }));
}

function nothingCommitted(partitionIndex: number, code: number) {
  return {
    partitionIndex,
    committedOffset: -1n,
    committedLeaderEpoch: -1,
    metadata: "",
    errorCode: code,
  };
}
