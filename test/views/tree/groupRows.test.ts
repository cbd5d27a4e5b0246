import { describe, expect, test } from "vitest";
import {
  byBroker,
  bySample,
  commit,
  described,
  ends,
  member,
  modelOf,
  offsets,
  phase,
  seen,
  started,
  topics,
} from "../../model/observed.ts";
import { clusters, groupsTarget, groupTarget, lines, listed, profile, rows } from "./support/rows.ts";

describe("a group's row", () => {
  test.each([
    [
      "classic and stable",
      described({ generationId: 6 }),
      "lag – · classic generation 6",
      "group classic stable",
    ],
    [
      "KIP-848",
      described({ groupType: "consumer", state: "Reconciling", stateSince: 800, groupEpoch: 12 }),
      "Reconciling 4.2 s · lag – · consumer (KIP-848) epoch 12",
      "group consumer rebalancing",
    ],
    [
      "a share group",
      described({ groupType: "share", state: "Stable" }),
      "lag – · share",
      "group share stable",
    ],
    [
      "a streams group",
      described({ groupType: "streams", state: "NotReady" }),
      "NotReady · lag – · streams",
      "group streams other",
    ],
    ["empty", described({ state: "Empty" }), "Empty · lag – · classic", "group classic empty"],
    [
      "of another type, called Dead by the wrong question",
      described({ groupType: "consumer", state: "Dead" }),
      "– · lag – · consumer (KIP-848)",
      "group consumer other",
    ],
  ])("says what it is: %s", (_what, description, text, contextValue) => {
    const [node] = rows(modelOf(profile, seen(900, description, { ...byBroker })), clusters, groupsTarget);

    expect(node).toMatchObject({ description: text, contextValue });
  });

  test("says since when it rebalances, who it waits for, and its lag", () => {
    const model = modelOf(
      profile,
      seen(10, topics(2)),
      seen(11, ends(11, 402n, 77n), bySample),
      seen(12, offsets(12, 118n, 77n), bySample),
      seen(
        800,
        described({
          state: "PreparingRebalance",
          stateSince: 800,
          members: [
            member("worker-1-8f3a", { phase: "joined" }),
            member("worker-2-c01d", { phase: "notRejoined", evictedAt: 42_000 }),
          ],
        }),
        byBroker,
      ),
    );

    expect(lines(rows(model, clusters, groupsTarget))).toEqual([
      "billing  PreparingRebalance 4.2 s · waits for worker-2 · lag 284 · classic",
    ]);
    expect(lines(rows(model, clusters, groupTarget))).toEqual([
      "worker-1-8f3a  rejoined · assignment not known · /10.0.0.7",
      "worker-2-c01d  has not rejoined · evicted in 37.0 s",
      "not assigned yet  lag 284 · 2 partitions · the rebalance decides whose",
    ]);
  });

  test("a member that has just begun to be waited for is not marked: it learns of it with its next heartbeat", () => {
    const model = modelOf(
      profile,
      seen(
        1_000,
        described({
          state: "PreparingRebalance",
          stateSince: 1_000,
          members: [member("worker-2-c01d", { phase: "notRejoined", evictedAt: 42_000 })],
        }),
        byBroker,
      ),
    );
    const iconAt = (at: number) => rows(model, clusters, groupTarget, { at })[0]?.icon?.codicon;

    expect(iconAt(4_000)).toBe("person");
    expect(iconAt(6_000)).toBe("warning");
  });

  test("a member whose commit hangs stays marked as an error when it is waited for as well", () => {
    const model = modelOf(
      profile,
      seen(1, started()),
      seen(2, phase({ phase: "joining" })),
      seen(1_000, commit({ state: "blocked", blocked: { by: "joinInFlight", since: 900 } })),
      seen(
        1_000,
        described({
          state: "PreparingRebalance",
          stateSince: 1_000,
          members: [member("groupscope-A-1", { phase: "notRejoined", evictedAt: 42_000 })],
        }),
        byBroker,
      ),
    );

    const [own] = rows(model, clusters, groupTarget, { at: 20_000 });

    expect(own?.icon).toEqual({ codicon: "error", color: "problemsErrorIcon.foreground" });
  });

  test("a healthy member's time to its eviction is one of silence", () => {
    const model = modelOf(
      profile,
      seen(1_000, described({ members: [member("w1", { phase: "stable", evictedAt: 11_800 })] }), byBroker),
    );

    const [node] = rows(model, clusters, groupTarget, { at: 1_000 });

    expect(node?.tooltip).toContain("| evicted if silent | for 10\\.8 s more |");
    expect(node?.tooltip).not.toContain("evicted in");
  });

  test("does not flicker with the milliseconds of a state that passes at once", () => {
    const model = modelOf(
      profile,
      seen(800, described({ state: "CompletingRebalance", stateSince: 800 }), byBroker),
    );

    expect(rows(model, clusters, groupsTarget, { at: 1_700 })[0]?.description).toMatch(
      /^CompletingRebalance · /,
    );
  });

  test("of a real cluster says that the coordinator does not tell who is missing", () => {
    const model = modelOf(
      profile,
      seen(
        10,
        described({ state: "PreparingRebalance", requestedAt: 10, members: [member("w1")] }),
        bySample,
      ),
    );

    expect(rows(model, clusters, groupsTarget)[0]?.description).toContain(
      "the coordinator does not say who it waits for",
    );
  });

  test("carries the mark of what is wrong in it", () => {
    const model = modelOf(
      profile,
      seen(1, started()),
      seen(2, phase({ phase: "joining" })),
      seen(1_000, commit({ state: "blocked", blocked: { by: "joinInFlight", since: 900 } })),
    );

    const [node] = rows(model, clusters, groupsTarget, { at: 20_000 });

    expect(node?.icon).toEqual({ codicon: "error", color: "problemsErrorIcon.foreground" });
    expect(node?.description).toBe(
      "PreparingRebalance 20.0 s · A: commit waits 19.0 s · lag – · classic · the coordinator does not say who it waits for",
    );
    expect(node?.tooltip).toContain("A\\: commit waits 19\\.0 s");
  });

  test("is no green tick while members have no answer to SyncGroup", () => {
    const model = modelOf(
      profile,
      seen(1, started({ name: "worker-1", scripted: true })),
      seen(2, phase({ phase: "syncing" })),
      seen(3, described({ generationId: 5, members: [member("groupscope-A-1")] }), byBroker),
    );

    const [node] = rows(model, clusters, groupsTarget, { at: 5 });

    expect(node?.icon).toEqual({ codicon: "sync", color: "charts.yellow" });
    expect(node?.description).toBe("1 member waits for SyncGroup · lag – · classic generation 5");
  });

  test("without members says so, and how much waits for them", () => {
    const model = modelOf(
      profile,
      seen(10, topics(2)),
      seen(11, ends(11, 402n, 77n), bySample),
      seen(12, offsets(12, 118n, 77n), bySample),
      seen(13, described({ state: "Empty", members: [] }), byBroker),
    );

    expect(lines(rows(model, clusters, groupsTarget))).toEqual(["billing  Empty · lag 284 · classic"]);
    expect(lines(rows(model, clusters, groupTarget))).toEqual([
      "no members  lag 284 · 2 partitions with committed offsets only",
    ]);
  });

  test("says of members that still think they are in it that the coordinator has removed them", () => {
    const model = modelOf(
      profile,
      seen(1, started()),
      seen(2, phase({ phase: "syncing" })),
      seen(10, topics(1)),
      seen(11, ends(11, 402n), bySample),
      seen(12, offsets(12, 118n), bySample),
      seen(13, described({ state: "Empty", members: [] }), byBroker),
    );

    expect(lines(rows(model, clusters, groupTarget))).toEqual([
      "A (ours)  waits for SyncGroup · the coordinator has removed it",
      "nobody  lag 284 · 1 partition with committed offsets only",
    ]);
  });

  test("tells a screen reader the state that the icon shows", () => {
    const [node] = rows(modelOf(profile, listed("billing")), clusters, groupsTarget);

    expect(node?.icon).toMatchObject({ codicon: "pass" });
    expect(node?.accessibilityLabel).toBe("Group billing, Stable · lag – · classic");
  });

  test("is never empty when something failed: the failure is a row", () => {
    const model = modelOf(
      profile,
      listed("billing"),
      seen(20, {
        type: "group.failed",
        groupId: "billing",
        what: "describe",
        errorCode: "GROUP_AUTHORIZATION_FAILED",
        message: "Not allowed to describe billing: ask for Describe on the group.",
        requestedAt: 15,
      }),
    );

    expect(lines(rows(model, clusters, groupTarget))).toEqual([
      "The group could not be described  Not allowed to describe billing: ask for Describe on the group. · GROUP_AUTHORIZATION_FAILED",
    ]);
    expect(rows(model, clusters, groupsTarget)[0]?.contextValue).toBe("group classic stable failing");
  });
});
