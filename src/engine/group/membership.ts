import type { MembershipState } from "#trace/observations/session.ts";

/** A generation of a group as its member knows it; in a consumer group (KIP-848) what its epoch is to the member. */
export interface Generation {
  readonly memberId: string;
  /** What requests carry: the generation, or the member's epoch. */
  readonly generationId: number;
  /** Consumer groups only. */
  readonly memberEpoch?: number | undefined;
  /** A request of this epoch was called stale then: nothing goes out in its name until a heartbeat is answered. */
  readonly doubtedSince?: number | undefined;
  /** Undefined when the broker chooses. */
  readonly assignor: string | undefined;
  readonly rebalanceProtocol: "eager" | "cooperative";
  readonly isLeader: boolean;
}

interface Step<State extends MembershipState> {
  readonly state: State;
  /** Since when `state` holds. */
  readonly since: number;
  /** Why it is there, in words, with Kafka's error name where one was the cause. */
  readonly reason: string | undefined;
}

/** Carried along until the group has been stable for a heartbeat: what the back-off is computed from. */
interface Attempts {
  /** Joins in a row that did not lead to a generation that lasted. */
  readonly failures: number;
}

/**
 * A consumer's membership of a classic group, as its coordinator's answers tell it.
 *
 *                 joinSent            joined              synced
 *     unjoined ─────────────▶ joining ───────▶ syncing ─────────▶ stable
 *        ▲ ▲                     │                │                │ │
 *        │ └──── retry ──────────┴────────────────┘  rebalance     │ │ lost
 *        │                                           Needed        ▼ │
 *        ├─────────── revoked ──────────────────────────────── revoking
 *        └─────────── lost ───────────────────────────────────────┴──┘
 *
 *     any of them ── leave ──▶ leaving ── left ──▶ ended        any of them ── failed ──▶ fatal ── left ──▶ ended
 *
 * An event that does not apply (a late answer) leaves the membership as it is: the same object is returned.
 */
export type Membership =
  | (Step<"unjoined"> & Attempts & { readonly memberId: string | undefined })
  | (Step<"joining"> & Attempts & { readonly memberId: string | undefined })
  | (Step<"syncing"> & Attempts & { readonly generation: Generation })
  | (Step<"stable"> & Attempts & { readonly generation: Generation })
  | (Step<"revoking"> & Attempts & { readonly generation: Generation })
  | (Step<"leaving"> & { readonly generation: Generation | undefined; readonly memberId: string | undefined })
  | (Step<"fatal"> & { readonly code: string })
  | Step<"ended">;

/** What happened, with the time it happened. */
export type MembershipEvent = { readonly at: number } & (
  | { readonly type: "joinSent" }
  /** The coordinator gave this member the id that it is to join with (KIP-394). */
  | { readonly type: "named"; readonly memberId: string }
  | { readonly type: "joined"; readonly generation: Generation }
  /** The assignment is here; `reason` is what its leader, this member, could not do. */
  | { readonly type: "synced"; readonly reason?: string | undefined }
  /** A heartbeat of this generation was answered well: it lasts. */
  | { readonly type: "confirmed" }
  /** The attempt led nowhere; the member keeps `memberId` for the next one. */
  | { readonly type: "retry"; readonly memberId: string | undefined; readonly reason: string }
  /** The group wants a new generation, or this member does. */
  | { readonly type: "rebalanceNeeded"; readonly reason: string }
  /** What had to be given up is given up. */
  | { readonly type: "revoked" }
  /** The coordinator no longer knows the generation: nothing is ours any more. */
  | { readonly type: "lost"; readonly memberId: string | undefined; readonly reason: string }
  /** Nothing this member can do will help: a fenced instance id, a missing permission. */
  | { readonly type: "failed"; readonly code: string; readonly reason: string }
  | { readonly type: "leave"; readonly reason: string }
  | { readonly type: "left" }
);

/** An event before it is said when it happened. */
export type Undated<Event> = Event extends unknown ? Omit<Event, "at"> : never;

export function unjoined(at: number): Membership {
  return { state: "unjoined", since: at, reason: undefined, failures: 0, memberId: undefined };
}

