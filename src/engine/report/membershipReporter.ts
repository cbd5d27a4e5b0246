import type { TopicPartition } from "#base/topicPartition.ts";
import type { Observe } from "#trace/observation.ts";
import type { GroupMemberPhase } from "#trace/observations/group.ts";
import type { MembershipState, SessionState } from "#trace/observations/session.ts";
import type { GroupProtocol } from "../consumerOptions.ts";
import type { MembershipStep } from "../group/groupMemberPorts.ts";
import { type Generation, type Membership, memberIdOf } from "../group/membership.ts";

/** The protocol spoken, and why it is not the chosen one. */
export interface ShownProtocol {
  readonly groupProtocol: GroupProtocol;
  readonly fallbackReason?: string | undefined;
}

/** Says where the session stands in its group, at every step. */
export class MembershipReporter {
  readonly #observe: Observe;
  readonly #identity: { readonly sessionId: string; readonly clientId: string; readonly groupId: string };
  readonly #assigned: () => readonly TopicPartition[];
  readonly #notPolledSince: () => number | undefined;
  #coordinator: string | undefined;
  #protocol: ShownProtocol = { groupProtocol: "classic" };
  #last: SessionState | undefined;

  constructor(
    identity: { readonly sessionId: string; readonly clientId: string; readonly groupId: string },
    ports: {
      readonly observe: Observe;
      readonly assigned: () => readonly TopicPartition[];
      /** Since when polls have been missing for too long. */
      readonly notPolledSince: () => number | undefined;
    },
  ) {
    this.#identity = identity;
    this.#observe = ports.observe;
    this.#assigned = ports.assigned;
    this.#notPolledSince = ports.notPolledSince;
  }

  step(membership: Membership, step: MembershipStep): void {
    const generation = generationOf(membership);
    this.#observe(this.#phase(membership, generation, step));
    this.#show({
      type: "session.state",
      sessionId: this.#identity.sessionId,
      membership: membership.state,
      since: membership.since,
      memberId: memberIdOf(membership),
      ...numberOf(generation),
      ...this.#protocol,
      assignor: generation?.assignor,
      coordinator: this.#coordinator,
      reason: membership.reason,
      ...(membership.state === "fatal" ? { error: membership.code } : {}),
      notPolledSince: this.#notPolledSince(),
    });
  }

  /** Holds from the next step on. */
  protocol(protocol: ShownProtocol): void {
    this.#protocol = protocol;
  }

  /** Said once known, and when it moves. */
  coordinator(coordinator: string): void {
    if (coordinator === this.#coordinator) return;
    this.#coordinator = coordinator;
    if (this.#last) this.#show({ ...this.#last, coordinator });
  }

  #show(state: SessionState): void {
    this.#last = state;
    this.#observe(state);
  }

  #phase(membership: Membership, generation: Generation | undefined, step: MembershipStep): GroupMemberPhase {
    return {
      type: "group.memberPhase",
      ...this.#identity,
      memberId: memberIdOf(membership),
      phase: membership.state satisfies MembershipState,
      ...numberOf(generation),
      assignor: generation?.assignor,
      rebalanceProtocol: generation?.rebalanceProtocol,
      isLeader: generation?.isLeader,
      assigned: this.#assigned(),
      revoked: step.revoked ?? [],
      lost: step.lost ?? [],
      assignments:
        step.assignments && Array.from(step.assignments, ([memberId, assigned]) => ({ memberId, assigned })),
      reason: membership.reason,
    };
  }
}

/** A generation of a classic group, or a member's epoch in a consumer group: never both. */
function numberOf(generation: Generation | undefined) {
  if (generation?.memberEpoch !== undefined) return { memberEpoch: generation.memberEpoch };
  return { generationId: generation?.generationId };
}

function generationOf(membership: Membership): Generation | undefined {
  return "generation" in membership ? membership.generation : undefined;
}
