import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";

/** Which requests a rule concerns; what is left out matches everything. */
export interface FaultMatch {
  /** Kafka's name of the API: `SyncGroup`. */
  readonly api?: string | undefined;
  readonly groupId?: string | undefined;
  readonly topic?: string | undefined;
  /** Only together with a topic. */
  readonly partition?: number | undefined;
  readonly clientId?: string | undefined;
  readonly nodeId?: number | undefined;
  /** Only the nth request that matches otherwise, counted from 1. */
  readonly nth?: number | undefined;
}

/** How a produced batch is damaged in the log. Its length and its offsets stay true. */
export type BatchCorruption = "crc" | "codec" | "recordLayout";

/** What happens to a request that matches. */
export type FaultAction =
  /** It waits until released. */
  | { readonly kind: "hold" }
  | { readonly kind: "delay"; readonly delayMs: number }
  | { readonly kind: "error"; readonly code: KnownErrorName }
  /** It is never answered; the connection stays. */
  | { readonly kind: "drop" }
  | { readonly kind: "cutConnection" }
  /** A batch it brings is damaged as it enters the log: consumers get the damage. */
  | { readonly kind: "corrupt"; readonly how: BatchCorruption };

/** A fault, declared as data. */
export interface FaultRule {
  readonly match: FaultMatch;
  readonly action: FaultAction;
  /**
   * Before the broker acts on the request, or when it has acted and would answer. By default an error is said
   * instead of acting, and everything else comes after.
   */
  readonly at?: "request" | "response" | undefined;
  /** Switches itself off after so many hits. */
  readonly times?: number | undefined;
  /** Name of a ready-made fault; `rule` when undefined. */
  readonly kind?: string | undefined;
  /** In words; derived when undefined. */
  readonly title?: string | undefined;
}

/** What a request is about, as far as rules can ask. */
export interface FaultSubject {
  readonly api: string;
  readonly nodeId: number;
  readonly clientId: string | null;
  readonly groupIds?: readonly string[] | undefined;
  readonly partitions?: readonly TopicPartition[] | undefined;
}

/** When in the life of a request the rule acts. */
export function stageOf(rule: FaultRule): "request" | "response" {
  return rule.at ?? (rule.action.kind === "error" ? "request" : "response");
}

/** Whether the rule concerns this request, `nth` aside. */
export function matches({ match }: FaultRule, subject: FaultSubject): boolean {
  return (
    (match.api === undefined || match.api === subject.api) &&
    (match.clientId === undefined || match.clientId === subject.clientId) &&
    (match.nodeId === undefined || match.nodeId === subject.nodeId) &&
    (match.groupId === undefined || subject.groupIds?.includes(match.groupId) === true) &&
    (match.topic === undefined ||
      subject.partitions?.some((partition) => concerns(match, partition)) === true)
  );
}

/** Whether the rule's topic and partition include this one. */
export function concerns(match: FaultMatch, { topic, partition }: TopicPartition): boolean {
  const sameTopic = match.topic === undefined || match.topic === topic;
  return sameTopic && (match.partition === undefined || match.partition === partition);
}

/** The rule in words: `hold SyncGroup of billing`. */
export function ruleTitle(rule: FaultRule): string {
  if (rule.title !== undefined) return rule.title;
  const { match, action } = rule;
  const nth = match.nth === undefined ? "" : ` no. ${match.nth}`;
  const parts = [`${actionText(action)} ${match.api ?? "any request"}${nth}`];
  if (match.groupId !== undefined) parts.push(`of ${match.groupId}`);
  if (match.topic !== undefined) parts.push(`on ${match.topic}${partitionText(match.partition)}`);
  if (match.clientId !== undefined) parts.push(`from ${match.clientId}`);
  if (match.nodeId !== undefined) parts.push(`at node ${match.nodeId}`);
  return parts.join(" ");
}

function partitionText(partition: number | undefined): string {
  return partition === undefined ? "" : `-${partition}`;
}

function actionText(action: FaultAction): string {
  switch (action.kind) {
    case "hold":
      return "hold";
    case "delay":
      return `delay by ${action.delayMs} ms`;
    case "error":
      return `answer ${action.code} to`;
    case "drop":
      return "never answer";
    case "cutConnection":
      return "cut the connection on";
    case "corrupt":
      return `corrupt (${action.how})`;
  }
}
