import type { ErrorName } from "#protocol/errorCodes.ts";
import type { Member } from "../groupMemberPorts.ts";
import type { Generation, Membership } from "../membership.ts";
import type { ConsumerGroupMember } from "./consumerGroupMember.ts";

type LeaveOrder = Parameters<Member["leave"]>[0];

/** A member of a consumer group (KIP-848) that goes on as a classic one where the broker has no such groups. */
export class MemberWithFallback implements Member {
  readonly #consumer: ConsumerGroupMember;
  readonly #fallBack: (reason: string) => Member;
  #current: Omit<Member, "run">;
  #hasLeft = false;

  constructor(consumer: ConsumerGroupMember, fallBack: (reason: string) => Member) {
    this.#consumer = consumer;
    this.#fallBack = fallBack;
    this.#current = consumer;
  }

  get membership(): Membership {
    return this.#current.membership;
  }

  get syncedGeneration(): Generation | undefined {
    return this.#current.syncedGeneration;
  }

  async run(): Promise<void> {
    const reason = await this.#consumer.run();
    if (reason === undefined || this.#hasLeft) return;
    const classic = this.#fallBack(reason);
    this.#current = classic;
    await classic.run();
  }

  report(error: ErrorName, generationId: number): "rebalancing" | "lost" {
    return this.#current.report(error, generationId);
  }

  rejoin(reason: string): void {
    this.#current.rejoin(reason);
  }

  stepOut(reason: string): void {
    this.#current.stepOut(reason);
  }

  comeBack(): void {
    this.#current.comeBack();
  }

  leave(order: LeaveOrder): Promise<void> {
    this.#hasLeft = true;
    return this.#current.leave(order);
  }
}
