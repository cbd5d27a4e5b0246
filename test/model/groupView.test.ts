import { describe, expect, test } from "vitest";
import { committedOf } from "#model/committedOffsets.ts";
import { groupLag, groupPartition, groupView, partitionsOfNobody, visibleGroups } from "#model/groupView.ts";
import {
  byBroker,
  bySample,
  clusterOf,
  commit,
  described,
  ends,
  groupOf,
  member,
  modelOf,
  offsets,
  phase,
  seen,
  started,
  topics,
  tp,
} from "./observed.ts";

const viewOf = (model: ReturnType<typeof modelOf>) => groupView(clusterOf(model), groupOf(model));

describe("a group seen from several sides", () => {
  test("the broker's word stands over a sample, however late the sample", () => {
    const model = modelOf(
      seen(100, described({ state: "PreparingRebalance" }), byBroker),
      seen(200, described({ state: "Stable", requestedAt: 190 }), bySample),
    );

    expect(viewOf(model)).toMatchObject({ state: "PreparingRebalance", stateBy: "broker" });
  });

  test("a sample asked for before our own member moved on does not hide that it did", () => {
    const model = modelOf(
      seen(90, started()),
      seen(100, phase({ phase: "joining" })),
      seen(110, described({ state: "Stable", requestedAt: 95 }), bySample),
    );

    expect(viewOf(model)).toMatchObject({ state: "PreparingRebalance", stateBy: "member" });
  });

  test("a sample asked for afterwards is newer than what our own member knows", () => {
    const model = modelOf(
      seen(90, started()),
      seen(100, phase({ phase: "joining" })),
      seen(130, described({ state: "Stable", requestedAt: 120 }), bySample),
    );

    expect(viewOf(model)).toMatchObject({ state: "Stable", stateBy: "sampled" });
  });

  test("a sample that arrives out of order is passed over", () => {
    const model = modelOf(
      seen(100, described({ state: "Stable", requestedAt: 95 }), bySample),
      seen(110, described({ state: "Empty", requestedAt: 80 }), bySample),
    );

    expect(viewOf(model).state).toBe("Stable");
  });

  test("outside Stable the last known assignment is kept, and marked so", () => {
    const model = modelOf(
      seen(
        100,
        described({ requestedAt: 99, members: [member("w1", { assigned: tp("orders", 0, 1) })] }),
        bySample,
      ),
      seen(
        200,
        described({ requestedAt: 199, state: "PreparingRebalance", members: [member("w1"), member("w2")] }),
        bySample,
      ),
    );

    const { members, assignmentComplete, saysWhoIsMissing } = viewOf(model);

    expect(
      members.map(({ memberId, assigned, assignedKnown }) => [memberId, assigned, assignedKnown]),
    ).toEqual([
      ["w1", tp("orders", 0, 1), "last"],
      ["w2", undefined, "unknown"],
    ]);
    expect(assignmentComplete).toBe(false);
    expect(saysWhoIsMissing).toBe(false);
  });

  test("one of ours that no sample names yet is a member all the same", () => {
    const model = modelOf(
      seen(10, started()),
      seen(20, phase({ phase: "stable", assigned: tp("orders", 3), generationId: 6, assignor: "range" })),
    );

    const view = viewOf(model);

    expect(view).toMatchObject({ groupType: "classic", state: "Stable", generationId: 6, assignor: "range" });
    expect(view.members).toHaveLength(1);
    expect(view.members[0]).toMatchObject({
      memberId: "groupscope-A-1",
      assigned: tp("orders", 3),
      assignedKnown: "now",
    });
  });

  test("what our own member was assigned after the sample overwrites what the sample said of it", () => {
    const model = modelOf(
      seen(10, started()),
      seen(
        20,
        described({ requestedAt: 19, members: [member("groupscope-A-1", { assigned: tp("orders", 0) })] }),
        bySample,
      ),
      seen(30, phase({ phase: "stable", assigned: tp("orders", 0, 1) })),
    );

    expect(viewOf(model).members[0]?.assigned).toEqual(tp("orders", 0, 1));
  });

  test("a session that ended is no member any more", () => {
    const model = modelOf(
      seen(10, started()),
      seen(20, phase({ phase: "stable", assigned: tp("orders", 0) })),
      seen(30, { type: "session.ended", sessionId: "s1", reason: "stopped", couldNot: [] }),
    );

    expect(viewOf(model).members).toEqual([]);
  });

  test("a group that a complete listing does not name is gone; one a broker did not answer for is not", () => {
    const listing = (at: number, groups: readonly string[], missing: readonly string[]) =>
      seen(at, {
        type: "group.listed",
        requestedAt: at,
        groups: groups.map((groupId) => ({ groupId, groupType: "classic" as const })),
        missing: missing.map((broker) => ({ broker, reason: "timed out" })),
      });
    const names = (model: ReturnType<typeof modelOf>) =>
      visibleGroups(clusterOf(model)).map(({ groupId }) => groupId);

    expect(names(modelOf(listing(1, ["a", "b"], []), listing(2, ["a"], ["node 2"])))).toEqual(["a", "b"]);
    expect(names(modelOf(listing(1, ["a", "b"], []), listing(2, ["a"], [])))).toEqual(["a"]);
  });

  test("a deleted group does not come back by a sample asked for before, and does by one after", () => {
    const before = [
      seen(10, described({ requestedAt: 9 }), bySample),
      seen(20, { type: "group.deleted", groupId: "billing" }),
    ];

    expect(
      visibleGroups(clusterOf(modelOf(...before, seen(25, described({ requestedAt: 15 }), bySample)))),
    ).toEqual([]);
    expect(
      visibleGroups(clusterOf(modelOf(...before, seen(35, described({ requestedAt: 30 }), bySample)))),
    ).toHaveLength(1);
  });
});

