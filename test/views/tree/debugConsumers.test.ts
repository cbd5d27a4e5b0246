import { describe, expect, test } from "vitest";
import type { ObservationBody } from "#trace/observation.ts";
import { byBroker, described, member, modelOf, position, seen, started } from "../../model/observed.ts";
import { consumers, lines, profile, rows } from "./support/rows.ts";
import { buffer, corrupt, session, sessionTarget } from "./support/session.ts";

describe("DEBUG CONSUMERS", () => {
  const stable = { type: "session.state", sessionId: "s1", membership: "stable", since: 11 } as const;

  test("a session says where it stands, how it delivers, and what is buffered", () => {
    const [node] = rows(modelOf(...session), consumers);

    expect(node).toMatchObject({
      label: "A",
      description:
        "waits for JoinGroup 5.0 s · buffered 500 (120 paused) · billing · hold · 61 KB buffered · generation 6 · cooperative-sticky",
      contextValue: "session group member hold partlyPaused waiting",
    });
  });

  test.each<[string, ObservationBody[], string]>([
    [
      "a rebalance that it holds up, and when it is evicted for it",
      [
        { ...stable, generationId: 6 },
        {
          type: "session.gate",
          sessionId: "s1",
          held: true,
          heldSince: 12,
          waitingSince: 1_011,
          evictedAt: 13_011,
        },
      ],
      "holds up a rebalance 4.0 s · evicted in 8.0 s · buffered 500 (120 paused) · billing · hold · 61 KB buffered · generation 6",
    ],
    [
      "a callback that runs",
      [
        stable,
        { type: "session.callback", sessionId: "s1", callback: "revoked", partitions: [], startedAt: 2_011 },
      ],
      "on-revoked callback runs 3.0 s · buffered 500 (120 paused) · billing · hold · 61 KB buffered",
    ],
    [
      "a callback that it holds up",
      [
        stable,
        {
          type: "session.gate",
          sessionId: "s1",
          held: true,
          heldSince: 12,
          callbackWaits: { since: 2_011, callback: "assigned", partitions: [] },
        },
      ],
      "holds up its on-assigned callback 3.0 s · buffered 500 (120 paused) · billing · hold · 61 KB buffered",
    ],
    [
      "that it holds rebalances off, where none waits",
      [stable, { type: "session.gate", sessionId: "s1", held: true, heldSince: 12 }],
      "buffered 500 (120 paused) · billing · hold · rebalances held off · 61 KB buffered",
    ],
    [
      "that nobody polled it in time",
      [{ ...stable, membership: "unjoined", notPolledSince: 2_011 }],
      "not polled in time, out of the group 3.0 s · buffered 500 (120 paused) · billing · hold · 61 KB buffered",
    ],
    [
      "the consumer protocol with its epoch",
      [{ ...stable, groupProtocol: "consumer", memberEpoch: 3 }],
      "buffered 500 (120 paused) · billing · hold · 61 KB buffered · consumer (KIP-848) epoch 3",
    ],
    [
      "that it fell back",
      [{ ...stable, groupProtocol: "classic", generationId: 1, fallbackReason: "the broker lacks it" }],
      "buffered 500 (120 paused) · billing · hold · 61 KB buffered · generation 1 · fell back to classic",
    ],
  ])("a session says %s", (_what, bodies, description) => {
    const model = modelOf(...session, ...bodies.map((body) => seen(30, body)));

    const [node] = rows(model, consumers, undefined, { at: 5_011, findings: [] });

    expect(node?.description).toBe(description);
  });

  test.each([
    ["classic", "joined", "notRejoined"],
    ["consumer", "awaitingRelease", "revoking"],
  ] as const)("a session of a %s group says for whom it waits", (groupType, own, other) => {
    const model = modelOf(
      ...session,
      seen(30, { ...stable, memberId: "groupscope-A-1" }),
      seen(
        31,
        described({
          groupType,
          state: groupType === "classic" ? "PreparingRebalance" : "Reconciling",
          members: [
            member("groupscope-A-1", { phase: own }),
            member("w-1", { clientId: "worker-2", phase: other }),
          ],
        }),
        byBroker,
      ),
    );

    const [node] = rows(model, consumers);

    expect(node?.description).toMatch(/^waits for worker-2 · buffered/);
  });

  test("a session's tooltip has everything it was started with", () => {
    const options = [
      { name: "heartbeat interval", text: "3 s" },
      { name: "bytes of a fetch", text: "1 to 52428800" },
    ];
    const model = modelOf(...session, seen(30, started({ options })));

    const [node] = rows(model, consumers);

    expect(node?.tooltip).toContain("| heartbeat interval | 3 s |");
    expect(node?.tooltip).toContain("| bytes of a fetch | 1 to 52,428,800 |");
  });

  test("trouble of a partition is said on the session's row, before the number", () => {
    const model = modelOf(
      ...session,
      seen(35, { type: "session.state", sessionId: "s1", membership: "stable", since: 35, generationId: 6 }),
      seen(40, corrupt),
    );

    const [node] = rows(model, consumers);

    expect(node?.description).toBe(
      "orders-4: corrupt batch · buffered 500 (120 paused) · billing · hold · 61 KB buffered · generation 6",
    );
    expect(node?.icon).toMatchObject({ codicon: "error" });
  });

  test("a session that reads several topics shows them first", () => {
    const model = modelOf(...session, seen(20, { ...position(0), topic: "payments" }));

    expect(lines(rows(model, consumers, sessionTarget))).toEqual([
      "orders  buffered 500 (120 paused) · 2 partitions · 61 KB buffered",
      "payments  buffered 0 · 1 partition",
    ]);
    expect(
      lines(
        rows(model, consumers, { kind: "sessionTopic", clusterId: "c1", sessionId: "s1", topic: "payments" }),
      ),
    ).toHaveLength(1);
  });

  test("without a group it says what it reads", () => {
    const model = modelOf(
      profile,
      seen(10, started({ groupId: undefined, name: "B" })),
      seen(11, {
        type: "session.pollMode",
        sessionId: "s1",
        pollMode: { mode: "flow", recordsPerSecond: 100 },
      }),
      seen(20, position(0, { position: 22n, highWatermark: 402n })),
      buffer(0, 380),
    );

    expect(lines(rows(model, consumers))).toEqual([
      "B  starting · buffered 380 · no group · orders-0 · flow 100/s · 46 KB buffered",
    ]);
    expect(lines(rows(model, consumers, sessionTarget))).toEqual([
      "orders-0  buffered 380 · lag 380 · position 22 · fetched to – · end 402 · 46 KB buffered",
    ]);
  });

  test("who stopped a consumer is said once", () => {
    const stopped = { reason: "stopped", message: "stopped by the user", couldNot: [] } as const;
    const model = modelOf(
      seen(1, started()),
      seen(2, { type: "session.ended", sessionId: "s1", ...stopped }),
    );

    expect(lines(rows(model, consumers))).toEqual(["A  ended: stopped by the user"]);
  });

  test("an ended one stays, with why and what it could not do, until it is dismissed", () => {
    const model = modelOf(
      ...session,
      seen(50, {
        type: "session.ended",
        sessionId: "s1",
        reason: "workerDied",
        message: "It ran out of memory.",
        couldNot: ["commit orders-3"],
      }),
    );

    expect(lines(rows(model, consumers))).toEqual([
      "A  ended: the background worker died · It ran out of memory.",
    ]);
    expect(lines(rows(model, consumers, sessionTarget))).toEqual(["Could not  commit orders-3"]);
    expect(rows(model, consumers, undefined, { dismissedSessions: new Set(["s1"]) })).toEqual([]);
  });

  test("scripted members are not debug consumers", () => {
    expect(rows(modelOf(profile, seen(10, started({ scripted: true }))), consumers)).toEqual([]);
  });
});
