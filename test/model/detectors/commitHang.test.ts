import { describe, expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import { byBroker, commit, described, member, modelOf, phase, seen, started } from "../observed.ts";
import { actions, only } from "./support/only.ts";

describe("a commit that hangs", () => {
  const blocked = commit({
    state: "blocked",
    stateSince: 1_000,
    deadlineAt: 16_000,
    blocked: { by: "joinInFlight", since: 900 },
  });
  const ours = [seen(500, started()), seen(900, phase({ phase: "joining" }))];
  const preparing = described({
    state: "PreparingRebalance",
    stateSince: 900,
    members: [
      member("groupscope-A-1", { clientId: "groupscope-A", phase: "joined" }),
      member("worker-2-c01d", {
        phase: "notRejoined",
        lastHeartbeatAt: 400,
        evictedAt: 45_400,
        sessionTimeoutMs: 45_000,
      }),
    ],
  });

  test("is reported from the tolerance on, not before", () => {
    const model = modelOf(...ours, seen(1_000, blocked));

    expect(only(model, "commitHang", 10_999)).toEqual([]);
    expect(only(model, "commitHang", 11_000)).toHaveLength(1);
    expect(detect(model, 2_000, { commitToleranceMs: 500 }).map(({ kind }) => kind)).toContain("commitHang");
  });

  test("a commit that was sent may be saved already: it is not said to be lost", () => {
    const sent = commit({ state: "inFlight", stateSince: 1_000, sentAt: 1_000 });

    const [unsent] = only(modelOf(...ours, seen(1_000, blocked)), "commitHang", 13_300);
    const [late] = only(modelOf(...ours, seen(1_000, sent)), "commitHang", 13_300);

    expect(unsent?.cause).toContain("progress is not saved");
    expect(late?.cause).toContain("progress may be saved already");
  });

  test("names who has not rejoined, and when that ends, where the broker tells", () => {
    const model = modelOf(...ours, seen(950, preparing, byBroker), seen(1_000, blocked));

    const [finding] = only(model, "commitHang", 13_300);

    expect(finding).toMatchObject({
      severity: "error",
      title: "A: commit waits",
      lastedMs: 12_300,
      detail: "the group rebalances; worker-2 has not rejoined",
      since: 1_000,
    });
    expect(finding?.evidence).toContainEqual({
      label: "because",
      at: 400,
      value: "worker-2 has not rejoined; its last heartbeat came then",
    });
    expect(finding?.evidence.filter(({ label }) => label === "ends by").map(({ at }) => at)).toEqual([
      16_000, 45_400,
    ]);
    expect(actions(finding)).toEqual(["showCommit", "releaseCommit", "removeMember"]);
  });

  test("says that a real coordinator does not tell who is missing", () => {
    const model = modelOf(...ours, seen(1_000, blocked));

    const [finding] = only(model, "commitHang", 13_300);

    expect(finding?.detail).toBe("the group rebalances");
    expect(finding?.cause).toContain("The coordinator does not say who has not rejoined.");
    expect(actions(finding)).toEqual(["showCommit", "releaseCommit"]);
  });

  test("names the fault of the playground that holds it, and offers to turn it off", () => {
    const fault = {
      type: "broker.fault",
      faultId: "f1",
      kind: "holdSyncGroup",
      title: "hold SyncGroup of billing",
      enabled: true,
      removed: false,
      hits: 2,
      holding: 2,
      since: 800,
      groupId: "billing",
    } as const;
    const model = modelOf(
      ...ours,
      seen(800, fault, byBroker),
      seen(1_000, { ...blocked, blocked: { by: "syncInFlight", since: 900 } }),
    );

    const [finding] = only(model, "commitHang", 20_000);

    expect(finding?.detail).toBe(
      "the group waits for its assignment; the fault “hold SyncGroup of billing” holds the answer",
    );
    expect(actions(finding)).toContain("disableFault");
  });

  test.each([
    [{ by: "notJoined", since: 1_000 } as const, "it is not a member of the group now"],
    [{ by: "earlierCommit", since: 1_000, commitId: "40" } as const, "an earlier commit goes first"],
    [{ by: "coordinatorUnknown", since: 1_000 } as const, "the group's coordinator is not known"],
    [{ by: "coordinatorLoading", since: 1_000 } as const, "the coordinator is loading the group"],
    [{ by: "throttled", since: 1_000, untilAt: 50_000 } as const, "the broker throttles this client"],
    [{ by: "gateHeld", since: 1_000 } as const, "the rebalance gate is held"],
    [{ by: "callbackRunning", since: 1_000 } as const, "a rebalance callback is running"],
    [{ by: "notPolled", since: 1_000 } as const, "it left the group because it did not poll"],
  ])("says what else it waits for: %o", (block, detail) => {
    const model = modelOf(...ours, seen(1_000, { ...blocked, blocked: block }));

    expect(only(model, "commitHang", 20_000)[0]?.detail).toBe(detail);
  });

  describe("held up by another consumer of ours", () => {
    const b = started({ sessionId: "s2", name: "B", clientId: "groupscope-B" });
    const revoking = { type: "session.state", sessionId: "s2", membership: "revoking", since: 900 } as const;
    const gate = {
      type: "session.gate",
      sessionId: "s2",
      held: true,
      heldSince: 500,
      records: 5,
      waitingSince: 900,
    } as const;
    const callback = {
      type: "session.callback",
      sessionId: "s2",
      callback: "revoked",
      partitions: [],
      startedAt: 900,
    } as const;

    test.each([
      ["its gate", gate, "B holds its rebalance gate: 5 records of a poll are not released"],
      ["its callback", callback, "B runs its revoked callback, for 12.4 s now."],
    ])("names %s, where the coordinator does not say who is missing", (_, held, sentence) => {
      const model = modelOf(
        ...ours,
        seen(600, b),
        seen(900, revoking),
        seen(900, held),
        seen(1_000, blocked),
      );

      const [finding] = only(model, "commitHang", 13_300);

      expect(finding?.detail).toBe("the group rebalances; B holds it up");
      expect(finding?.cause).toContain(sentence);
    });

    test("does not name what is over", () => {
      const over = { ...callback, endedAt: 1_200 };
      const model = modelOf(
        ...ours,
        seen(600, b),
        seen(900, revoking),
        seen(900, over),
        seen(1_000, blocked),
      );

      const [finding] = only(model, "commitHang", 13_300);

      expect(finding?.detail).toBe("the group rebalances");
    });
  });

  test("calls the commit it stands behind by its number", () => {
    const model = modelOf(
      ...ours,
      seen(1_000, commit({ commitId: "40", state: "inFlight" })),
      seen(1_001, { ...blocked, blocked: { by: "earlierCommit", since: 1_001, commitId: "40" } }),
    );

    expect(only(model, "commitHang", 20_000).map(({ detail }) => detail)).toContain("commit #1 goes first");
  });

  test("in flight, it waits for the coordinator's answer", () => {
    const model = modelOf(...ours, seen(1_000, commit({ state: "inFlight", sentAt: 1_000 })));

    expect(only(model, "commitHang", 20_000)[0]?.cause).toContain(
      "It was sent 19.0 s ago, and the coordinator has not answered.",
    );
  });

  test("one of ours that the broker holds is one finding, not two; a foreign one is reported by the broker's word", () => {
    const inFlight = commit({ state: "inFlight", sentAt: 1_000 });
    const foreign = commit({
      commitId: "9",
      sessionId: undefined,
      memberId: "worker-2-c01d",
      clientId: "worker-2",
      state: "inFlight",
      trigger: "foreign",
      queuedAt: 1_001,
    });
    const model = modelOf(
      ...ours,
      seen(950, preparing, byBroker),
      seen(1_000, inFlight),
      seen(1_001, { ...inFlight, commitId: "b7", sessionId: undefined }, byBroker),
      seen(1_002, foreign, byBroker),
    );

    const hangs = only(model, "commitHang", 20_000);

    expect(hangs.map(({ title }) => title)).toEqual(["A: commit waits", "worker-2: commit waits"]);
    expect(actions(hangs[1])).not.toContain("releaseCommit");
  });

  test("keeps its id while it lasts, and is gone when it is settled", () => {
    const waiting = modelOf(...ours, seen(1_000, blocked));
    const done = modelOf(
      ...ours,
      seen(1_000, blocked),
      seen(12_000, commit({ state: "settled", outcome: "released" })),
    );

    expect(only(waiting, "commitHang", 20_000)[0]?.id).toBe(only(waiting, "commitHang", 30_000)[0]?.id);
    expect(only(done, "commitHang", 20_000)).toEqual([]);
  });
});