describe("committed offsets", () => {
  const key = { topic: "orders", partition: 3 };
  const answered = commit({ state: "settled", outcome: "committed", offsets: [{ ...key, to: 120n }] });
  const sampled = (requestedAt: number, committedOffset: bigint) =>
    seen(
      requestedAt + 5,
      { type: "group.offsets", groupId: "billing", requestedAt, offsets: [{ ...key, committedOffset }] },
      bySample,
    );

  test.each([
    ["asked for before the commit was answered", 90, 120n],
    ["asked for afterwards", 110, 96n],
  ])("a sample %s", (_what, requestedAt, expected) => {
    const model = modelOf(seen(100, answered), sampled(requestedAt, 96n));

    expect(committedOf(groupOf(model).committed, key)?.committedOffset).toBe(expected);
  });

  test("a partition that failed within a commit keeps what was committed before", () => {
    const model = modelOf(
      seen(90, answered),
      seen(
        100,
        commit({
          commitId: "42",
          state: "settled",
          outcome: "committed",
          offsets: [{ ...key, to: 130n, error: "UNKNOWN_TOPIC_OR_PARTITION" }],
        }),
      ),
    );

    expect(committedOf(groupOf(model).committed, key)?.committedOffset).toBe(120n);
  });

  test("an answer that came after the waiter was released counts", () => {
    const model = modelOf(
      seen(100, commit({ state: "settled", outcome: "released", offsets: [{ ...key, to: 120n }] })),
      seen(
        110,
        commit({
          state: "settled",
          outcome: "released",
          offsets: [{ ...key, to: 120n }],
          lateAnswer: { at: 110 },
        }),
      ),
    );

    expect(committedOf(groupOf(model).committed, key)?.committedOffset).toBe(120n);
  });

  test("an error reading them keeps what was known, marked", () => {
    const model = modelOf(
      sampled(90, 96n),
      seen(
        105,
        {
          type: "group.offsets",
          groupId: "billing",
          requestedAt: 100,
          offsets: [{ ...key, error: "UNSTABLE_OFFSET_COMMIT" }],
        },
        bySample,
      ),
    );

    expect(committedOf(groupOf(model).committed, key)).toMatchObject({
      committedOffset: 96n,
      error: "UNSTABLE_OFFSET_COMMIT",
    });
  });

  test("a partition that a whole table no longer names has none", () => {
    const model = modelOf(
      sampled(90, 96n),
      seen(105, { type: "group.offsets", groupId: "billing", requestedAt: 100, offsets: [] }, bySample),
    );

    expect(committedOf(groupOf(model).committed, key)).toBeUndefined();
  });
});

