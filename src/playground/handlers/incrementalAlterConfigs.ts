import { incrementalAlterConfigs } from "#protocol/apis/incrementalAlterConfigs.ts";
import { defineHandler } from "./handler.ts";
import { alterTopicConfigs } from "./topicConfigChange.ts";

const operations = { set: 0, delete: 1 } as const;

/** Sets or clears single settings of topics (KIP-339). */
export const incrementalAlterConfigsHandler = defineHandler({
  api: incrementalAlterConfigs,
  handle: (request, { broker }) => ({
    throttleTimeMs: 0,
    responses: request.resources.map((resource) =>
      alterTopicConfigs(broker, resource, {
        validateOnly: request.validateOnly,
        change(configs) {
          const next = new Map(configs);
          for (const { name, configOperation, value } of resource.configs) {
            if (configOperation === operations.delete) next.delete(name);
            else if (configOperation === operations.set && value !== null) next.set(name, value);
            else return undefined;
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
