import { describe, expect, test } from "vitest";
import {
  byBroker,
  bySample,
  described,
  ends,
  member,
  modelOf,
  offsets,
  phase,
  position,
  seen,
  started,
  topics,
  tp,
} from "../observed.ts";
import { actions, only } from "./support/only.ts";

describe("a stranded partition", () => {
  const twoOfThree = described({
    generationId: 6,
    assignor: "cooperative-sticky",
    stateSince: 0,
    members: [member("w1", { assigned: tp("orders", 0) }), member("w2", { assigned: tp("orders", 1) })],
  });

  test("is one that no member has, in a group that has been stable for a little", () => {
    const before = described({
      generationId: 5,
      assignor: "range",
      state: "CompletingRebalance",
      members: [member("w1")],
    });
    const model = modelOf(seen(0, topics(3)), seen(0, before, byBroker), seen(1, twoOfThree, byBroker));

    const [finding] = only(model, "strandedPartition", 10_000);

    expect(only(model, "strandedPartition", 4_000)).toEqual([]);
    expect(finding).toMatchObject({
      severity: "warning",
      title: "orders-2 stranded",
      detail: "assigned to no member since generation 6 (range → cooperative-sticky)",
      subjects: [
        { kind: "groupPartition", groupId: "billing", topic: "orders", partition: 2 },
        { kind: "group" },
      ],
    });
    expect(actions(finding)).toEqual(["showRebalances", "startConsumer"]);
  });

  test.each([
    ["while the group rebalances", { ...twoOfThree, state: "PreparingRebalance" }],
    [
      "when one assignment is unknown",
      { ...twoOfThree, members: [member("w1", { assigned: tp("orders", 0) }), member("w2")] },
    ],
    ["in a share group, where partitions have no owners", { ...twoOfThree, groupType: "share" as const }],
  ])("is not reported %s", (_what, description) => {
    const model = modelOf(seen(0, topics(3)), seen(1, description, byBroker));

    expect(only(model, "strandedPartition", 10_000)).toEqual([]);
  });

  test("of a topic that nobody subscribes to is none: a committed offset may be of the past", () => {
    const model = modelOf(
      seen(0, topics(3, "old")),
      seen(1, described({ stateSince: 0, members: [member("w1", { assigned: tp("orders", 0) })] }), byBroker),
    );

    expect(only(model, "strandedPartition", 10_000)).toEqual([]);
  });

  test("is exact for our own session: assigned, and neither read nor loading nor errored", () => {
    const model = modelOf(
      seen(0, started()),
      seen(0, topics(2)),
      seen(10, phase({ phase: "stable", generationId: 2, assigned: tp("orders", 0, 1) })),
      seen(11, position(0, { state: "loading" })),
    );

    const [finding] = only(model, "strandedPartition", 10_000);

    expect(finding).toMatchObject({
      title: "orders-1 stranded",
      detail: "assigned to A, which does not read it",
    });
    expect(finding?.subjects).toContainEqual({
      kind: "sessionPartition",
      sessionId: "s1",
      topic: "orders",
      partition: 1,
    });
    expect(actions(finding)).toEqual(["showRebalances", "stopSession"]);
  });

  describe("of a foreign member", () => {
    const stable = (at: number) =>
      seen(
        at,
        described({
          requestedAt: at,
          stateSince: 0,
          members: [member("w1", { assigned: tp("orders", 0, 1) })],
        }),
        bySample,
      );
    /** At 0, then every 10 s up to 90 s: the first partition moves by `moves` each time, the second by `others`. */
    const sampled = (moves: bigint, others: bigint, grows: bigint) =>
      Array.from({ length: 10 }, (_, index) => BigInt(index)).flatMap((index) => {
        const at = Number(index) * 10_000;
        return [
          seen(at, ends(at, 100n + index * grows, 100n + index * 10n), bySample),
          seen(at, offsets(at, 50n + index * moves, 50n + index * others), bySample),
          stable(at),
        ];
      });

    test("is one that stands still with new records in it while the member commits others", () => {
      const model = modelOf(seen(0, topics(2)), ...sampled(0n, 5n, 10n));

      const [finding] = only(model, "strandedPartition", 95_000);

      expect(finding).toMatchObject({
        title: "orders-0 stranded",
        detail: "w1 has it but has not committed it for 1 min 30 s, others it has",
      });
      expect(finding?.evidence.at(-1)).toMatchObject({
        label: "orders-0",
        value: "committed 50 since then, end 100 → 190",
      });
    });

    test.each([
      ["while it moves", sampled(1n, 5n, 10n)],
      ["when nothing of the member moves: it may be slow, or stopped", sampled(0n, 0n, 10n)],
      ["without new records in it", sampled(0n, 5n, 0n)],
      ["before there is a minute of evidence", sampled(0n, 5n, 10n).slice(0, 15)],
    ])("is not reported %s", (_what, observations) => {
      const model = modelOf(seen(0, topics(2)), ...observations);

      expect(only(model, "strandedPartition", 200_000)).toEqual([]);
    });
  });
});
