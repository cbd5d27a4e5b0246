import { describe, expect, test } from "vitest";
import type { GroupDescribed } from "#trace/observations/group.ts";
import {
  byBroker,
  bySample,
  described,
  groupOf,
  member,
  modelOf,
  phase,
  seen,
  started,
  tp,
} from "./observed.ts";

const historyOf = (model: ReturnType<typeof modelOf>) => {
  const history = groupOf(model).rebalances;
  if (!history) throw new Error("no history");
  return history;
};

const generationsOf = (model: ReturnType<typeof modelOf>) =>
  historyOf(model).generations.list.map(({ generationId, assignor, fromAt, toAt, complete }) => ({
    generationId,
    assignor,
    fromAt,
    toAt,
    complete,
  }));

const phasesOf = (model: ReturnType<typeof modelOf>, memberId: string) =>
  historyOf(model)
    .lanes.byMember.get(memberId)
    ?.segments.map(({ phase: name, fromAt, toAt }) => [name, fromAt, toAt]);

const rebalance = (at: number, rest: Partial<GroupDescribed>) => seen(at, described(rest), byBroker);

describe("the history of a group that the broker tells", () => {
  const stable5 = rebalance(10, {
    generationId: 5,
    assignor: "range",
    members: [
      member("w1", { phase: "stable", assigned: tp("orders", 0) }),
      member("w2", { phase: "stable", assigned: tp("orders", 1) }),
    ],
  });
  const preparing = rebalance(20, {
    state: "PreparingRebalance",
    generationId: 5,
    stateSince: 19,
    rebalanceReason: "w1 rejoins",
    members: [member("w1", { phase: "joined" }), member("w2", { phase: "notRejoined" })],
  });
  const gone = seen(
    60,
    {
      type: "group.memberGone",
      groupId: "billing",
      memberId: "w2",
      how: "evicted",
      reason: "session timeout",
    },
    byBroker,
  );
  const completing = rebalance(61, {
    state: "CompletingRebalance",
    generationId: 6,
    assignor: "cooperative-sticky",
    members: [member("w1", { phase: "awaitingSync" })],
  });
  const stable6 = rebalance(70, {
    generationId: 6,
    assignor: "cooperative-sticky",
    members: [member("w1", { phase: "stable", assigned: tp("orders", 0, 1) })],
  });

  test("has a generation from JoinGroup's end until the next one, with the rebalance that led to it", () => {
    const model = modelOf(stable5, preparing, gone, completing, stable6);

    expect(generationsOf(model)).toEqual([
      { generationId: 5, assignor: "range", fromAt: 10, toAt: 61, complete: true },
      { generationId: 6, assignor: "cooperative-sticky", fromAt: 61, toAt: undefined, complete: true },
    ]);
    expect(historyOf(model).generations.list[1]?.rebalance).toEqual({
      fromAt: 19,
      toAt: 70,
      reason: "w1 rejoins",
    });
  });

  test("has every member's phases, and how it ended", () => {
    const model = modelOf(stable5, preparing, gone, completing, stable6);

    expect(phasesOf(model, "w1")).toEqual([
      ["stable", 10, 20],
      ["joined", 20, 61],
      ["awaitingSync", 61, 70],
      ["stable", 70, undefined],
    ]);
    expect(phasesOf(model, "w2")).toEqual([
      ["stable", 10, 20],
      ["notRejoined", 20, 60],
    ]);
    expect(historyOf(model).lanes.byMember.get("w2")?.gone).toEqual({
      at: 60,
      how: "evicted",
      reason: "session timeout",
    });
  });

  test("a sample adds nothing once the broker tells", () => {
    const model = modelOf(stable5, seen(15, described({ requestedAt: 14, members: [] }), bySample));

    expect(phasesOf(model, "w1")).toEqual([["stable", 10, undefined]]);
    expect(generationsOf(model)).toHaveLength(1);
  });

  test("ends with the last member", () => {
    const model = modelOf(stable5, rebalance(80, { state: "Empty", generationId: 6 }));

    expect(generationsOf(model)).toEqual([
      { generationId: 5, assignor: "range", fromAt: 10, toAt: 80, complete: true },
    ]);
  });
});