describe("lag", () => {
  test("is the end minus the committed offset, unknown where nothing was committed, and negative when it is", () => {
    const model = modelOf(
      seen(1, topics(3)),
      seen(2, ends(2, 100n, 50n, 10n), bySample),
      seen(3, offsets(3, 40n), bySample),
      seen(4, described(), byBroker),
    );
    const [cluster, group] = [clusterOf(model), groupOf(model)];

    expect(groupPartition(cluster, group, { topic: "orders", partition: 0 }).lag).toBe(60n);
    expect(groupPartition(cluster, group, { topic: "orders", partition: 1 }).lag).toBeUndefined();
    expect(groupLag(cluster, group, groupView(cluster, group))).toMatchObject({ known: 60n, unknown: 0 });
  });

  test("is not below zero because a commit came after the end was asked for", () => {
    const model = modelOf(seen(2, ends(2, 100n), bySample), seen(5, offsets(undefined, 115n), byBroker));
    const asked = modelOf(
      seen(2, ends(2, 100n), bySample),
      seen(5, offsets(undefined, 115n), byBroker),
      seen(7, ends(7, 100n), bySample),
    );
    const lagIn = (of: typeof model) =>
      groupPartition(clusterOf(of), groupOf(of), { topic: "orders", partition: 0 }).lag;

    expect(lagIn(model)).toBe(0n);
    expect(lagIn(asked)).toBe(-15n);
  });

  test("says how much of it no longer exists", () => {
    const model = modelOf(
      seen(
        2,
        {
          type: "cluster.offsets",
          requestedAt: 2,
          offsets: [{ topic: "orders", partition: 0, logStartOffset: 70n, highWatermark: 100n }],
        },
        bySample,
      ),
      seen(3, offsets(3, 40n), bySample),
    );

    expect(groupPartition(clusterOf(model), groupOf(model), { topic: "orders", partition: 0 })).toMatchObject(
      { lag: 60n, gone: 30n },
    );
  });

  test("uses what one of our sessions fetched later than the sample was asked for", () => {
    const model = modelOf(
      seen(2, ends(2, 100n), bySample),
      seen(3, offsets(3, 40n), bySample),
      seen(5, {
        type: "position.state",
        sessionId: "s1",
        topic: "orders",
        partition: 0,
        state: "fetching",
        paused: false,
        highWatermark: 130n,
      }),
    );

    expect(groupPartition(clusterOf(model), groupOf(model), { topic: "orders", partition: 0 }).lag).toBe(90n);
  });
});

describe("partitions of nobody", () => {
  test.each([
    [
      "in Stable, with every assignment known",
      described({ members: [member("w1", { assigned: tp("orders", 0, 2) })] }),
      tp("orders", 1),
    ],
    [
      "a topic that is subscribed to, though none of it is assigned",
      described({ members: [member("w1", { assigned: [], subscribedTopics: ["orders"] })] }),
      tp("orders", 0, 1, 2),
    ],
    [
      "not while the group rebalances",
      described({ state: "PreparingRebalance", members: [member("w1", { assigned: tp("orders", 0) })] }),
      undefined,
    ],
    [
      "not when one member's assignment is unknown",
      described({ members: [member("w1", { assigned: tp("orders", 0) }), member("w2")] }),
      undefined,
    ],
    ["not in a group without members", described(), undefined],
  ])("%s", (_what, description, expected) => {
    const model = modelOf(seen(1, topics(3)), seen(2, description, byBroker));

    expect(partitionsOfNobody(clusterOf(model), viewOf(model))).toEqual(expected);
  });
});
