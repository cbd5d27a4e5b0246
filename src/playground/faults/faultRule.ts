import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import type { BatchCorruption } from "./corruptBatch.ts";

/** Which requests a rule concerns; what is left out matches everything. */
export interface FaultMatch {
  /** Kafka's name of the API, or several: `SyncGroup`. */
  readonly api?: string | readonly string[] | undefined;
  readonly minVersion?: number | undefined;
  readonly maxVersion?: number | undefined;
  readonly groupId?: string | undefined;
  readonly memberId?: string | undefined;
  readonly topic?: string | undefined;
  /** Only together with a topic. */
  readonly partition?: number | undefined;
  readonly clientId?: string | undefined;
  readonly nodeId?: number | undefined;
  /** Only while the group is in this state, as the broker calls it: `CompletingRebalance`. Needs a group. */
  readonly groupState?: string | undefined;
  /** Only so long after the rule was made. */
  readonly afterMs?: number | undefined;
  /** Only until so long after the rule was made. */
  readonly untilMs?: number | undefined;
  /** Only the nth request that matches otherwise, counted from 1. */
  readonly nth?: number | undefined;
  /** Only every nth request that matches otherwise. */
  readonly everyNth?: number | undefined;
  /** Of what matches otherwise only so much: 0 to 1; the playground's seed decides. */
  readonly probability?: number | undefined;
}

/** What a field of an answer may be set to; offsets are decimal strings. */
export type FieldValue = string | number | boolean | null;

/** A change of the answer on its way out. */
export type AnswerChange =
  /** The partitions the rule names answer this error, as if nothing had been read or written for them. */
  | { readonly kind: "partitionError"; readonly code: KnownErrorName }
  /** The partitions the rule names are missing from the answer. */
  | { readonly kind: "omit" }
  /** `responses[0].partitions[0].highWatermark` and the like; `[*]` means all. */
  | { readonly kind: "edit"; readonly path: string; readonly value: FieldValue }
  /** The client is told to wait, and its connection is not served for as long (KIP-219). */
  | { readonly kind: "throttle"; readonly throttleMs: number }
  /** It is sent twice. No broker does so over TCP: it violates the protocol, and only shows what a client makes of that. */
  | { readonly kind: "duplicate" };

/** What happens to a request that matches. */
export type FaultAction =
  /** It waits until released. */
  | { readonly kind: "hold" }
  | { readonly kind: "delay"; readonly delayMs: number }
  | { readonly kind: "error"; readonly code: KnownErrorName }
  /** It is never answered, nor is what comes behind it on its connection; the connection stays until the client ends it. */
  | { readonly kind: "drop" }
  /** With `midFrame` after half of the answer was sent. */
  | { readonly kind: "cutConnection"; readonly midFrame?: boolean | undefined }
  /** A batch it brings is damaged as it enters the log: consumers get the damage. */
  | { readonly kind: "corrupt"; readonly how: BatchCorruption }
  /**
   * It is carried out twice and answered once, with what came of the second time: as for a client that lost the first
   * answer with its connection, and asked again.
   */
  | { readonly kind: "repeat" }
  | AnswerChange;

/** A fault, declared as data: it survives JSON. */
export interface FaultRule {
  readonly match: FaultMatch;
  readonly action: FaultAction;
  /**
   * Before the broker acts on the request, or when it has acted and would answer. By default an error is said
   * instead of acting, and everything else comes after. Changes of the answer always come after.
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
  readonly version: number;
  readonly nodeId: number;
  readonly clientId: string | null;
  readonly groupIds?: readonly string[] | undefined;
  readonly memberIds?: readonly string[] | undefined;
  readonly partitions?: readonly TopicPartition[] | undefined;
}

/** What a rule asks beside the request. */
export interface FaultSituation {
  readonly sinceMs: number;
  groupState(groupId: string): string | undefined;
}

/** When in the life of a request the rule acts. */
export function stageOf(rule: FaultRule): "request" | "response" {
  const { action, at } = rule;
  if (isAnswerChange(action)) return "response";
  if (action.kind === "repeat") return "request";
  if (action.kind === "cutConnection" && action.midFrame === true) return "response";
  return at ?? (action.kind === "error" ? "request" : "response");
}

/** Whether the action changes an answer rather than replacing it. */
export function isAnswerChange(action: FaultAction): action is AnswerChange {
  switch (action.kind) {
    case "partitionError":
    case "omit":
    case "edit":
    case "throttle":
    case "duplicate":
      return true;
    default:
      return false;
  }
}

/** Whether the rule concerns this request now; counting and chance come after. */
export function matches({ match }: FaultRule, subject: FaultSubject, situation: FaultSituation): boolean {
  return (
    hasApi(match, subject.api) &&
    subject.version >= (match.minVersion ?? 0) &&
    subject.version <= (match.maxVersion ?? subject.version) &&
    (match.clientId === undefined || match.clientId === subject.clientId) &&
    (match.nodeId === undefined || match.nodeId === subject.nodeId) &&
    (match.groupId === undefined || subject.groupIds?.includes(match.groupId) === true) &&
    (match.memberId === undefined || subject.memberIds?.includes(match.memberId) === true) &&
    (match.topic === undefined ||
      subject.partitions?.some((partition) => concerns(match, partition)) === true) &&
    isItsTime(match, subject, situation)
  );
}

function hasApi({ api }: FaultMatch, name: string): boolean {
  return api === undefined || (typeof api === "string" ? api === name : api.includes(name));
}

function isItsTime(
  match: FaultMatch,
  subject: FaultSubject,
  { sinceMs, groupState }: FaultSituation,
): boolean {
  if (sinceMs < (match.afterMs ?? 0)) return false;
  if (match.untilMs !== undefined && sinceMs >= match.untilMs) return false;
  if (match.groupState === undefined) return true;
  const groupIds = match.groupId === undefined ? (subject.groupIds ?? []) : [match.groupId];
  return groupIds.some((groupId) => groupState(groupId) === match.groupState);
}

/** Whether the rule's topic and partition include this one; -1 stands for all partitions of a topic. */
export function concerns(match: FaultMatch, { topic, partition }: TopicPartition): boolean {
  const sameTopic = match.topic === undefined || match.topic === topic;
  return sameTopic && (match.partition === undefined || partition === -1 || match.partition === partition);
}