describe("the history of a group seen by our own member and samples", () => {
  test("our member tells the generation and its own share; a sample in Stable adds the others", () => {
    const model = modelOf(
      seen(5, started()),
      seen(10, phase({ phase: "joining" })),
      seen(20, phase({ phase: "syncing", generationId: 3, assignor: "range" })),
      seen(30, phase({ phase: "stable", generationId: 3, assignor: "range", assigned: tp("orders", 0) })),
      seen(
        40,
        described({
          requestedAt: 35,
          members: [
            member("groupscope-A-1", { assigned: tp("orders", 0) }),
            member("w2", { assigned: tp("orders", 1) }),
          ],
        }),
        bySample,
      ),
    );

    expect(generationsOf(model)).toEqual([
      { generationId: 3, assignor: "range", fromAt: 20, toAt: undefined, complete: true },
    ]);
    expect(historyOf(model).generations.list[0]?.shares.map(({ memberId }) => memberId)).toEqual([
      "groupscope-A-1",
      "w2",
    ]);
    expect(historyOf(model).generations.list[0]?.rebalance).toMatchObject({ fromAt: 10, toAt: 30 });
    expect(
      historyOf(model)
        .lanes.bySession.get("s1")
        ?.segments.map(({ phase: name }) => name),
    ).toEqual(["joining", "syncing", "stable"]);
  });

  test("phases passed through within one instant leave no trace", () => {
    const model = modelOf(
      seen(10, phase({ phase: "stable", generationId: 3 })),
      seen(20, phase({ phase: "revoking", generationId: 3 })),
      seen(20, phase({ phase: "unjoined" })),
      seen(20, phase({ phase: "joining" })),
    );

    expect(
      historyOf(model)
        .lanes.bySession.get("s1")
        ?.segments.map(({ phase: name, fromAt, toAt }) => [name, fromAt, toAt]),
    ).toEqual([
      ["stable", 10, 20],
      ["joining", 20, undefined],
    ]);
  });

  test("as the leader our member knows everyone's share at once", () => {
    const model = modelOf(
      seen(
        20,
        phase({
          phase: "syncing",
          generationId: 3,
          isLeader: true,
          assignments: [
            { memberId: "groupscope-A-1", assigned: tp("orders", 0) },
            { memberId: "w2", assigned: tp("orders", 1) },
          ],
        }),
      ),
    );

    expect(historyOf(model).generations.list[0]).toMatchObject({
      complete: true,
      shares: [{ memberId: "groupscope-A-1" }, { memberId: "w2" }],
    });
  });

  test("a late word of an older generation does not bring it back", () => {
    const model = modelOf(
      seen(20, phase({ phase: "stable", generationId: 4 })),
      seen(25, phase({ sessionId: "s2", memberId: "b", phase: "stable", generationId: 3 })),
    );

    expect(generationsOf(model).map(({ generationId }) => generationId)).toEqual([4]);
  });

  test("with samples alone, a different assignment shows a new generation, and its number stays unknown", () => {
    const sample = (at: number, ...shares: readonly (readonly number[])[]) =>
      seen(
        at,
        described({
          requestedAt: at,
          assignor: "range",
          members: shares.map((partitions, index) =>
            member(`w${index}`, { assigned: tp("orders", ...partitions) }),
          ),
        }),
        bySample,
      );

    const model = modelOf(sample(10, [0, 1]), sample(20, [1, 0]), sample(30, [0], [1]));

    expect(generationsOf(model)).toEqual([
      { generationId: undefined, assignor: "range", fromAt: 10, toAt: 30, complete: true },
      { generationId: undefined, assignor: "range", fromAt: 30, toAt: undefined, complete: true },
    ]);
  });

  test("a member that was not sampled for long leaves a gap instead of an invented past", () => {
    const sample = (at: number) =>
      seen(at, described({ requestedAt: at, members: [member("w1", { assigned: [] })] }), bySample);

    const model = modelOf(sample(0), sample(10_000), sample(100_000));

    expect(phasesOf(model, "w1")).toEqual([
      ["seen", 0, 10_000],
      ["seen", 100_000, undefined],
    ]);
  });

  test("a KIP-848 group's epochs are its generations", () => {
    const sample = (at: number, groupEpoch: number, state: string) =>
      seen(
        at,
        described({
          requestedAt: at,
          groupType: "consumer",
          state,
          groupEpoch,
          members: [member("w1", { assigned: tp("orders", 0), memberEpoch: groupEpoch })],
        }),
        bySample,
      );

    const model = modelOf(sample(10, 12, "Stable"), sample(20, 13, "Reconciling"), sample(30, 13, "Stable"));

    expect(
      generationsOf(model).map(({ generationId, fromAt, toAt }) => [generationId, fromAt, toAt]),
    ).toEqual([
      [12, 10, 20],
      [13, 20, undefined],
    ]);
    expect(historyOf(model).generations.list[1]?.rebalance).toEqual({
      fromAt: 20,
      toAt: 30,
      reason: undefined,
    });
  });
});

describe("bounds", () => {
  test("old generations, phases and lanes are let go, and counted", () => {
    const model = modelOf(
      ...Array.from({ length: 500 }, (_, index) =>
        rebalance(index, {
          generationId: index + 1,
          state: index % 2 === 0 ? "Stable" : "CompletingRebalance",
          members: [
            member("w1", { phase: index % 2 === 0 ? "stable" : "awaitingSync", assigned: tp("orders", 0) }),
          ],
        }),
      ),
    );

    const { generations, lanes } = historyOf(model);
    expect([generations.list.length, generations.dropped]).toEqual([200, 300]);
    expect([lanes.byMember.get("w1")?.segments.length, lanes.byMember.get("w1")?.droppedSegments]).toEqual([
      400, 100,
    ]);
  });
});
