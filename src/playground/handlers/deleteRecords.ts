import { deleteRecords } from "#protocol/apis/deleteRecords.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { findLog, findTopic } from "./routing.ts";

const toHighWatermark = -1n;

/** Moves the start of a log; whole batches before it are given up. */
export const deleteRecordsHandler = defineHandler({
  api: deleteRecords,
  subject: ({ topics }) => ({
    partitions: topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex })),
    ),
  }),
  handle: (request, context) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map((wanted) => deleteBefore(context, name, wanted)),
    })),
  }),
  failed: (request, code) => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        lowWatermark: -1n,
        errorCode: code,
      })),
    })),
  }),
});

function deleteBefore(
  context: RequestContext,
  name: string,
  { partitionIndex, offset }: { readonly partitionIndex: number; readonly offset: bigint },
) {
  const refused = (error: KnownErrorName) => ({
    partitionIndex,
    lowWatermark: -1n,
    errorCode: errorCode(error),
  });
  const { broker } = context;
  const topic = findTopic(broker, { name, topicId: zeroUuid });
  if ("error" in topic) return refused(topic.error);
  const found = findLog(context, topic.topic, { partition: partitionIndex });
  if ("error" in found) return refused(found.error);
  const { log } = found;
  const before = offset === toHighWatermark ? log.highWatermark : offset;
  if (before < 0n || before > log.highWatermark) return refused("OFFSET_OUT_OF_RANGE");
  broker.memory.freed(log.deleteBefore(before));
  return { partitionIndex, lowWatermark: log.logStartOffset, errorCode: 0 };
}
