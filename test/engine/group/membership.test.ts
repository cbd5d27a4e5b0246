import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  committingGeneration,
  type Generation,
  joinDelayMs,
  type Membership,
  type MembershipEvent,
  memberIdOf,
  transition,
  unjoined,
} from "#engine/group/membership.ts";

const generation: Generation = {
  memberId: "m1",
  generationId: 3,
  assignor: "range",
  rebalanceProtocol: "eager",
  isLeader: false,
};

type Untimed = MembershipEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, "at">
    : never
  : never;

function membershipAfter(...events: readonly Untimed[]): Membership {
  return events.reduce<Membership>(
    (membership, event, index) => transition(membership, { ...event, at: index + 1 } as MembershipEvent),
    unjoined(0),
  );
}

const join: readonly Untimed[] = [{ type: "joinSent" }, { type: "joined", generation }, { type: "synced" }];

describe("membership", () => {
  test("a member joins, syncs and is stable, each since its own time", () => {
    const membership = membershipAfter(...join);

    expect(membership).toEqual({ state: "stable", since: 3, reason: undefined, failures: 0, generation });
  });

  test("a rebalance makes it give up first, then join again with its member id", () => {
    const revoking = membershipAfter(...join, { type: "rebalanceNeeded", reason: "b joined" });
    const membership = membershipAfter(
      ...join,
      { type: "rebalanceNeeded", reason: "b joined" },
      { type: "revoked" },
    );

    expect(revoking).toMatchObject({ state: "revoking", reason: "b joined", generation });
    expect(membership).toMatchObject({ state: "unjoined", reason: "b joined", memberId: "m1" });
  });

  test("a lost member forgets the id the coordinator no longer knows", () => {
    const membership = membershipAfter(...join, {
      type: "lost",
      memberId: undefined,
      reason: "UNKNOWN_MEMBER_ID",
    });

    expect(membership).toMatchObject({ state: "unjoined", memberId: undefined });
  });

  test("late answers change nothing", () => {
    const stable = membershipAfter(...join);
    const late: readonly MembershipEvent[] = [
      { type: "joined", generation, at: 9 },
      { type: "synced", at: 9 },
      { type: "revoked", at: 9 },
      { type: "retry", memberId: "x", reason: "late", at: 9 },
      { type: "joinSent", at: 9 },
      { type: "left", at: 9 },
    ];

    expect(late.every((event) => transition(stable, event) === stable)).toBe(true);
  });

  test("what failed for good ends only by leaving", () => {
    const failed = membershipAfter(...join, { type: "failed", code: "FENCED_INSTANCE_ID", reason: "fenced" });
    const tried = transition(failed, { type: "joinSent", at: 9 });
    const left = transition(transition(tried, { type: "leave", reason: "stop", at: 10 }), {
      type: "left",
      at: 11,
    });

    expect(tried).toMatchObject({ state: "fatal", code: "FENCED_INSTANCE_ID" });
    expect(left.state).toBe("ended");
  });

  test("commits go out in a generation that was synced, until it is given up", () => {
    const states = [
      membershipAfter({ type: "joinSent" }),
      membershipAfter({ type: "joinSent" }, { type: "joined", generation }),
      membershipAfter(...join),
      membershipAfter(...join, { type: "rebalanceNeeded", reason: "r" }),
      membershipAfter(...join, { type: "rebalanceNeeded", reason: "r" }, { type: "revoked" }),
    ].map((membership) => committingGeneration(membership)?.generationId);

    expect(states).toEqual([undefined, undefined, 3, 3, undefined]);
  });

  test("generations that no heartbeat confirms count as failed attempts", () => {
    const round: readonly Untimed[] = [
      ...join,
      { type: "rebalanceNeeded", reason: "r" },
      { type: "revoked" },
    ];
    const unconfirmed = membershipAfter(...round, ...round, ...round, ...round);
    const confirmed = membershipAfter(...round, ...join, { type: "confirmed" });

    expect(unconfirmed).toMatchObject({ failures: 4 });
    expect(confirmed).toMatchObject({ state: "stable", failures: 0 });
  });

  test("attempts are paced: two for free, then longer and longer up to five seconds", () => {
    const least = [0, 1, 2, 3, 4, 5, 20, 1_000].map((failures) => joinDelayMs(failures, 0));
    const most = [0, 1, 2, 3, 4, 5, 20, 1_000].map((failures) => joinDelayMs(failures, 1));

    expect(least).toEqual([0, 0, 0, 50, 100, 200, 2_500, 2_500]);
    expect(most).toEqual([0, 0, 0, 100, 200, 400, 5_000, 5_000]);
  });

  test("whatever happens in whatever order, a generation has a member id and time does not go back", () => {
    const event: fc.Arbitrary<Untimed> = fc.constantFrom<Untimed>(
      ...join,
      { type: "confirmed" },
      { type: "retry", memberId: "m1", reason: "r" },
      { type: "rebalanceNeeded", reason: "r" },
      { type: "revoked" },
      { type: "lost", memberId: undefined, reason: "r" },
      { type: "failed", code: "X", reason: "r" },
      { type: "leave", reason: "r" },
      { type: "left" },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let membership = unjoined(0);
        for (const [index, next] of events.entries()) {
          const before = membership;
          membership = transition(membership, { ...next, at: index + 1 } as MembershipEvent);
          expect(membership.since).toBeGreaterThanOrEqual(before.since);
          if (committingGeneration(membership)) expect(memberIdOf(membership)).toBe("m1");
          if (before.state === "ended") expect(membership).toBe(before);
        }
      }),
    );
  });
});
