import { parseTopicPattern } from "#base/topicPattern.ts";
import type { ConsumerGroup, ConsumerMember, Refusal, ResolvedRegex } from "./consumerGroup.ts";
import { sameNames, sorted } from "./sortedNames.ts";
import type { TopicsView } from "./topicsView.ts";

/** Matching all topics is work: however often they change, it is done this often at most (as in Kafka). */
const minRefreshIntervalMs = 10_000;

/** What a change of a member's regular expression means for the group. */
export interface RegexChange {
  readonly changed: boolean;
  /** The new expression is matched already, or none is left: the next target can be computed at once. */
  readonly resolved: boolean;
  readonly refusal?: Refusal | undefined;
}

/** Compares what the member had with what it says now; an expression that is new to the group must compile. */
export function regexChange(group: ConsumerGroup, before: string, after: string): RegexChange {
  if (before === after) return { changed: false, resolved: false };
  if (after === "") return { changed: true, resolved: true };
  if (subscribersOf(group, after) > 0) return { changed: true, resolved: group.regexes.has(after) };
  const parsed = parseTopicPattern(after);
  if (parsed.ok) return { changed: true, resolved: false };
  const message = `SubscribedTopicRegex \`${after}\` is not a valid regular expression: ${parsed.error}.`;
  return { changed: true, resolved: false, refusal: { error: "INVALID_REGULAR_EXPRESSION", message } };
}

/** Without the expressions that nobody subscribes to any more. */
export function withoutUnusedRegexes(group: ConsumerGroup): ConsumerGroup {
  const used = new Set(regexesOf(group));
  if (Array.from(group.regexes.keys()).every((regex) => used.has(regex))) return group;
  return { ...group, regexes: new Map(Array.from(group.regexes).filter(([regex]) => used.has(regex))) };
}

/** Asks for all expressions to be matched anew, when one is not yet, topics are new, or the last time is long ago. */
export function requestRefresh(
  group: ConsumerGroup,
  topics: TopicsView,
  options: { readonly now: number; readonly isNew: boolean },
): ConsumerGroup {
  const { now, isNew } = options;
  if (group.regexesDueAt !== undefined) return group;
  const wanted = regexesOf(group);
  const [last] = group.regexes.values();
  if (wanted.length === 0 || (last && now <= last.at + minRefreshIntervalMs)) return group;
  const isDue =
    isNew ||
    wanted.length !== group.regexes.size ||
    (last?.version ?? 0) < topics.newestTopicVersion ||
    now > (last?.at ?? 0) + group.settings.regexRefreshIntervalMs;
  return isDue ? { ...group, regexesDueAt: now } : group;
}

/** Matches all expressions with all topics; true when that changes what anybody subscribes to. */
export function resolveRegexes(
  group: ConsumerGroup,
  topics: TopicsView,
  now: number,
): { readonly group: ConsumerGroup; readonly changed: boolean } {
  const resolved = new Map<string, ResolvedRegex>();
  let changed = false;
  for (const regex of regexesOf(group)) {
    const parsed = parseTopicPattern(regex);
    const matching: string[] = [];
    if (parsed.ok) for (const { name } of topics.all) if (parsed.value.matches(name)) matching.push(name);
    const names = sorted(matching);
    changed ||= !sameNames(names, group.regexes.get(regex)?.topics ?? []);
    resolved.set(regex, { topics: names, version: topics.version, at: now });
  }
  return { group: { ...group, regexes: resolved, regexesDueAt: undefined }, changed };
}

function subscribersOf(group: ConsumerGroup, regex: string): number {
  let count = 0;
  for (const { topicRegex } of group.members.values()) if (topicRegex === regex) count++;
  return count;
}

function regexesOf(group: { readonly members: ReadonlyMap<string, ConsumerMember> }): readonly string[] {
  const regexes = Array.from(group.members.values(), ({ topicRegex }) => topicRegex);
  return sorted(regexes.filter((regex) => regex !== ""));
}
