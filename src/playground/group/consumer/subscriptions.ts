import type { ConsumerGroup, ConsumerMember } from "./consumerGroup.ts";
import { sorted } from "./sortedNames.ts";
import type { KnownTopic, TopicsView } from "./topicsView.ts";

/** The names a member subscribes to: those it lists, and those its regular expression matched. */
export function topicNamesOf(member: ConsumerMember, regexes: ConsumerGroup["regexes"]): readonly string[] {
  const matched = member.topicRegex === "" ? undefined : regexes.get(member.topicRegex);
  if (matched === undefined || matched.topics.length === 0) return member.topicNames;
  return sorted([...member.topicNames, ...matched.topics]);
}

/** The topics of these that exist, by id. */
export function knownTopics(
  names: readonly string[],
  topics: Pick<TopicsView, "byName">,
): ReadonlyMap<string, KnownTopic> {
  const known = new Map<string, KnownTopic>();
  for (const name of names) {
    const topic = topics.byName(name);
    if (topic) known.set(topic.topicId, topic);
  }
  return known;
}

/** All names that any member subscribes to, sorted. */
export function subscribedTopics(group: ConsumerGroup): readonly string[] {
  const names: string[] = [];
  for (const member of group.members.values()) names.push(...topicNamesOf(member, group.regexes));
  return sorted(names);
}

/**
 * Changes when a subscribed topic comes, goes, is recreated or grows. Names of topics that do not exist cost one look
 * each: members may subscribe to many thousands of them.
 */
export function metadataFingerprint(group: ConsumerGroup, topics: Pick<TopicsView, "byName">): string {
  const existing = new Set<string>();
  for (const member of group.members.values()) {
    for (const name of topicNamesOf(member, group.regexes)) if (topics.byName(name)) existing.add(name);
  }
  return Array.from(
    knownTopics(sorted(existing), topics).values(),
    ({ name, topicId, partitions }) => `${name} ${topicId} ${partitions.length}\n`,
  ).join("");
}
