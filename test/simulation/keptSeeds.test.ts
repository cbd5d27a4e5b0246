import { expect, test } from "vitest";
import { type Step, simulate } from "./simulate.ts";

/** A run that once broke a rule, shrunken to what it took, and what it has to meet to be about the same thing. */
interface KeptSeed {
  readonly symptom: string;
  readonly seed: number;
  readonly meets: readonly string[];
  readonly steps: readonly Step[];
}

const p0 = { topic: "orders-0", partition: 0 };

const kept: readonly KeptSeed[] = [
  {
    symptom: "a position of before a rebalance was used in a topic that had been recreated meanwhile",
    seed: 383,
    meets: ["revoked", "trouble recreateTopic", "reset topicRecreated"],
    steps: [
      { operation: undefined, waitMs: 7_176 },
      { operation: { kind: "poll", member: "member-0", max: 20, timeoutMs: 3_000 }, waitMs: 267 },
      { operation: { kind: "join", isDirect: false, index: 1 }, waitMs: 266 },
      {
        operation: { kind: "produce", key: p0, count: 5, valueBytes: 8, compression: "snappy" },
        waitMs: 1_206,
      },
      {
        operation: {
          kind: "produce",
          key: { ...p0, partition: 2 },
          count: 4,
          valueBytes: 8,
          compression: "none",
        },
        waitMs: 1_965,
      },
      {
        operation: { kind: "poll", member: "member-1", max: 1, timeoutMs: 3_000, cancelAfterMs: 250 },
        waitMs: 0,
      },
      { operation: { kind: "join", isDirect: false, index: 2 }, waitMs: 3_938 },
      { operation: { kind: "recreate", topic: "orders-0" }, waitMs: 75 },
      {
        operation: { kind: "produce", key: p0, count: 3, valueBytes: 400, compression: "none" },
        waitMs: 1_174,
      },
    ],
  },
  {
    symptom: "a partition stayed errored for as long as its fetch session had nothing new to say of it",
    seed: 11_453,
    meets: ["partition errored", "trouble moveLeader"],
    steps: [
      { operation: undefined, waitMs: 13_451 },
      { operation: { kind: "join", isDirect: false, index: 2 }, waitMs: 3_459 },
      {
        operation: {
          kind: "fault",
          fault: {
            match: { api: "Metadata" },
            times: 4,
            at: "response",
            action: { kind: "error", code: "LEADER_NOT_AVAILABLE" },
          },
        },
        waitMs: 928,
      },
      { operation: { kind: "pause", member: "member-0", scope: { topic: "orders-0" } }, waitMs: 2_862 },
      { operation: { kind: "moveLeader", key: p0 }, waitMs: 6_465 },
    ],
  },
  {
    symptom: "a static leader that was replaced after a topic grew left the new partition to nobody",
    seed: 1_597,
    meets: ["revoked", "session failed"],
    steps: [
      { operation: undefined, waitMs: 11_233 },
      { operation: { kind: "growTopic", topic: "orders-1" }, waitMs: 1_468 },
      { operation: { kind: "join", isDirect: false, index: 8 }, waitMs: 1_000 },
    ],
  },
  {
    symptom: "a skip to the end left out what came while the position was still being looked for",
    seed: 4_816,
    meets: ["partition loading", "commit committed"],
    steps: [
      { operation: undefined, waitMs: 35 },
      { operation: { kind: "refuse", node: 2, forMs: 12_000 }, waitMs: 2_386 },
      {
        operation: {
          kind: "skipToEnd",
          member: "member-0",
          key: { ...p0, partition: 1 },
          how: "rejoin",
          commit: true,
        },
        waitMs: 3_783,
      },
      {
        operation: {
          kind: "produce",
          key: { ...p0, partition: 1 },
          count: 3,
          valueBytes: 400,
          compression: "snappy",
        },
        waitMs: 1_000,
      },
    ],
  },
  {
    symptom:
      "a paused member that had fetched nothing took its committed offset for a place in the topic's successor",
    seed: 31_734,
    meets: ["trouble recreateTopic", "reset topicRecreated"],
    steps: [
      { operation: undefined, waitMs: 1_156 },
      {
        operation: { kind: "poll", member: "member-0", max: 20, timeoutMs: 3_000, cancelAfterMs: 119 },
        waitMs: 0,
      },
      { operation: { kind: "produce", key: p0, count: 2, valueBytes: 40, compression: "gzip" }, waitMs: 418 },
      { operation: { kind: "moveLeader", key: { ...p0, partition: 1 } }, waitMs: 1 },
      { operation: { kind: "join", isDirect: false, index: 2 }, waitMs: 441 },
      { operation: { kind: "join", isDirect: false, index: 3 }, waitMs: 115 },
      { operation: { kind: "pause", member: "member-3", scope: { all: true } }, waitMs: 0 },
      { operation: { kind: "leave", member: "member-2", deadlineMs: 200, tellGroup: true }, waitMs: 9_281 },
      { operation: { kind: "recreate", topic: "orders-0" }, waitMs: 2_998 },
      {
        operation: { kind: "produce", key: p0, count: 10, valueBytes: 40, compression: "none" },
        waitMs: 758,
      },
    ],
  },
  {
    symptom: "a paused partition went on at its old position in a topic that was created anew (KIP-848)",
    seed: 50_170,
    meets: ["trouble recreateTopic", "reset topicRecreated"],
    steps: [
      { operation: { kind: "join", isDirect: false, index: 1 }, waitMs: 1_292 },
      {
        operation: {
          kind: "produce",
          key: { ...p0, partition: 2 },
          count: 2,
          valueBytes: 40,
          compression: "gzip",
        },
        waitMs: 5_724,
      },
      { operation: { kind: "join", isDirect: false, index: 2 }, waitMs: 138 },
      { operation: { kind: "poll", member: "member-1", max: 3, timeoutMs: 500 }, waitMs: 9_352 },
      { operation: { kind: "poll", member: "member-1", max: 3, timeoutMs: 500 }, waitMs: 997 },
      {
        operation: {
          kind: "commit",
          member: "member-1",
          what: "positions",
          salt: 250_821,
          deadlineMs: 15_000,
          cancelAfterMs: 204,
        },
        waitMs: 1_561,
      },
      { operation: { kind: "pause", member: "member-2", scope: { topic: "orders-0" } }, waitMs: 5_907 },
      { operation: { kind: "recreate", topic: "orders-0" }, waitMs: 0 },
      {
        operation: {
          kind: "commit",
          member: "member-2",
          what: "positions",
          salt: 726_031,
          deadlineMs: 300,
          cancelAfterMs: 279,
        },
        waitMs: 347,
      },
      {
        operation: {
          kind: "produce",
          key: { ...p0, partition: 2 },
          count: 9,
          valueBytes: 8,
          compression: "lz4",
        },
        waitMs: 62,
      },
      {
        operation: {
          kind: "commit",
          member: "member-2",
          what: "positions",
          salt: 412_418,
          deadlineMs: 15_000,
        },
        waitMs: 1_000,
      },
    ],
  },
  {
    symptom: "a member that does not lead went on at its old position in a topic that was created anew",
    seed: 53_143,
    meets: ["trouble recreateTopic", "partition errored"],
    steps: [
      { operation: undefined, waitMs: 2_793 },
      { operation: { kind: "poll", member: "member-0", max: 1, timeoutMs: 3_000 }, waitMs: 0 },
      {
        operation: { kind: "produce", key: p0, count: 9, valueBytes: 400, compression: "gzip" },
        waitMs: 2_002,
      },
      { operation: { kind: "join", isDirect: false, index: 1 }, waitMs: 2 },
      { operation: { kind: "poll", member: "member-1", max: 1_000, timeoutMs: 3_000 }, waitMs: 3_183 },
      { operation: { kind: "poll", member: "member-0", max: 1_000, timeoutMs: 0 }, waitMs: 3_567 },
      { operation: { kind: "join", isDirect: false, index: 2 }, waitMs: 16 },
      { operation: { kind: "join", isDirect: false, index: 3 }, waitMs: 185 },
      { operation: { kind: "pause", member: "member-3", scope: { topic: "orders-0" } }, waitMs: 1_276 },
      { operation: { kind: "join", isDirect: false, index: 4 }, waitMs: 1_636 },
      { operation: { kind: "recreate", topic: "orders-0" }, waitMs: 1 },
      {
        operation: { kind: "produce", key: p0, count: 3, valueBytes: 400, compression: "none" },
        waitMs: 1_000,
      },
    ],
  },
  {
    symptom: "damage that a broker reported where its log ends was a finding for ever",
    seed: 52_581,
    meets: ["damage reported", "batch resolved readable"],
    steps: [
      { operation: undefined, waitMs: 18_456 },
      { operation: { kind: "join", isDirect: true, index: 2 }, waitMs: 7_237 },
      {
        operation: {
          kind: "fault",
          fault: {
            match: { api: "Fetch", topic: "orders-0", partition: 2 },
            times: 1,
            action: { kind: "partitionError", code: "CORRUPT_MESSAGE" },
          },
        },
        waitMs: 12,
      },
      {
        operation: {
          kind: "produce",
          key: { topic: "orders-1", partition: 0 },
          count: 4,
          valueBytes: 8,
          compression: "none",
        },
        waitMs: 3_651,
      },
    ],
  },
  {
    symptom: "a skip by rejoining that was cancelled waited for what is committed before it leaves",
    seed: 60_228,
    meets: ["commit committed"],
    steps: [
      { operation: undefined, waitMs: 6_005 },
      { operation: { kind: "poll", member: "member-0", max: 1, timeoutMs: 3_000 }, waitMs: 2_160 },
      { operation: { kind: "moveCoordinator" }, waitMs: 1 },
      {
        operation: {
          kind: "produce",
          key: { topic: "orders-1", partition: 1 },
          count: 9,
          valueBytes: 400,
          compression: "none",
        },
        waitMs: 1_499,
      },
      {
        operation: { kind: "pause", member: "member-0", scope: { topic: "orders-1", partition: 0 } },
        waitMs: 0,
      },
      { operation: { kind: "join", isDirect: false, index: 1 }, waitMs: 3_062 },
      { operation: { kind: "join", isDirect: false, index: 3 }, waitMs: 2_700 },
      { operation: { kind: "join", isDirect: false, index: 4 }, waitMs: 10_169 },
      { operation: { kind: "moveCoordinator" }, waitMs: 116 },
      {
        operation: {
          kind: "skipToEnd",
          member: "member-3",
          key: { topic: "orders-1", partition: 1 },
          how: "rejoin",
          commit: true,
          cancelAfterMs: 295,
        },
        waitMs: 127,
      },
      {
        operation: {
          kind: "seek",
          member: "member-3",
          key: { topic: "orders-1", partition: 1 },
          target: { kind: "offset", offset: 32n },
        },
        waitMs: 1_000,
      },
    ],
  },
];

test.each(kept)("no more: $symptom", async ({ seed, steps, meets }) => {
  const { failure, met } = await simulate(seed, steps);

  expect(failure?.report).toBeUndefined();
  expect([...met]).toEqual(expect.arrayContaining([...meets]));
});
