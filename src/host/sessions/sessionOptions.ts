import { type ConsumerOptions, usualBehaviour } from "#engine/consumerOptions.ts";
import { type MemberScript, scriptIn } from "#scenario/members/memberScript.ts";
import type { AdvancedOptions, SessionChoice } from "../channel/sessionRequests.ts";

/** Kafka's own defaults, so that a debug consumer behaves like the application it stands beside. */
const timeouts = { sessionTimeoutMs: 45_000, rebalanceTimeoutMs: 300_000, heartbeatIntervalMs: 3_000 };
/** A playground is for watching: what Kafka takes minutes for happens in seconds. */
const playgroundTimeouts = {
  sessionTimeoutMs: 15_000,
  rebalanceTimeoutMs: 20_000,
  heartbeatIntervalMs: 2_000,
};

/** Half of what is usual per partition: measured, it is read faster, as it stays in the caches, and takes less memory. */
const fetchLimits = { maxWaitMs: 500, minBytes: 1, maxBytes: 52_428_800, maxPartitionBytes: 524_288 };

/** Beyond this a buffer is only slower to look at; its bytes are bounded by the user's setting. */
const maxBufferedRecords = 500_000;

/** What a debug consumer is when the user changes nothing of it. */
export function defaultOptions(surroundings: {
  readonly onPlayground: boolean;
  readonly maxBufferedBytes: number;
}): AdvancedOptions {
  const { onPlayground, maxBufferedBytes } = surroundings;
  return {
    ...usualBehaviour,
    resetPolicy: "nearest",
    corruptBatchPolicy: "halt",
    maxBufferedRecords,
    maxBufferedBytes,
    ...(onPlayground ? playgroundTimeouts : timeouts),
    fetch: { ...fetchLimits, maxPartitionBytes: Math.min(fetchLimits.maxPartitionBytes, maxBufferedBytes) },
  };
}

/** A debug consumer: reads what the user chose, commits only when told. */
export function debugConsumerOptions(
  choice: SessionChoice,
  {
    sessionId,
    name,
    defaults,
  }: { readonly sessionId: string; readonly name: string; readonly defaults: AdvancedOptions },
): ConsumerOptions {
  const { groupId, groupInstanceId, topics, partitions, assignors, startPosition, isolation } = choice;
  return {
    ...defaults,
    ...choice.advanced,
    sessionId,
    name,
    clientId: `groupscope-${name}`,
    groupId,
    groupInstanceId,
    topics,
    directPartitions: partitions,
    assignors,
    startPosition,
    isolation,
    scripted: false,
  };
}

/** What a scripted member is, apart from its script. */
export interface ScriptedMemberIdentity {
  readonly sessionId: string;
  readonly name: string;
  readonly clientId: string;
  readonly groupId: string;
  readonly groupInstanceId: string | undefined;
  readonly topics: readonly string[];
  readonly groupProtocol: ConsumerOptions["groupProtocol"];
  readonly assignors: readonly string[];
}

/** A scripted member of the playground. */
export function scriptedMemberOptions(member: ScriptedMemberIdentity, script: MemberScript): ConsumerOptions {
  return {
    startPosition: { kind: "committed", else: "start" },
    resetPolicy: "start",
    isolation: "read_uncommitted",
    corruptBatchPolicy: "skip",
    maxBufferedRecords: 2_000,
    maxBufferedBytes: 4_194_304,
    ...usualBehaviour,
    ...playgroundTimeouts,
    ...scriptIn(script, member.groupProtocol).options,
    ...member,
    fetch: { ...fetchLimits, maxPartitionBytes: 262_144 },
    scripted: true,
    script: script.inWords,
  };
}
