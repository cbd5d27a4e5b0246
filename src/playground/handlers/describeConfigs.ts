import { type DescribeConfigsRequest, describeConfigs } from "#protocol/apis/describeConfigs.ts";
import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import { topicNameProblem } from "../log/topicStore.ts";
import { distinct } from "./distinct.ts";
import { defineHandler } from "./handler.ts";
import { topicConfigs } from "./topicConfigs.ts";
import { topicResource, topicsOf } from "./topicResources.ts";

type Resource = DescribeConfigsRequest["resources"][number];

const brokerResource = 4;
const source = { topic: 1, staticBroker: 4, default: 5 } as const;

/** Settings of topics, and the few a broker of the playground has. */
export const describeConfigsHandler = defineHandler({
  api: describeConfigs,
  versions: [1, 4],
  subject: ({ resources }) => ({ partitions: topicsOf(resources) }),
  handle: (request, { broker }) => ({
    throttleTimeMs: 0,
    results: distinct(
      request.resources,
      ({ resourceType, resourceName }) => `${resourceType} ${resourceName}`,
    ).map((resource) => describe(broker, resource, request.includeSynonyms)),
  }),
  failed: (request, code) => ({
    throttleTimeMs: 0,
    results: request.resources.map(({ resourceType, resourceName }) => ({
      resourceType,
      resourceName,
      errorCode: code,
      errorMessage: null,
      configs: [],
    })),
  }),
});

function describe(broker: Broker, resource: Resource, includeSynonyms: boolean) {
  const { resourceType, resourceName, configurationKeys } = resource;
  const refused = (error: KnownErrorName, errorMessage: string) => ({
    resourceType,
    resourceName,
    errorCode: errorCode(error),
    errorMessage,
    configs: [],
  });
  if (resourceType === brokerResource) {
    const known = broker.nodes.some(({ nodeId }) => String(nodeId) === resourceName) || resourceName === "";
    if (!known) return refused("INVALID_REQUEST", `Unexpected broker id ${resourceName}`);
    const configs = brokerConfigs(broker, configurationKeys);
    return { resourceType, resourceName, errorCode: 0, errorMessage: null, configs };
  }
  if (resourceType !== topicResource) {
    return refused("INVALID_REQUEST", `Resource type ${resourceType} has no configs here`);
  }
  const nameProblem = topicNameProblem(resourceName);
  if (nameProblem !== undefined) return refused("INVALID_TOPIC_EXCEPTION", nameProblem);
  const topic = broker.topics.byName(resourceName);
  if (!topic) return refused("UNKNOWN_TOPIC_OR_PARTITION", "This server does not host this topic-partition.");
  const configs = topicConfigs(topic, broker.settings, configurationKeys).map((config) => {
    const configSource = config.isDefault ? source.default : source.topic;
    const { name, value, type: configType } = config;
    const synonyms = includeSynonyms ? [{ name, value, source: configSource }] : [];
    return { name, value, readOnly: false, configSource, isSensitive: false, synonyms, configType };
  });
  return { resourceType, resourceName, errorCode: 0, errorMessage: null, configs };
}

function brokerConfigs({ settings }: Broker, keys: readonly string[] | null) {
  const values: Readonly<Record<string, string>> = {
    "auto.create.topics.enable": String(settings.autoCreateTopics),
    "group.initial.rebalance.delay.ms": String(settings.groups.initialRebalanceDelayMs),
    "group.max.session.timeout.ms": String(settings.groups.maxSessionTimeoutMs),
    "group.min.session.timeout.ms": String(settings.groups.minSessionTimeoutMs),
    "message.max.bytes": String(settings.maxMessageBytes),
    "num.partitions": String(settings.defaultPartitions),
    "socket.request.max.bytes": String(settings.maxRequestBytes),
  };
  return Object.entries(values)
    .filter(([name]) => keys === null || keys.includes(name))
    .map(([name, value]) => ({
      name,
      value,
      readOnly: true,
      configSource: source.staticBroker,
      isSensitive: false,
    }));
}
