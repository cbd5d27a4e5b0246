import { describe, expect, test } from "vitest";
import { detect } from "#model/detectors/detect.ts";
import type { Finding, FindingKind } from "#model/finding.ts";
import type { BatchRejected } from "#trace/observations/fetch.ts";
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
  position,
  seen,
  started,
  topics,
  tp,
} from "../observed.ts";

type Model = ReturnType<typeof modelOf>;

const only = (model: Model, kind: FindingKind, now: number): readonly Finding[] =>
  detect(model, now).filter((finding) => finding.kind === kind);

const actions = (finding: Finding | undefined) => finding?.remedies.map(({ action }) => action.kind);

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

describe("a corrupt batch", () => {
  const rejected: BatchRejected = {
    type: "fetch.batchRejected",
    sessionId: "s1",
    topic: "orders",
    partition: 4,
    cause: "crc",
    message: "The CRC does not match.",
    baseOffset: 2_000n,
    lastOffset: 2_009n,
    nextSafeOffset: 2_010n,
    boundsTrusted: true,
    boundsReason: "the header agrees with the next batch",
    crcStored: 0x1a2b3c4d,
    crcComputed: 0x99f0e1aa,
    sizeInBytes: 1_182,
    compression: "zstd",
    action: "halted",
  };

  test("says that it was skipped before where the commit stayed in front of it", () => {
    const gap = {
      type: "fetch.gap",
      sessionId: "s1",
      topic: "orders",
      partition: 4,
      reason: "corruptBatch",
      fromOffset: 2_000n,
      toOffset: 2_010n,
    } as const;
    const again = { ...rejected, sessionId: "s2" };
    const model = modelOf(
      seen(1, started()),
      seen(2, started({ sessionId: "s2", name: "B" })),
      seen(3, gap),
      seen(9, again),
    );

    const [finding] = only(model, "corruptBatch", 10);

    expect(finding?.detail).toBe("halted at 2,000; skipped before, not committed");
    expect(finding?.cause).toContain("skip it, and commit");
  });

  test("names its bounds, why it cannot be read, and where reading is safe again", () => {
    const [finding] = only(modelOf(seen(1, started()), seen(5, rejected)), "corruptBatch", 10);

    expect(finding).toMatchObject({
      severity: "error",
      title: "orders-4: corrupt batch",
      detail: "halted at 2,000; 10 records cannot be read",
      since: 5,
    });
    expect(finding?.evidence).toContainEqual({ label: "CRC", value: "stored 1a2b3c4d, computed 99f0e1aa" });
    expect(finding?.evidence.map(({ label }) => label)).not.toContain("damage");
    expect(finding?.evidence).toContainEqual({ label: "next safe offset", value: "2,010" });
    expect(finding?.remedies.map(({ title }) => title)).toEqual(["Fetch again", "Skip to 2,010"]);
  });

  test("offers no skip where the header says nothing usable, and doubts it where it is doubtful", () => {
    const { lastOffset: _, nextSafeOffset: __, ...unknown } = rejected;
    const [blind] = only(modelOf(seen(5, unknown)), "corruptBatch", 10);
    const [doubtful] = only(modelOf(seen(5, { ...rejected, boundsTrusted: false })), "corruptBatch", 10);

    expect(actions(blind)).toEqual(["retryBatch", "seek"]);
    expect(blind?.detail).toBe("halted at 2,000; an unknown number of records cannot be read");
    expect(doubtful?.remedies[1]?.hint).toContain("10 records or more, as its header is in doubt");
  });

  test("that the broker itself reports says so, and why nothing is skipped", () => {
    const { lastOffset: _, nextSafeOffset: __, crcStored: ___, ...blind } = rejected;
    const reported = { ...blind, cause: "reported", boundsTrusted: false, readFrom: 3 } as const;
    const toSkip = started({ corruptBatchPolicy: "skip" });

    const [halted] = only(modelOf(seen(1, toSkip), seen(5, reported)), "corruptBatch", 10);
    const asking = { ...reported, action: "retrying", attempt: 1, attempts: 3 } as const;
    const [retrying] = only(modelOf(seen(1, started()), seen(5, asking)), "corruptBatch", 10);

    expect(halted?.cause).toContain("The batch from 2,000 is damaged in the broker's own log.");
    expect(halted?.cause).toContain("nothing credible says where this one ends");
    expect(halted?.evidence).toContainEqual({ label: "read from", value: "node 3" });
    expect(actions(halted)).toEqual(["retryBatch", "seek"]);
    expect(retrying?.cause).toContain("asks for it again (1 of 3), of another replica where there is one");
  });

  test("is not also reported as a partition that cannot be read", () => {
    const errored = position(4, { state: "errored", error: { code: "CORRUPT_BATCH", message: "halted" } });

    expect(
      detect(modelOf(seen(1, started()), seen(4, errored), seen(5, rejected)), 10).map(({ kind }) => kind),
    ).toEqual(["corruptBatch"]);
    expect(detect(modelOf(seen(1, started()), seen(4, errored)), 10).map(({ kind }) => kind)).toEqual([
      "partitionError",
    ]);
  });
});

