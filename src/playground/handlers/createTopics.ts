import { type CreateTopicsRequest, createTopics } from "#protocol/apis/createTopics.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import { topicNameProblem } from "../log/topicStore.ts";
import { collidingTopic } from "../topicNames.ts";
import { defineHandler } from "./handler.ts";
import { mapInTurns } from "./inTurns.ts";
import { assignmentProblem, placeAssigned } from "./replicaAssignment.ts";
import { wholeTopics } from "./routing.ts";
import { topicConfigProblem, topicConfigs } from "./topicConfigs.ts";

type WantedTopic = CreateTopicsRequest["topics"][number];

interface Shape {
  readonly partitions: number;
  readonly replicationFactor: number;
}

const fromTopic = 1;
const fromDefault = 5;

/** Creates topics, or says of each why not. Any node does it, as brokers pass it on to the controller. */
export const createTopicsHandler = defineHandler({
  api: createTopics,
  versions: [2, 7],
  subject: ({ topics }, broker) => ({ partitions: wholeTopics(broker, topics) }),
  async handle(request, { broker }) {
    const repeated = repeatedNames(request.topics);
    const topics = await mapInTurns(broker.clock, request.topics, (topic) => {
      if (repeated.has(topic.name)) return refused(topic.name, "INVALID_REQUEST", "Duplicate topic name.");
      return createOne(broker, topic, request.validateOnly);
    });
    return { topics };
  },
  failed: (request, code) => ({
    topics: request.topics.map(({ name }) => ({ name, errorCode: code, errorMessage: null })),
  }),
});

function repeatedNames(topics: readonly WantedTopic[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { name } of topics) (seen.has(name) ? repeated : seen).add(name);
  return repeated;
}

function createOne(broker: Broker, wanted: WantedTopic, validateOnly: boolean) {
  const { name } = wanted;
  const shape = shapeOf(broker, wanted);
  const problem =
    nameProblem(broker, name) ??
    assignmentProblem(broker, wanted) ??
    shapeProblem(broker, shape) ??
    configProblem(wanted);
  if (problem) return refused(name, problem.error, problem.message);
  const configs = new Map(wanted.configs.map((config) => [config.name, config.value ?? ""]));
  const topic = validateOnly ? { configs } : broker.topics.create(name, { ...shape, configs });
  if ("topicId" in topic) placeAssigned(broker, topic, wanted.assignments);
  return {
    name,
    ...("topicId" in topic ? { topicId: topic.topicId } : {}),
    errorCode: 0,
    errorMessage: null,
    numPartitions: shape.partitions,
    replicationFactor: shape.replicationFactor,
    configs: topicConfigs(topic, broker.settings).map((config) => ({
      name: config.name,
      value: config.value,
      readOnly: false,
      configSource: config.isDefault ? fromDefault : fromTopic,
      isSensitive: false,
    })),
  };
}

interface Problem {
  readonly error: KnownErrorName;
  readonly message: string;
}

/** -1 leaves a number to the broker; given assignments count instead of numbers. */
function shapeOf(broker: Broker, wanted: WantedTopic): Shape {
  const [first] = wanted.assignments;
  if (first) return { partitions: wanted.assignments.length, replicationFactor: first.brokerIds.length };
  return {
    partitions: wanted.numPartitions === -1 ? broker.settings.defaultPartitions : wanted.numPartitions,
    replicationFactor: wanted.replicationFactor === -1 ? 1 : wanted.replicationFactor,
  };
}

function nameProblem(broker: Broker, name: string): Problem | undefined {
  const invalid = topicNameProblem(name);
  if (invalid !== undefined) {
    return { error: "INVALID_TOPIC_EXCEPTION", message: `Topic name is invalid: ${invalid}` };
  }
  if (broker.topics.byName(name)) {
    return { error: "TOPIC_ALREADY_EXISTS", message: `Topic '${name}' already exists.` };
  }
  const other = collidingTopic(broker.topics, name);
  if (other === undefined) return undefined;
  const message = `Topic '${name}' collides with existing topic: ${other}`;
  return { error: "INVALID_TOPIC_EXCEPTION", message };
}

function shapeProblem(broker: Broker, { partitions, replicationFactor }: Shape): Problem | undefined {
  if (partitions <= 0) {
    return {
      error: "INVALID_PARTITIONS",
      message: "Number of partitions was set to an invalid non-positive value.",
    };
  }
  if (replicationFactor <= 0) {
    const message = "Replication factor must be larger than 0, or -1 to use the default value.";
    return { error: "INVALID_REPLICATION_FACTOR", message };
  }
  if (replicationFactor > broker.nodes.length) {
    const available = `only ${broker.nodes.length} broker(s) are registered`;
    const message = `Unable to replicate the partition ${replicationFactor} time(s): ${available}.`;
    return { error: "INVALID_REPLICATION_FACTOR", message };
  }
  const total = broker.topics.partitionCount + partitions;
  if (total <= broker.settings.maxPartitions) return undefined;
  const message = `The playground holds at most ${broker.settings.maxPartitions} partitions.`;
  return { error: "POLICY_VIOLATION", message };
}

function configProblem(wanted: WantedTopic): Problem | undefined {
  for (const { name, value } of wanted.configs) {
    const message = topicConfigProblem(name, value);
    if (message !== undefined) return { error: "INVALID_CONFIG", message };
  }
  return undefined;
}

function refused(name: string, error: KnownErrorName, errorMessage: string) {
  return { name, errorCode: errorCode(error), errorMessage, configs: null };
}
