import type { Assignor } from "#assignors/assignor.ts";
import { parseTopicPattern } from "#base/topicPattern.ts";
import type { ConsumerOptions } from "../consumerOptions.ts";
import { knownAssignors } from "./knownAssignors.ts";

/** What is wrong with what a consumer would subscribe to, and how partitions would be divided; undefined when nothing is. */
export function subscriptionProblem(
  options: Pick<ConsumerOptions, "topics" | "topicPattern" | "directPartitions" | "groupId" | "assignors">,
  customAssignors: readonly Assignor[],
): string | undefined {
  const { topics, topicPattern, directPartitions, groupId } = options;
  if (topicPattern === undefined && topics.length === 0 && (directPartitions?.length ?? 0) === 0) {
    return "choose at least one topic";
  }
  if (topicPattern !== undefined) {
    if (directPartitions) return "a topic pattern is for members of a group, not for chosen partitions";
    if (groupId === undefined) return "a topic pattern is for members of a group: name a group, or topics";
    const pattern = parseTopicPattern(topicPattern);
    if (!pattern.ok) return pattern.error;
  }
  if (groupId === undefined || directPartitions) return undefined;
  return assignorProblem(options.assignors, customAssignors);
}

/** Eager and cooperative assignors may stand in one list, as Java and franz-go allow: it is how a group migrates. */
function assignorProblem(names: readonly string[], custom: readonly Assignor[]): string | undefined {
  if (names.length === 0) return "choose at least one assignor";
  const known = knownAssignors(custom).map(({ name }) => name);
  if (known.includes("")) return "an assignor of your own has no name: the group votes by name";
  const shadowed = firstTwice(known);
  if (shadowed !== undefined) return `an assignor of your own has the name of another one: ${shadowed}`;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) return `the assignor ${unknown} is not known; known are ${known.join(", ")}`;
  const twice = firstTwice(names);
  return twice === undefined ? undefined : `the assignor ${twice} is in the list twice`;
}

function firstTwice(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}