describe("a cluster that cannot be reached", () => {
  test("names the stage, what was tried, and the likely cause", () => {
    const model = modelOf(
      seen(1, {
        type: "cluster.profile",
        name: "staging",
        kind: "cluster",
        bootstrapServers: ["kafka:9093"],
      }),
      seen(2, {
        type: "cluster.connection",
        state: "failed",
        message: "the broker speaks plaintext on 9093",
        steps: [
          { stage: "resolve", tried: "kafka", outcome: "ok" },
          {
            stage: "tls",
            tried: "kafka:9093",
            outcome: "failed",
            detail: "The broker answered without TLS. Turn TLS off.",
          },
        ],
      }),
    );

    const [finding] = only(model, "clusterConnection", 10);

    expect(finding).toMatchObject({
      title: "staging: not connected",
      detail: "TLS handshake: the broker speaks plaintext on 9093",
      cause: "The broker answered without TLS. Turn TLS off.",
    });
    expect(actions(finding)).toEqual(["editCluster", "reconnectCluster"]);
  });
});

test("a cluster that is down is one finding from its first failed attempt on, so that it keeps its place", () => {
  const attempt = (at: number, state: "failed" | "connecting" | "connected") =>
    seen(at, { type: "cluster.connection", state, steps: [] });
  const failing = [attempt(2, "failed"), attempt(30, "connecting"), attempt(31, "failed")];

  const [down] = only(modelOf(...failing), "clusterConnection", 40);
  const [again] = only(
    modelOf(...failing, attempt(50, "connected"), attempt(90, "failed")),
    "clusterConnection",
    100,
  );

  expect(down?.since).toBe(2);
  expect(again?.since).toBe(90);
});

test("a login that was refused is mended where it was entered, before it is tried again", () => {
  const remedies = (["sasl", "connect"] as const).map((stage) => {
    const failed = { stage, tried: "kafka:9093", outcome: "failed" } as const;
    const model = modelOf(seen(2, { type: "cluster.connection", state: "failed", steps: [failed] }));
    return actions(only(model, "clusterConnection", 10)[0]);
  });

  expect(remedies).toEqual([
    ["editCluster", "reconnectCluster"],
    ["reconnectCluster", "editCluster"],
  ]);
});

