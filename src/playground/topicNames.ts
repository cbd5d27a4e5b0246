import { doNamesCollide, type TopicStore } from "./log/topicStore.ts";

/** The topic whose name is the same as this one in the names of Kafka's metrics; undefined when there is none. */
export function collidingTopic(topics: TopicStore, name: string): string | undefined {
  // Two names that differ, and are the same with _ for each period, have one of these.
  if (!/[._]/.test(name)) return undefined;
  for (const { name: other } of topics.all) if (doNamesCollide(name, other)) return other;
  return undefined;
}
