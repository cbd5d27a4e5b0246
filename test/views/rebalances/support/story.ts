import { byBroker, described, member, phase, seen, started, topics, tp } from "../../../model/observed.ts";

/** Generation 5 by range with A and two workers, up to the rebalance in which worker-2 does not rejoin. */
export const story = [
  seen(1, topics(6)),
  seen(2, started()),
  seen(10_000, phase({ phase: "stable", generationId: 5, assignor: "range", assigned: tp("orders", 0, 1) })),
  broker(10_000, {
    generationId: 5,
    assignor: "range",
    stateSince: 10_000,
    members: [
      member("groupscope-A-1", { clientId: "groupscope-A", phase: "stable", assigned: tp("orders", 0, 1) }),
      member("worker-1-aa", { phase: "stable", assigned: tp("orders", 2, 3) }),
      member("worker-2-bb", { phase: "stable", assigned: tp("orders", 4, 5) }),
    ],
  }),
  seen(40_000, phase({ phase: "joining", generationId: 5 })),
  broker(40_000, {
    state: "PreparingRebalance",
    generationId: 5,
    stateSince: 40_000,
    rebalanceReason: "worker-1 rejoins",
    members: [
      member("groupscope-A-1", { phase: "joined" }),
      member("worker-1-aa", { phase: "joined" }),
      member("worker-2-bb", {
        phase: "notRejoined",
        lastHeartbeatAt: 38_000,
        evictedAt: 83_000,
        sessionTimeoutMs: 45_000,
      }),
    ],
  }),
];

/** How `story` goes on: worker-2 is evicted, and generation 6 leaves orders-5 to nobody. */
export const rest = [
  seen(
    83_000,
    {
      type: "group.memberGone",
      groupId: "billing",
      memberId: "worker-2-bb",
      how: "evicted",
      reason: "session timeout",
    } as const,
    byBroker,
  ),
  seen(83_010, phase({ phase: "syncing", generationId: 6, assignor: "cooperative-sticky" })),
  broker(83_010, {
    state: "CompletingRebalance",
    generationId: 6,
    assignor: "cooperative-sticky",
    members: [
      member("groupscope-A-1", { phase: "awaitingSync" }),
      member("worker-1-aa", { phase: "awaitingSync" }),
    ],
  }),
  seen(84_000, phase({ phase: "stable", generationId: 6, assigned: tp("orders", 0, 1, 4) })),
  broker(84_000, {
    generationId: 6,
    assignor: "cooperative-sticky",
    stateSince: 84_000,
    members: [
      member("groupscope-A-1", { phase: "stable", assigned: tp("orders", 0, 1, 4) }),
      member("worker-1-aa", { phase: "stable", assigned: tp("orders", 2, 3) }),
    ],
  }),
];

/** A group as its broker describes it. */
export function broker(at: number, rest: Parameters<typeof described>[0]) {
  return seen(at, described(rest), byBroker);
}
