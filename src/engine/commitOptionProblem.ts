import type { ConsumerOptions } from "./consumerOptions.ts";

/** What contradicts itself about automatic commits, in words. */
export function commitProblem(options: ConsumerOptions): string | undefined {
  const { groupId, autoCommit, autoCommitIntervalMs } = options;
  if (autoCommit === "off") return undefined;
  if (groupId === undefined)
    return "without a group there is nowhere to commit to: switch automatic commits off";
  return autoCommitIntervalMs > 0 ? undefined : "the interval of automatic commits must be longer than 0 ms";
}

/** What contradicts itself about rebalances, in words: who reads without being a member takes part in none. */
export function rebalanceProblem(options: ConsumerOptions): string | undefined {
  const { groupId, directPartitions, maxPollIntervalMs } = options;
  const { assignedMs, revokedMs, lostMs } = options.callbackDelays;
  const delays = [assignedMs, revokedMs, lostMs];
  if (!delays.every((delayMs) => delayMs >= 0)) return "a callback cannot take less than no time";
  if (groupId === undefined || directPartitions) return outsiderProblem(options, Math.max(...delays) > 0);
  return maxPollIntervalMs === undefined || maxPollIntervalMs > 0
    ? undefined
    : "the longest time between polls must be longer than 0 ms";
}

function outsiderProblem(options: ConsumerOptions, hasCallbacks: boolean): string | undefined {
  const why = "only members of a group rebalance";
  if (options.blockRebalanceOnPoll) return `${why}: there is nothing that polls could block`;
  if (options.commitOnRevoke) return `${why}: partitions read directly are never revoked`;
  if (hasCallbacks) return `${why}: no callback would ever be called`;
  if (options.maxPollIntervalMs !== undefined) return "only members of a group have to poll in time";
  return undefined;
}
