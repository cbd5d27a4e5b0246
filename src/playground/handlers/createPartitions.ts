import { type CreatePartitionsRequest, createPartitions } from "#protocol/apis/createPartitions.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import { defineHandler } from "./handler.ts";
import { addedAssignmentProblem, placeAssigned } from "./replicaAssignment.ts";
import { wholeTopics } from "./routing.ts";

type WantedTopic = CreatePartitionsRequest["topics"][number];

/** Gives a topic more partitions; it can never have fewer. */
export const createPartitionsHandler = defineHandler({
  api: createPartitions,
  subject: ({ topics }, broker) => ({ partitions: wholeTopics(broker, topics) }),
  handle: (request, { broker }) => ({
    throttleTimeMs: 0,
    results: request.topics.map((wanted) => grow(broker, wanted, request.validateOnly)),
  }),
  failed: (request, code) => ({
    throttleTimeMs: 0,
    results: request.topics.map(({ name }) => ({ name, errorCode: code })),
  }),
});

function grow(broker: Broker, { name, count, assignments }: WantedTopic, validateOnly: boolean) {
  const refused = (error: KnownErrorName, errorMessage: string | null) => ({
    name,
    errorCode: errorCode(error),
    errorMessage,
  });
  const topic = broker.topics.byName(name);
  if (!topic) return refused("UNKNOWN_TOPIC_OR_PARTITION", null);
  const now = topic.partitions.length;
  if (count === now) return refused("INVALID_PARTITIONS", `Topic already has ${now} partition(s).`);
  if (count < now) {
    const message = `The topic ${name} currently has ${now} partition(s); ${count} would not be an increase.`;
    return refused("INVALID_PARTITIONS", message);
  }
  if (broker.topics.partitionCount + count - now > broker.settings.maxPartitions) {
    const message = `The playground holds at most ${broker.settings.maxPartitions} partitions.`;
    return refused("POLICY_VIOLATION", message);
  }
  // Kafka's own word: as many lists of brokers as there are new partitions.
  const placed = assignments?.map(({ brokerIds }, index) => ({ partitionIndex: now + index, brokerIds }));
  const problem = placed && addedAssignmentProblem(broker, placed, count - now);
  if (problem !== undefined) return refused("INVALID_REPLICA_ASSIGNMENT", problem);
  if (!validateOnly) {
    broker.topics.addPartitions(topic, count);
    const grown = broker.topics.byName(name);
    if (grown && placed) placeAssigned(broker, grown, placed);
  }
  return { name, errorCode: 0 };
}
