import type { TopicPartition } from "#base/topicPartition.ts";

/** Kafka's `ConfigResource.Type.TOPIC`. */
export const topicResource = 2;

/** The topics among the resources of a request about settings, as faults name them. */
export function topicsOf(
  resources: readonly { readonly resourceType: number; readonly resourceName: string }[],
): readonly TopicPartition[] {
  return resources
    .filter(({ resourceType }) => resourceType === topicResource)
    .map(({ resourceName }) => ({ topic: resourceName, partition: -1 }));
}
