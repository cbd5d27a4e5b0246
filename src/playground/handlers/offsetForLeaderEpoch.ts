import { offsetForLeaderEpoch } from "#protocol/apis/offsetForLeaderEpoch.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { findLog, findTopic } from "./routing.ts";

/** Where a leader epoch ends: how a client finds out that what it read was cut off (KIP-320). */
export const offsetForLeaderEpochHandler = defineHandler({
  api: offsetForLeaderEpoch,
  subject: ({ topics }) => ({
    partitions: topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition }) => ({ topic, partition })),
    ),
  }),
  handle: (request, context) => ({
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map((wanted) => findEnd(context, topic, wanted)),
    })),
  }),
  failed: (request, code) => ({
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition, errorCode: code })),
    })),
  }),
});

function findEnd(
  context: RequestContext,
  name: string,
  wanted: {
    readonly partition: number;
    readonly currentLeaderEpoch: number;
    readonly leaderEpoch: number;
  },
) {
  const { partition } = wanted;
  const refused = (error: KnownErrorName) => ({ partition, errorCode: errorCode(error) });
  const topic = findTopic(context.broker, { name, topicId: zeroUuid });
  if ("error" in topic) return refused(topic.error);
  const found = findLog(context, topic.topic, wanted);
  if ("error" in found) return refused(found.error);
  const end = found.log.endOfEpoch(wanted.leaderEpoch);
  if (end === undefined) return { partition, errorCode: 0 };
  return { partition, errorCode: 0, leaderEpoch: end.epoch, endOffset: end.endOffset };
}
