import { writeTxnMarkers } from "#protocol/apis/writeTxnMarkers.ts";
import { errorCode } from "#protocol/errorCodes.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { defineHandler, type RequestContext } from "./handler.ts";
import { findLog, findTopic } from "./routing.ts";

/** Ends transactions partition by partition; how a tool aborts one that no coordinator knows (KIP-664). */
export const writeTxnMarkersHandler = defineHandler({
  api: writeTxnMarkers,
  // Version 0 is not in Kafka 4.
  versions: [1, 2],
  subject: ({ markers }) => ({
    partitions: markers.flatMap(({ topics }) =>
      topics.flatMap(({ name, partitionIndexes }) =>
        partitionIndexes.map((partition) => ({ topic: name, partition })),
      ),
    ),
  }),
  handle: (request, context) => ({
    markers: request.markers.map((marker) => {
      const wanted = {
        producerId: marker.producerId,
        producerEpoch: marker.producerEpoch,
        coordinatorEpoch: marker.coordinatorEpoch,
        how: marker.transactionResult ? ("commit" as const) : ("abort" as const),
      };
      return resultFor(marker, (topic, partition) => {
        const error = routeError(context, topic, partition);
        return errorCode(error === "NONE" ? context.broker.writeMarker({ topic, partition }, wanted) : error);
      });
    }),
  }),
  failed: (request, code) => ({ markers: request.markers.map((marker) => resultFor(marker, () => code)) }),
});

function resultFor(
  {
    producerId,
    topics,
  }: {
    readonly producerId: bigint;
    readonly topics: readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[];
  },
  codeOf: (topic: string, partition: number) => number,
) {
  return {
    producerId,
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({
        partitionIndex,
        errorCode: codeOf(name, partitionIndex),
      })),
    })),
  };
}

function routeError(context: RequestContext, name: string, partition: number) {
  const topic = findTopic(context.broker, { name, topicId: zeroUuid });
  if ("error" in topic) return topic.error;
  const found = findLog(context, topic.topic, { partition });
  return "error" in found ? found.error : "NONE";
}
