import { errorCode, type KnownErrorName } from "#protocol/errorCodes.ts";
import type { Broker } from "../broker.ts";
import { topicConfigProblem } from "./topicConfigs.ts";

const topicResource = 2;

type Configs = ReadonlyMap<string, string>;

/** Why settings cannot be changed so. */
export interface ConfigChangeProblem {
  readonly error: KnownErrorName;
  readonly message: string;
}

/** Changes the settings of a topic and says how that went. */
export function alterTopicConfigs(
  broker: Broker,
  { resourceType, resourceName }: { readonly resourceType: number; readonly resourceName: string },
  how: { readonly validateOnly: boolean; change(configs: Configs): Configs | ConfigChangeProblem },
) {
  const answer = (error: KnownErrorName, errorMessage: string | null) => ({
    resourceType,
    resourceName,
    errorCode: errorCode(error),
    errorMessage,
  });
  if (resourceType !== topicResource) {
    return answer("INVALID_REQUEST", "Only topics can be configured in the playground.");
  }
  const topic = broker.topics.byName(resourceName);
  if (!topic) return answer("UNKNOWN_TOPIC_OR_PARTITION", `The topic '${resourceName}' does not exist.`);
  const configs = how.change(topic.configs);
  if ("error" in configs) return answer(configs.error, configs.message);
  for (const [name, value] of configs) {
    const problem = topicConfigProblem(name, value);
    if (problem !== undefined) return answer("INVALID_CONFIG", problem);
  }
  if (how.validateOnly) return answer("NONE", null);
  broker.topics.setConfigs(topic, configs);
  for (const log of topic.partitions) broker.housekeeping.appended(log);
  return answer("NONE", null);
}
