import {
  type IncrementalAlterConfigsRequest,
  incrementalAlterConfigs,
} from "#protocol/apis/incrementalAlterConfigs.ts";
import type { PlaygroundSettings } from "../settings.ts";
import { defineHandler } from "./handler.ts";
import { alterTopicConfigs, type ConfigChangeProblem } from "./topicConfigChange.ts";
import { topicConfigs } from "./topicConfigs.ts";
import { topicsOf } from "./topicResources.ts";

type Change = IncrementalAlterConfigsRequest["resources"][number]["configs"][number];

const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

/** Sets or clears single settings of topics, adds to lists and takes from them (KIP-339). */
export const incrementalAlterConfigsHandler = defineHandler({
  api: incrementalAlterConfigs,
  subject: ({ resources }) => ({ partitions: topicsOf(resources) }),
  handle: (request, { broker }) => ({
    throttleTimeMs: 0,
    responses: request.resources.map((resource) =>
      alterTopicConfigs(broker, resource, {
        validateOnly: request.validateOnly,
        change(configs) {
          const next = new Map(configs);
          for (const change of resource.configs) {
            const problem = apply(change, next, broker.settings);
            if (problem) return problem;
          }
          return next;
        },
      }),
    ),
  }),
  failed: (request, code) => ({
    throttleTimeMs: 0,
    responses: request.resources.map(({ resourceType, resourceName }) => ({
      resourceType,
      resourceName,
      errorCode: code,
      errorMessage: null,
    })),
  }),
});

/** Carries one change out, or says why it cannot be. */
function apply(
  { name, configOperation, value }: Change,
  configs: Map<string, string>,
  settings: PlaygroundSettings,
): ConfigChangeProblem | undefined {
  if (configOperation === operations.delete) {
    configs.delete(name);
    return undefined;
  }
  if (value === null) return { error: "INVALID_REQUEST", message: `${name} needs a value.` };
  if (configOperation === operations.set) {
    configs.set(name, value);
    return undefined;
  }
  if (configOperation !== operations.append && configOperation !== operations.subtract) {
    return { error: "INVALID_REQUEST", message: `There is no operation ${configOperation}.` };
  }
  const [known] = topicConfigs({ configs }, settings, [name]);
  if (known && !known.isList) {
    return {
      error: "INVALID_CONFIG",
      message: `${name} is no list: nothing can be added to it or taken away.`,
    };
  }
  const has = known?.value.split(",").filter((each) => each !== "") ?? [];
  const wanted = value.split(",");
  const kept = has.filter((each) => !wanted.includes(each));
  configs.set(name, (configOperation === operations.append ? [...kept, ...wanted] : kept).join(","));
  return undefined;
}
