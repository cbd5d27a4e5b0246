import { type Generation, type Membership, type MembershipEvent, transition } from "../membership.ts";

/** What happened to a member of a consumer group (KIP-848); the rest happens to classic members as well. */
export type ConsumerEvent =
  | ({ readonly at: number } & (
      | { readonly type: "admitted"; readonly generation: Generation }
      /** A heartbeat was answered: the member has this epoch now, usually the one it had. */
      | { readonly type: "advanced"; readonly memberEpoch: number }
      /** A request of this epoch was called stale: the next heartbeat's answer has the right one. */
      | { readonly type: "doubted" }
      | { readonly type: "gaveUp" }
    ))
  | Extract<
      MembershipEvent,
      { type: "joinSent" | "retry" | "rebalanceNeeded" | "lost" | "failed" | "leave" | "left" }
    >;

/**
 * The next membership of a consumer group's member, or the same one when the event is late and no longer applies.
 *
 *                joinSent             admitted            rebalanceNeeded
 *     unjoined ──────────▶ joining ──────────▶ stable ──────────────────▶ revoking
 *        ▲ ▲                  │                 ▲ │ ▲ ╲ advanced            │ │ ▲ ╲ advanced
 *        │ └────── retry ─────┘                 │ │  ╲_╱ doubted           │ │  ╲_╱ doubted
 *        │                                      └─┼──────── gaveUp ────────┘ │
 *        └───────────────── lost ─────────────────┴──────────────────────────┘
 *
 *     any of them ── leave ──▶ leaving ── left ──▶ ended        any of them ── failed ──▶ fatal ── left ──▶ ended
 *
 * Joining is a heartbeat with epoch 0. Nothing but losing everything leads back to it: a new assignment is taken, and
 * what it no longer has given up, while heartbeats go on.
 */
export function consumerTransition(current: Membership, event: ConsumerEvent): Membership {
  switch (event.type) {
    case "admitted": {
      if (current.state !== "joining") return current;
      const { failures } = current;
      const { generation, at } = event;
      return { state: "stable", since: at, reason: undefined, failures, generation };
    }
    case "advanced":
      return isAdmitted(current) ? inEpoch(current, event.memberEpoch) : current;
    case "doubted":
      if (!isAdmitted(current) || current.generation.doubtedSince !== undefined) return current;
      return { ...current, generation: { ...current.generation, doubtedSince: event.at } };
    case "gaveUp":
      if (current.state !== "revoking") return current;
      return { ...current, state: "stable", since: event.at, reason: undefined };
    default:
      return transition(current, event);
  }
}

/** An answered heartbeat shows that the membership lasts: earlier failures no longer count. */
function inEpoch(current: Admitted, memberEpoch: number): Membership {
  const { generation, failures } = current;
  const isSame = generation.memberEpoch === memberEpoch && generation.doubtedSince === undefined;
  if (isSame) return failures === 0 ? current : { ...current, failures: 0 };
  const next = { ...generation, generationId: memberEpoch, memberEpoch, doubtedSince: undefined };
  return { ...current, failures: 0, generation: next };
}

type Admitted = Extract<Membership, { state: "stable" | "revoking" }>;

/** The group knows the member, in an epoch. */
export function isAdmitted(membership: Membership): membership is Admitted {
  return membership.state === "stable" || membership.state === "revoking";
}