/** The next membership, or the same one when the event is late and no longer applies. */
export function transition(current: Membership, event: MembershipEvent): Membership {
  switch (event.type) {
    case "failed":
      return isOver(current)
        ? current
        : { state: "fatal", since: event.at, reason: event.reason, code: event.code };
    case "leave":
      return isOver(current) ? current : leaving(current, event);
    case "left":
      return current.state === "leaving" || current.state === "fatal"
        ? { state: "ended", since: event.at, reason: current.reason }
        : current;
    case "lost":
      return isMember(current) ? { ...back(current, event), memberId: event.memberId } : current;
    default:
      return advance(current, event);
  }
}

type Advance = Extract<
  MembershipEvent,
  { type: "joinSent" | "named" | "joined" | "synced" | "confirmed" | "retry" | "rebalanceNeeded" | "revoked" }
>;

function advance(current: Membership, event: Advance): Membership {
  switch (current.state) {
    case "unjoined":
      return event.type === "joinSent" ? { ...current, state: "joining", since: event.at } : current;
    case "joining":
    case "syncing":
      return advanceAttempt(current, event);
    case "stable":
      return advanceStable(current, event);
    case "revoking":
      if (event.type !== "revoked") return current;
      return { ...back(current, { at: event.at, reason: current.reason }), memberId: memberIdOf(current) };
    case "leaving":
    case "fatal":
    case "ended":
      return current;
  }
}

function advanceAttempt(
  current: Extract<Membership, { state: "joining" | "syncing" }>,
  event: Advance,
): Membership {
  const { failures } = current;
  switch (event.type) {
    case "retry":
      return { ...back(current, event), memberId: event.memberId };
    case "named":
      return current.state === "joining" ? { ...current, memberId: event.memberId } : current;
    case "joined":
      if (current.state !== "joining") return current;
      return {
        state: "syncing",
        since: event.at,
        reason: current.reason,
        failures,
        generation: event.generation,
      };
    case "synced":
      if (current.state !== "syncing") return current;
      return {
        state: "stable",
        since: event.at,
        reason: event.reason,
        failures,
        generation: current.generation,
      };
    default:
      return current;
  }
}

function advanceStable(current: Extract<Membership, { state: "stable" }>, event: Advance): Membership {
  switch (event.type) {
    case "confirmed":
      return current.failures === 0 ? current : { ...current, failures: 0 };
    case "rebalanceNeeded":
      return { ...current, state: "revoking", since: event.at, reason: event.reason };
    default:
      return current;
  }
}

/** Everything counts as an attempt until a heartbeat confirms a generation, or a group that never settles would spin. */
function back(
  current: Attempts,
  { at, reason }: { readonly at: number; readonly reason: string | undefined },
): Step<"unjoined"> & Attempts {
  return { state: "unjoined", since: at, reason, failures: current.failures + 1 };
}

function leaving(
  current: Membership,
  { at, reason }: { readonly at: number; readonly reason: string },
): Membership {
  const generation = "generation" in current ? current.generation : undefined;
  return { state: "leaving", since: at, reason, generation, memberId: memberIdOf(current) };
}

function isOver({ state }: Membership): boolean {
  return state === "leaving" || state === "fatal" || state === "ended";
}

function isMember(
  membership: Membership,
): membership is Extract<Membership, { state: "joining" | "syncing" | "stable" | "revoking" }> {
  const { state } = membership;
  return state === "joining" || state === "syncing" || state === "stable" || state === "revoking";
}

/** The id the coordinator knows this member by, while it knows it. */
export function memberIdOf(membership: Membership): string | undefined {
  if ("memberId" in membership && membership.memberId !== undefined) return membership.memberId;
  return "generation" in membership ? membership.generation?.memberId : undefined;
}

/** The generation in which commits are accepted, if there is one. */
export function committingGeneration(membership: Membership): Generation | undefined {
  const { state } = membership;
  return state === "stable" || state === "revoking" || state === "leaving"
    ? membership.generation
    : undefined;
}

/** How long to wait before the next JoinGroup; `chance` is from 0 to 1. The usual two (KIP-394, KIP-429) are free, the rest backs off. */
export function joinDelayMs(failures: number, chance: number): number {
  if (failures < 3) return 0;
  const ceiling = Math.min(5_000, 100 * 2 ** Math.min(failures - 3, 10));
  return ceiling / 2 + (ceiling / 2) * chance;
}
