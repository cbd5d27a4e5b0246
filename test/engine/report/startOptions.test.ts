import { expect, test } from "vitest";
import { type ConsumerOptions, usualBehaviour } from "#engine/consumerOptions.ts";
import { startOptions } from "#engine/report/startOptions.ts";

const options: ConsumerOptions = {
  ...usualBehaviour,
  sessionId: "s1",
  name: "A",
  clientId: "groupscope-A",
  groupId: "billing",
  topics: ["orders"],
  assignors: ["range"],
  startPosition: { kind: "committed", else: "start" },
  resetPolicy: { backMs: 60_000 },
  isolation: "read_uncommitted",
  corruptBatchPolicy: { kind: "retry", times: 3, backoffMs: 500, otherwise: "skip" },
  maxBufferedRecords: 1,
  maxBufferedBytes: 1,
  sessionTimeoutMs: 45_000,
  rebalanceTimeoutMs: 300_000,
  heartbeatIntervalMs: 3_000,
  fetch: { maxWaitMs: 500, minBytes: 1, maxBytes: 2, maxPartitionBytes: 3 },
  scripted: false,
};

const textOf = (name: string, rest: Partial<ConsumerOptions> = {}) =>
  startOptions({ ...options, ...rest }).find((each) => each.name === name)?.text;

test.each<[string, Partial<ConsumerOptions>, string]>([
  ["out of range", {}, "the last 60 s"],
  ["corrupt batches", {}, "ask again 3 times (500 ms apart), then skip"],
  ["heartbeat interval", {}, "3 s"],
  ["server-side assignor", { groupProtocol: "consumer" }, "the broker's choice"],
  ["commits by itself", { autoCommit: "onTimer" }, "by a timer, every 5 s"],
  ["longest time between polls", {}, "no limit"],
  [
    "callbacks take",
    { callbackDelays: { assignedMs: 0, revokedMs: 2_500, lostMs: 0 } },
    "assigned 0 s, revoked 2500 ms, lost 0 s",
  ],
])("%s is said in words", (name, rest, text) => {
  expect(textOf(name, rest)).toBe(text);
});

test("what does not apply is left out", () => {
  expect(textOf("session timeout", { groupProtocol: "consumer" })).toBeUndefined();
  expect(textOf("group protocol", { groupId: undefined })).toBeUndefined();
  expect(textOf("rack")).toBeUndefined();
});
