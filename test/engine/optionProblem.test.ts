import { describe, expect, test } from "vitest";
import { type ConsumerOptions, usualBehaviour } from "#engine/consumerOptions.ts";
import { optionProblem } from "#engine/optionProblem.ts";

const good: ConsumerOptions = {
  sessionId: "s1",
  name: "A",
  clientId: "client-A",
  groupId: "billing",
  topics: ["orders"],
  assignors: ["range"],
  startPosition: { kind: "start" },
  resetPolicy: "start",
  isolation: "read_uncommitted",
  corruptBatchPolicy: "halt",
  maxBufferedRecords: 1_000,
  maxBufferedBytes: 1 << 20,
  ...usualBehaviour,
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 30_000,
  heartbeatIntervalMs: 1_000,
  fetch: { maxWaitMs: 500, minBytes: 1, maxBytes: 8 << 20, maxPartitionBytes: 1 << 20 },
  scripted: false,
};

const alone: Partial<ConsumerOptions> = { groupId: undefined };
const direct: Partial<ConsumerOptions> = { directPartitions: [{ topic: "orders", partition: 0 }] };
const slow = { assignedMs: 0, revokedMs: 100, lostMs: 0 };

const limits = good.fetch;
const retry = { kind: "retry", times: 3, backoffMs: 100, otherwise: "halt" } as const;

describe("numbers that cannot be", () => {
  test.each<[string, Partial<ConsumerOptions>, string]>([
    ["no room for a record", { maxBufferedRecords: 0 }, "at least one record"],
    ["a buffer of no size", { maxBufferedBytes: Number.NaN }, "at least one record"],
    ["a fetch of nothing", { fetch: { ...limits, maxBytes: 0 } }, "from 1 to 2147483647"],
    ["a fetch of half a byte", { fetch: { ...limits, maxPartitionBytes: 1.5 } }, "and not 1.5"],
    [
      "a fetch that waits for a month",
      { fetch: { ...limits, maxWaitMs: 2_592_000_000 } },
      "from 0 to 2147483647",
    ],
    ["a fetch that waits for less than no time", { fetch: { ...limits, maxWaitMs: -1 } }, "and not -1"],
    ["a fetch that waits for less than nothing", { fetch: { ...limits, minBytes: -1 } }, "and not -1"],
    ["heartbeats all the time", { heartbeatIntervalMs: 1 }, "10 ms or more"],
    [
      "heartbeats slower than the session",
      { heartbeatIntervalMs: 10_000 },
      "(10 s) must be shorter than the session",
    ],
    ["a session of no length", { sessionTimeoutMs: Number.NaN }, "shorter than the session"],
    ["no time to rebalance", { rebalanceTimeoutMs: 0 }, "and not 0"],
    ["a session of a month", { sessionTimeoutMs: 2_592_000_000 }, "the session timeout"],
    ["a rebalance without an end", { rebalanceTimeoutMs: Number.POSITIVE_INFINITY }, "and not Infinity"],
    [
      "an offset past all offsets",
      { startPosition: { kind: "offset", offset: 9_999_999_999_999_999_999n } },
      "past the greatest",
    ],
    ["an instant past all dates", { startPosition: { kind: "timestamp", timestampMs: 1e300 } }, "is no time"],
    ["a duration past all dates", { resetPolicy: { backMs: 1e300 } }, "is no time"],
    ["no attempt at all", { corruptBatchPolicy: { ...retry, times: 0 } }, "once or more"],
    ["attempts without a number", { corruptBatchPolicy: { ...retry, times: Number.NaN } }, "once or more"],
    ["a pause of less than no time", { corruptBatchPolicy: { ...retry, backoffMs: -1 } }, "0 ms or more"],
  ])("%s is refused, with the reason", (_, options, reason) => {
    const problem = optionProblem({ ...good, ...options });

    expect(problem).toContain(reason);
  });

  test("a fetch that waits for nothing, and a batch that is asked for again at once, are fine", () => {
    const fetch = { ...limits, maxWaitMs: 0, minBytes: 0 };

    const problem = optionProblem({ ...good, fetch, corruptBatchPolicy: { ...retry, backoffMs: 0 } });

    expect(problem).toBeUndefined();
  });
});

describe("options about commits and rebalances", () => {
  test.each<[string, Partial<ConsumerOptions>, string]>([
    ["automatic commits without a group", { ...alone, autoCommit: "onPoll" }, "nowhere to commit to"],
    ["an interval of 0", { autoCommit: "onTimer", autoCommitIntervalMs: 0 }, "longer than 0 ms"],
    ["a gate without a group", { ...alone, blockRebalanceOnPoll: true }, "nothing that polls could block"],
    ["a gate with direct assignment", { ...direct, blockRebalanceOnPoll: true }, "could block"],
    ["commit on revoke with direct assignment", { ...direct, commitOnRevoke: true }, "never revoked"],
    ["a callback with direct assignment", { ...direct, callbackDelays: slow }, "no callback"],
    ["a callback of negative length", { callbackDelays: { ...slow, lostMs: -1 } }, "less than no time"],
    ["a poll interval without a group", { ...alone, maxPollIntervalMs: 1_000 }, "have to poll in time"],
    ["a poll interval of 0", { maxPollIntervalMs: 0 }, "longer than 0 ms"],
  ])("%s is refused, with the reason", (_, options, reason) => {
    const problem = optionProblem({ ...good, ...options });

    expect(problem).toContain(reason);
  });

  test.each<[string, Partial<ConsumerOptions>]>([
    ["automatic commits with direct assignment", { ...direct, autoCommit: "onTimer" }],
    [
      "everything at once in a group",
      { blockRebalanceOnPoll: true, commitOnRevoke: true, callbackDelays: slow },
    ],
    ["a limit of polls", { maxPollIntervalMs: 300_000 }],
  ])("%s is fine", (_, options) => {
    const problem = optionProblem({ ...good, ...options });

    expect(problem).toBeUndefined();
  });
});
