import { alterConfigs } from "#protocol/apis/alterConfigs.ts";
import { defineHandler } from "./handler.ts";
import { alterTopicConfigs } from "./topicConfigChange.ts";
import { topicsOf } from "./topicResources.ts";

/** Replaces all settings of topics at once; kafkajs knows only this way. */
export const alterConfigsHandler = defineHandler({
  api: alterConfigs,
  subject: ({ resources }) => ({ partitions: topicsOf(resources) }),
  handle: (request, { broker }) => ({
    throttleTimeMs: 0,
    responses: request.resources.map((resource) =>
      alterTopicConfigs(broker, resource, {
        validateOnly: request.validateOnly,
        change: () => new Map(resource.configs.map(({ name, value }) => [name, value ?? ""])),
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
