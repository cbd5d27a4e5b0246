import type { Assignor } from "#assignors/assignor.ts";
import { commitProblem, rebalanceProblem } from "./commitOptionProblem.ts";
import type { ConsumerOptions } from "./consumerOptions.ts";
import { protocolProblem } from "./group/consumer/protocolProblem.ts";
import { subscriptionProblem } from "./group/subscriptionProblem.ts";
import { instantProblem, int32Problem, offsetProblem } from "./numberProblem.ts";

/** Heartbeats are for being noticed as gone within seconds; more often they only keep the coordinator busy. */
const leastHeartbeatMs = 10;

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
  const { maxBufferedBytes, maxBufferedRecords, heartbeatIntervalMs, sessionTimeoutMs } = options;
  if (!(maxBufferedRecords >= 1 && maxBufferedBytes >= 1))
    return "the buffer must have room for at least one record";
  if (!(heartbeatIntervalMs >= leastHeartbeatMs)) {
    return `the heartbeat interval is ${leastHeartbeatMs} ms or more, not ${heartbeatIntervalMs} ms`;
  }
  if (!(heartbeatIntervalMs < sessionTimeoutMs)) {
    return `the heartbeat interval (${secondsText(heartbeatIntervalMs)}) must be shorter than the session timeout (${secondsText(sessionTimeoutMs)})`;
  }
  return sentProblem(options) ?? retryProblem(options) ?? placeProblem(options);
}

function secondsText(ms: number): string {
  return `${ms / 1_000} s`;
}

/** Whatever goes into a request has to fit its field. */
function sentProblem({ fetch, sessionTimeoutMs, rebalanceTimeoutMs }: ConsumerOptions): string | undefined {
  return (
    int32Problem("the session timeout in ms", sessionTimeoutMs, 1) ??
    int32Problem("the rebalance timeout in ms", rebalanceTimeoutMs, 1) ??
    int32Problem("how long a fetch waits, in ms,", fetch.maxWaitMs, 0) ??
    int32Problem("the least that a fetch waits for, in bytes,", fetch.minBytes, 0) ??
    int32Problem("the most that a fetch asks for, in bytes,", fetch.maxBytes, 1) ??
    int32Problem("the most that a fetch asks for of a partition, in bytes,", fetch.maxPartitionBytes, 1)
  );
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
    if (!(place.backMs >= 0)) return "a duration to go back is 0 ms or more";
    const problem = instantProblem("a duration to go back that long", place.backMs);
    if (problem !== undefined) return problem;
  }
  if (startPosition.kind === "offset") return offsetProblem(startPosition.offset);
  if (startPosition.kind === "timestamp") return instantProblem("the start time", startPosition.timestampMs);
  return undefined;
}
