import type { JoinProtocol } from "./classicGroup.ts";
import type { MemberIdentity } from "./membership.ts";

/** A JoinGroup request. */
export interface JoinEvent extends MemberIdentity {
  readonly now: number;
  /** Names the parked request in the answer. */
  readonly token: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly JoinProtocol[];
  /** Why the client joins, in its own words (KIP-800). */
  readonly reason: string | undefined;
  /** The id a new member gets. */
  readonly newMemberId: string;
  /** From version 4 on, a member must come back with the id it was given (KIP-394). */
  readonly requiresKnownMemberId: boolean;
  /** From version 9 on, a static leader can be told to skip assigning (KIP-814). */
  readonly supportsSkippingAssignment: boolean;
}
