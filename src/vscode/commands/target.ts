import type { NodeTarget } from "#views/treeNode.ts";

/** What a command was invoked on: a row of a tree, a target by name, or nothing (the palette). */
export function targetOf(argument: unknown): NodeTarget | undefined {
  if (typeof argument !== "object" || argument === null) return undefined;
  if ("node" in argument && typeof argument.node === "object" && argument.node !== null) {
    return "target" in argument.node ? (argument.node.target as NodeTarget) : undefined;
  }
  return "kind" in argument && typeof argument.kind === "string" ? (argument as NodeTarget) : undefined;
}

/** The cluster the target belongs to. */
export function clusterIdOf(target: NodeTarget | undefined): string | undefined {
  return target && "clusterId" in target ? target.clusterId : undefined;
}

export function groupIdOf(target: NodeTarget | undefined): string | undefined {
  return target && "groupId" in target ? target.groupId : undefined;
}

export function topicOf(target: NodeTarget | undefined): string | undefined {
  return target && "topic" in target ? target.topic : undefined;
}

export function sessionIdOf(target: NodeTarget | undefined): string | undefined {
  return target && "sessionId" in target ? target.sessionId : undefined;
}

/** The part of a session the target is: one partition, one topic, or all of it. */
export function sessionScopeOf(
  target: NodeTarget | undefined,
):
  | { readonly all: true }
  | { readonly topic: string }
  | { readonly topic: string; readonly partition: number } {
  if (target?.kind === "sessionPartition") return { topic: target.topic, partition: target.partition };
  if (target?.kind === "sessionTopic") return { topic: target.topic };
  return { all: true };
}

/** A number that whoever runs the command gives along: then nobody is asked. */
export function numberIn(argument: unknown, key: string): number | undefined {
  const value = valueIn(argument, key);
  return typeof value === "number" ? value : undefined;
}

/** A name that whoever runs the command gives along. */
export function textIn(argument: unknown, key: string): string | undefined {
  const value = valueIn(argument, key);
  return typeof value === "string" ? value : undefined;
}

function valueIn(argument: unknown, key: string): unknown {
  if (typeof argument !== "object" || argument === null) return undefined;
  return new Map<string, unknown>(Object.entries(argument)).get(key);
}
