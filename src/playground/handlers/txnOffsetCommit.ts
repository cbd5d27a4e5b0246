import type { TopicPartition } from "#base/topicPartition.ts";
import { type TxnOffsetCommitRequest, txnOffsetCommit } from "#protocol/apis/txnOffsetCommit.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import { CommitReport } from "../group/commitReport.ts";
import type { CommitTarget } from "../group/groupCommits.ts";
import { offsetsPartitionOf } from "../transactions/offsetsPartition.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { coordinatorError, findTopic, namedPartitions } from "./routing.ts";
import { takePartInTransaction } from "./takePartInTransaction.ts";

type TopicCommits = TxnOffsetCommitRequest["topics"][number];
type Target = Pick<CommitTarget, "offsets"> | { readonly error: KnownErrorName };

/** The version of OffsetCommit that knows every reason; what clients of this API do not know is translated below. */
const knowsAllErrors = 9;
const versions = { sinceImplicit: 5, sinceAbortable: 4 };
const sinceLoading = 2;

/** Commits offsets within a transaction: they take effect when it does (KIP-98), if the member is current (KIP-447). */
export const txnOffsetCommitHandler = defineHandler({
  api: txnOffsetCommit,
  subject: (request, broker) => ({
    groupIds: [request.groupId],
    partitions: namedPartitions(
      broker,
      request.topics.map(({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitions: partitions.map(({ partitionIndex }) => partitionIndex),
      })),
    ),
  }),
  handle(request, context) {
    const target = targetOf(request, context);
    const report = new CommitReport(context, request);
    const topics = request.topics.map((topic) => ({
      name: topic.name,
      topicId: topic.topicId,
      partitions: commitTopic(context, { request, topic, target, report }),
    }));
    context.follow(report);
    return { throttleTimeMs: 0, topics };
  },
  failed: (request, code) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code })),
    })),
  }),
});

function targetOf(request: TxnOffsetCommitRequest, context: RequestContext): Target {
  const { groupId, transactionalId, producerId, producerEpoch } = request;
  if (groupId === "") return { error: "INVALID_GROUP_ID" };
  const misplaced = coordinatorError(context, groupId);
  if (misplaced) return { error: toCommitter(misplaced, context.version) };
  const partition = offsetsPartitionOf(groupId);
  const error = takePartInTransaction(
    context,
    { transactionalId, partition, producerId, producerEpoch },
    versions,
  );
  if (error !== "NONE") return { error: toCommitter(error, context.version) };
  const found = context.broker.groups.commits.target(groupId, {
    memberId: request.memberId,
    groupInstanceId: request.groupInstanceId ?? undefined,
    generationId: request.generationIdOrMemberEpoch,
    version: knowsAllErrors,
    isTransactional: true,
  });
  const refusal = "error" in found ? found.error : found.check(identified(request, context.broker));
  if (refusal === "NONE") return found;
  const isOldMember = refusal === "STALE_MEMBER_EPOCH" || refusal === "GROUP_ID_NOT_FOUND";
  return { error: isOldMember ? "ILLEGAL_GENERATION" : refusal };
}

/** Producers of before Kafka 2.3 may not survive a coordinator that loads (KAFKA-7296). */
function toCommitter(error: KnownErrorName, version: number): KnownErrorName {
  const isUnexpected = error === "COORDINATOR_LOAD_IN_PROGRESS" && version < sinceLoading;
  return isUnexpected ? "COORDINATOR_NOT_AVAILABLE" : error;
}

function identified(request: TxnOffsetCommitRequest, broker: Broker): readonly TopicPartition[] {
  return request.topics.flatMap((topic) => {
    const found = findTopic(broker, topic);
    if ("error" in found) return [];
    const { topicId } = found.topic;
    return topic.partitions.map(({ partitionIndex }) => ({ topic: topicId, partition: partitionIndex }));
  });
}

function commitTopic(
  { broker }: RequestContext,
  what: {
    readonly request: TxnOffsetCommitRequest;
    readonly topic: TopicCommits;
    readonly target: Target;
    readonly report: CommitReport;
  },
) {
  const { request, topic, target, report } = what;
  const found = findTopic(broker, topic);
  return topic.partitions.map((commit) => {
    const { partitionIndex, committedOffset: to } = commit;
    const id = { topic: "topic" in found ? found.topic.name : topic.name, partition: partitionIndex };
    const metadata = commit.committedMetadata ?? "";
    const from = "offsets" in target ? target.offsets.get(id)?.offset : undefined;
    const answer = (error: KnownErrorName) => {
      report.add({ ...id, from, to, error });
      return { partitionIndex, errorCode: errorCode(error) };
    };
    if ("error" in found) return answer(found.error);
    if ("error" in target) return answer(target.error);
    if (!broker.topics.log(id.topic, id.partition)) return answer("UNKNOWN_TOPIC_OR_PARTITION");
    if (metadata.length > broker.settings.maxOffsetMetadataBytes) return answer("OFFSET_METADATA_TOO_LARGE");
    const leaderEpoch = commit.committedLeaderEpoch;
    target.offsets.stage(request.producerId, id, { offset: to, leaderEpoch, metadata });
    const { groupId, memberId, generationIdOrMemberEpoch: generationId } = request;
    const group = broker.groups.group(groupId);
    if (group) broker.invariants.committed(group, { ...id, memberId, generationId, from, to });
    return answer("NONE");
  });
}
