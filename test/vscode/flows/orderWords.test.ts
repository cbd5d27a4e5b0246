import { expect, test } from "vitest";
import type { SeekTarget, SessionPartitionSummary } from "#host/channel/sessionRequests.ts";
import { emptyPollText, movedText } from "#vscode/flows/orderWords.ts";

test.each<[string, SeekTarget, bigint, string]>([
  ["as asked", { kind: "offset", offset: 120n }, 120n, "Moved orders-0 to 120."],
  [
    "past the end",
    { kind: "offset", offset: 99_999n },
    1_402n,
    "Moved orders-0 to 1,402, where the log ends (not 99,999).",
  ],
  [
    "before the start",
    { kind: "step", by: -50n },
    40n,
    "Moved orders-0 to 40, where the log begins (not 10).",
  ],
  ["to what is committed", { kind: "committed" }, 44n, "Moved orders-0 to 44."],
  ["to a place that has no number", { kind: "end" }, 1_402n, "Moved orders-0 to 1,402."],
])("a seek %s says where it came to stand", (_what, target, to, says) => {
  expect(movedText(target, [{ topic: "orders", partition: 0, from: 60n, to }])).toBe(says);
});

const partition = (rest: Partial<SessionPartitionSummary>): SessionPartitionSummary => ({
  topic: "orders",
  partition: 0,
  paused: false,
  position: 10n,
  committedOffset: undefined,
  highWatermark: 20n,
  halted: false,
  ...rest,
});

test.each<[string, readonly SessionPartitionSummary[]]>([
  ["no partition is assigned", []],
  ["every partition is paused", [partition({ paused: true })]],
  [
    "every partition that is not paused stands before a corrupt batch",
    [partition({ paused: true }), partition({ halted: true })],
  ],
  ["nothing new has come", [partition({ position: 20n })]],
  [
    "nothing new has come in the partitions that go on",
    [partition({ position: 20n }), partition({ paused: true })],
  ],
  ["nothing has been fetched yet", [partition({})]],
])("a poll that returned nothing says that %s", (why, partitions) => {
  expect(emptyPollText(partitions)).toBe(`Poll returned nothing: ${why}.`);
});
