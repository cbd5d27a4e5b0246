import type { TopicPartition } from "#base/topicPartition.ts";
import { type OffsetCommitRequest, offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import type { Broker } from "../broker.ts";
import { CommitReport, type CommittedPartition } from "../group/commitReport.ts";
import type { CommitTarget } from "../group/groupCommits.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { coordinatorError, findTopic, namedPartitions } from "./routing.ts";

type TopicCommits = OffsetCommitRequest["topics"][number];
type PartitionCommit = TopicCommits["partitions"][number];

/** Members and tools say how far they are; every commit is reported, whoever makes it. */
export const offsetCommitHandler = defineHandler({
  api: offsetCommit,
  versions: [2, 10],
  subject: (request, broker) => ({
    groupIds: [request.groupId],
    partitions: namedPartitions(broker, request.topics.map(indexesOf)),
  }),
  handle(request, context) {
    const target = targetOf(request, context);
    const report = new CommitReport(context, request);
    const topics = request.topics.map((topic) => ({
      name: topic.name,
      topicId: topic.topicId,
      partitions: commitTopic(context, topic, target).map(({ committed, ...answer }) => {
        report.add(committed);
        if (committed.error === "NONE") watch(context.broker, request, committed);
        return answer;
      }),
    }));
    if ("offsets" in target) context.broker.groups.commits.changed(request.groupId);
    context.follow(report);
    return { topics };
  },
  failed: (request, code) => ({
    topics: request.topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
    })),
  }),
});

/** All groups together: a million offsets without a note, fewer with. */
const mostOffsetBytes = 256 * 1024 * 1024;

type Target = CommitTarget | { readonly error: KnownErrorName };

function targetOf(request: OffsetCommitRequest, context: RequestContext): Target {
  const { groupId, memberId, generationIdOrMemberEpoch: generationId } = request;
  const misplaced = coordinatorError(context, groupId);
  if (misplaced) return { error: misplaced };
  if (context.broker.groups.commits.bytes > mostOffsetBytes) return { error: "INVALID_COMMIT_OFFSET_SIZE" };
  const target = context.broker.groups.commits.target(groupId, {
    memberId,
    groupInstanceId: request.groupInstanceId ?? undefined,
    generationId,
    version: context.version,
  });
  if ("error" in target) return target;
  // One partition that a member of a consumer group has no more is the whole request's error, as in Kafka.
  const error = target.check(identified(request, context.broker));
  return error === "NONE" ? target : { error };
}

function identified(request: OffsetCommitRequest, broker: Broker): readonly TopicPartition[] {
  return request.topics.flatMap((topic) => {
    const found = findTopic(broker, topic);
    if ("error" in found) return [];
    const { topicId } = found.topic;
    return topic.partitions.map(({ partitionIndex }) => ({ topic: topicId, partition: partitionIndex }));
  });
}

function commitTopic({ broker, version }: RequestContext, topic: TopicCommits, target: Target) {
  // Where topics go by id, none has no id.
  const isNone = version >= 10 && topic.topicId === zeroUuid;
  const found = isNone ? ({ error: "UNKNOWN_TOPIC_ID" } as const) : findTopic(broker, topic);
  return topic.partitions.map((commit) => {
    const { partitionIndex, committedOffset: to } = commit;
    const name = "topic" in found ? found.topic.name : topic.name || broker.topics.formerName(topic.topicId);
    const id = { topic: name, partition: partitionIndex };
    const from = "offsets" in target ? target.offsets.get(id)?.offset : undefined;
    const error = "error" in found ? found.error : commitPartition(broker, { id, commit, target });
    const committed: CommittedPartition = { ...id, from, to, error };
    return { partitionIndex, errorCode: errorCode(error), committed };
  });
}

function commitPartition(
  broker: Broker,
  what: {
    readonly id: { readonly topic: string; readonly partition: number };
    readonly commit: PartitionCommit;
    readonly target: Target;
  },
): KnownErrorName {
  const { id, commit, target } = what;
  if ("error" in target) return target.error;
  if (!broker.topics.log(id.topic, id.partition)) return "UNKNOWN_TOPIC_OR_PARTITION";
  const metadata = commit.committedMetadata ?? "";
  if (metadata.length > broker.settings.maxOffsetMetadataBytes) return "OFFSET_METADATA_TOO_LARGE";
  target.offsets.set(id, {
    offset: commit.committedOffset,
    leaderEpoch: commit.committedLeaderEpoch,
    metadata,
  });
  return "NONE";
}

function watch(broker: Broker, request: OffsetCommitRequest, committed: CommittedPartition): void {
  const { groupId, memberId, generationIdOrMemberEpoch: generationId } = request;
  const group = broker.groups.group(groupId);
  if (group) broker.invariants.committed(group, { ...committed, memberId, generationId });
}

function indexesOf({ name, topicId, partitions }: TopicCommits) {
  return { name, topicId, partitions: partitions.map(({ partitionIndex }) => partitionIndex) };
}
