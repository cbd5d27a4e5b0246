import type { StartOption } from "#trace/observations/session.ts";
import type { AutoCommitMode, ConsumerOptions, CorruptBatchPolicy } from "../consumerOptions.ts";
import { resetPolicyText } from "../position/reset.ts";

/** What a session is started with beyond what `session.started` names one by one, in the order of the form. */
export function startOptions(options: ConsumerOptions): readonly StartOption[] {
  const { groupId, directPartitions } = options;
  const isMember = groupId !== undefined && directPartitions === undefined;
  const named: readonly (readonly [name: string, text: string] | false)[] = [
    ...(isMember ? memberOptions(options) : []),
    options.rack !== undefined && ["rack", options.rack],
    ["out of range", resetPolicyText(options.resetPolicy)],
    ["fetch sessions", yesNo(options.fetchSessions)],
    ["longest wait of a fetch", seconds(options.fetch.maxWaitMs)],
    ["bytes of a fetch", `${options.fetch.minBytes} to ${options.fetch.maxBytes}`],
    ["most bytes of a partition", String(options.fetch.maxPartitionBytes)],
    ["control records", options.controlRecords ? "shown" : "left out"],
    ["buffer of a paused partition", options.pausedBuffer === "retain" ? "stays" : "is dropped"],
    groupId !== undefined && ["commits by itself", autoCommitText(options)],
    isMember && ["commit before partitions go", yesNo(options.commitOnRevoke)],
    ["corrupt batches", corruptText(options.corruptBatchPolicy)],
  ];
  return named.filter((each) => each !== false).map(([name, text]) => ({ name, text }));
}

function memberOptions(options: ConsumerOptions): readonly (readonly [name: string, text: string] | false)[] {
  const { groupProtocol, serverAssignor, topicPattern, callbackDelays, maxPollIntervalMs } = options;
  const isClassic = groupProtocol === "classic";
  const { assignedMs, revokedMs, lostMs } = callbackDelays;
  return [
    ["group protocol", groupProtocol],
    !isClassic && ["server-side assignor", serverAssignor ?? "the broker's choice"],
    topicPattern !== undefined && ["topic pattern", topicPattern],
    ["block rebalances on poll", yesNo(options.blockRebalanceOnPoll)],
    ["longest time between polls", maxPollIntervalMs === undefined ? "no limit" : seconds(maxPollIntervalMs)],
    assignedMs + revokedMs + lostMs > 0 && [
      "callbacks take",
      `assigned ${seconds(assignedMs)}, revoked ${seconds(revokedMs)}, lost ${seconds(lostMs)}`,
    ],
    isClassic && ["session timeout", seconds(options.sessionTimeoutMs)],
    ["rebalance timeout", seconds(options.rebalanceTimeoutMs)],
    isClassic && ["heartbeat interval", seconds(options.heartbeatIntervalMs)],
  ];
}

function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

function seconds(ms: number): string {
  return ms % 1_000 === 0 ? `${ms / 1_000} s` : `${ms} ms`;
}

const autoCommitTexts: Readonly<Record<AutoCommitMode, string>> = {
  off: "no",
  onPoll: "at a poll",
  onTimer: "by a timer",
};

function autoCommitText({ autoCommit, autoCommitIntervalMs }: ConsumerOptions): string {
  const text = autoCommitTexts[autoCommit];
  return autoCommit === "off" ? text : `${text}, every ${seconds(autoCommitIntervalMs)}`;
}

function corruptText(policy: CorruptBatchPolicy): string {
  if (typeof policy === "string") return policy;
  const { times, backoffMs, otherwise } = policy;
  return `ask again ${times} ${times === 1 ? "time" : "times"} (${seconds(backoffMs)} apart), then ${otherwise}`;
}