describe("a group that stays between two generations", () => {
  test("is reported with who is missing where the broker tells", () => {
    const model = modelOf(
      seen(
        0,
        described({
          state: "PreparingRebalance",
          stateSince: 0,
          members: [
            member("w1", { phase: "joined" }),
            member("w2", { phase: "notRejoined", evictedAt: 45_000 }),
          ],
        }),
        byBroker,
      ),
    );

    const [finding] = only(model, "groupNotStable", 40_000);

    expect(only(model, "groupNotStable", 20_000)).toEqual([]);
    expect(finding).toMatchObject({
      severity: "warning",
      title: "billing: PreparingRebalance",
      lastedMs: 40_000,
      detail: "waits for w2",
    });
    expect(actions(finding)).toEqual(["showRebalances", "removeMember"]);
  });

  const sampledPreparing = (at: number) =>
    seen(at, described({ state: "PreparingRebalance", requestedAt: at, members: [member("w1")] }), bySample);

  test("and says where nobody tells", () => {
    const model = modelOf(sampledPreparing(0), sampledPreparing(35_000));

    expect(only(model, "groupNotStable", 40_000)[0]).toMatchObject({
      title: "billing: PreparingRebalance",
      lastedMs: 35_000,
      detail: "the coordinator does not say who it waits for",
    });
  });

  test("does not grow while nobody asks: how long it has lasted is not known then", () => {
    expect(only(modelOf(sampledPreparing(0)), "groupNotStable", 4_000_000)).toEqual([]);
  });

  test("is over when the playground stops", () => {
    const model = modelOf(
      seen(0, { type: "broker.started", kafkaClusterId: "x", nodes: [] }, byBroker),
      seen(
        1,
        described({
          state: "PreparingRebalance",
          stateSince: 1,
          members: [member("w1", { phase: "notRejoined" })],
        }),
        byBroker,
      ),
      seen(2, { type: "broker.stopped", reason: "asked to" }, byBroker),
    );

    expect(detect(model, 1_000_000)).toEqual([]);
  });
});

describe("one of ours that waits although the coordinator reports Stable", () => {
  const syncing = [
    seen(1, started()),
    seen(2, phase({ phase: "syncing", generationId: 3 })),
    seen(3, described({ generationId: 3, stateSince: 3 }), byBroker),
  ];

  test("is reported with the request that is not answered", () => {
    const [finding] = only(modelOf(...syncing), "groupNotStable", 40_002);

    expect(only(modelOf(...syncing), "groupNotStable", 20_000)).toEqual([]);
    expect(finding).toMatchObject({
      title: "A: waits for SyncGroup",
      lastedMs: 40_000,
      detail: "the coordinator has not answered",
    });
  });

  test("with the fault that holds the answer, where there is one", () => {
    const fault = {
      type: "broker.fault",
      faultId: "f1",
      kind: "holdSyncGroup",
      title: "hold SyncGroup of billing",
      enabled: true,
      removed: false,
      hits: 1,
      holding: 1,
      since: 0,
      groupId: "billing",
    } as const;

    const [finding] = only(modelOf(...syncing, seen(4, fault, byBroker)), "groupNotStable", 40_002);

    expect(finding?.detail).toBe("the fault “hold SyncGroup of billing” holds the answer");
    expect(actions(finding)).toEqual(["showRebalances", "disableFault"]);
  });
});

describe("all findings", () => {
  test("errors come first, then the oldest; in a trace the present is its end", () => {
    const hang = seen(1_000, commit({ state: "inFlight", sentAt: 1_000 }));
    const live = modelOf(seen(500, started()), hang);
    const trace = modelOf(
      seen(400, { type: "cluster.profile", name: "t", kind: "trace", bootstrapServers: [] }),
      seen(500, started()),
      hang,
      seen(15_000, phase()),
    );

    expect(detect(live, 100_000)[0]?.lastedMs).toBe(99_000);
    expect(detect(trace, 100_000)[0]?.lastedMs).toBe(14_000);
  });
});

test("a detector that fails costs its own findings, and the others are there", () => {
  const model = modelOf(
    seen(500, started()),
    seen(1_000, position(3, { state: "errored", error: { code: "NO_ANSWER", message: "nobody answers" } })),
    seen(1_000, { type: "session.gate", sessionId: "s1", held: true, heldSince: 900, waitingSince: 1_000 }),
  );
  const session = model.clusters.get("c1")?.sessions.get("s1");
  if (!session) throw new Error("no session");
  Object.defineProperty(session, "gate", {
    get: () => {
      throw new RangeError("not a gate");
    },
  });
  const failed: string[] = [];

  const findings = detect(model, 60_000, {}, (about, find) => {
    try {
      return find();
    } catch {
      failed.push(about);
      return undefined;
    }
  });

  expect(() => detect(model, 60_000)).toThrow("not a gate");
  expect(failed).toContain("held gates");
  expect(findings.map(({ kind }) => kind)).toContain("partitionError");
});
