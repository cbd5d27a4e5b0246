import type { TopicPartition } from "#base/topicPartition.ts";
import type { Observe } from "#trace/observation.ts";
import type { GroupMemberPhase } from "#trace/observations/group.ts";
import type { MembershipState, SessionState } from "#trace/observations/session.ts";
import type { MembershipStep } from "../group/groupMemberPorts.ts";
import { type Generation, type Membership, memberIdOf } from "../group/membership.ts";

/** Says where the session stands in its group, at every step. */
export class MembershipReporter {
  readonly #observe: Observe;
  readonly #identity: { readonly sessionId: string; readonly clientId: string; readonly groupId: string };
  readonly #assigned: () => readonly TopicPartition[];
  #coordinator: string | undefined;
  #last: SessionState | undefined;

  constructor(
    identity: { readonly sessionId: string; readonly clientId: string; readonly groupId: string },
    ports: { readonly observe: Observe; readonly assigned: () => readonly TopicPartition[] },
  ) {
    this.#identity = identity;
    this.#observe = ports.observe;
    this.#assigned = ports.assigned;
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
      generationId: generation?.generationId,
      assignor: generation?.assignor,
      coordinator: this.#coordinator,
      reason: membership.reason,
    });
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
      generationId: generation?.generationId,
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

function generationOf(membership: Membership): Generation | undefined {
  return "generation" in membership ? membership.generation : undefined;
}
