import type { Assignor } from "#assignors/assignor.ts";
import { commitProblem, rebalanceProblem } from "./commitOptionProblem.ts";
import type { ConsumerOptions } from "./consumerOptions.ts";
import { protocolProblem } from "./group/consumer/protocolProblem.ts";
import { subscriptionProblem } from "./group/subscriptionProblem.ts";

/** What is wrong with the options, in words, or undefined: said before anything is sent. */
export function optionProblem(
  options: ConsumerOptions,
  customAssignors: readonly Assignor[] = [],
): string | undefined {
  const { directPartitions, groupId, groupInstanceId, startPosition } = options;
  if (groupId === "") return "the group's name is empty: leave it out to read without a group";
  if (groupId === undefined && startPosition.kind === "committed") {
    return "without a group there are no committed offsets to begin at: choose start, end, an offset or a time";
  }
  if (groupInstanceId !== undefined && (groupId === undefined || directPartitions)) {
    return "an instance id is for members of a group";
  }
  return subscriptionProblem(options, customAssignors) ?? behaviourProblem(options) ?? limitProblem(options);
}

function behaviourProblem(options: ConsumerOptions): string | undefined {
  return protocolProblem(options) ?? commitProblem(options) ?? rebalanceProblem(options);
}

/** Numbers are asked what they are, not what they are not: one that is none is refused with the rest. */
function limitProblem(options: ConsumerOptions): string | undefined {
  const { fetch, maxBufferedBytes, maxBufferedRecords, heartbeatIntervalMs, sessionTimeoutMs } = options;
  if (!(maxBufferedRecords >= 1 && maxBufferedBytes >= 1))
    return "the buffer must have room for at least one record";
  if (!(fetch.maxBytes >= 1 && fetch.maxPartitionBytes >= 1)) return "a fetch must ask for at least one byte";
  if (!(fetch.maxWaitMs >= 0 && fetch.minBytes >= 0)) {
    return "a fetch waits for 0 ms or more, and for 0 bytes or more";
  }
  if (!(heartbeatIntervalMs > 0 && heartbeatIntervalMs < sessionTimeoutMs)) {
    return "the heartbeat interval must be shorter than the session timeout";
  }
  if (!(options.rebalanceTimeoutMs > 0)) return "the rebalance timeout must be longer than 0 ms";
  return retryProblem(options) ?? placeProblem(options);
}

function retryProblem({ corruptBatchPolicy }: ConsumerOptions): string | undefined {
  if (typeof corruptBatchPolicy === "string") return undefined;
  const { times, backoffMs } = corruptBatchPolicy;
  if (!(Number.isSafeInteger(times) && times >= 1)) return "a corrupt batch is asked for again once or more";
  return backoffMs >= 0 ? undefined : "the pause before a corrupt batch is asked for again is 0 ms or more";
}

function placeProblem({ startPosition, resetPolicy }: ConsumerOptions): string | undefined {
  const otherwise = startPosition.kind === "committed" ? startPosition.else : startPosition;
  for (const place of [otherwise, resetPolicy]) {
    if (typeof place !== "object" || !("backMs" in place)) continue;
    if (!Number.isFinite(place.backMs) || place.backMs < 0) return "a duration to go back is 0 ms or more";
  }
  if (startPosition.kind === "offset" && startPosition.offset < 0n) return "the start offset is negative";
  if (startPosition.kind === "timestamp" && !Number.isFinite(startPosition.timestampMs)) {
    return "the start time is no time";
  }
  return undefined;
}
