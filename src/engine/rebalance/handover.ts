import { type Clock, withDeadline } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { CommitBlock } from "#trace/observations/commit.ts";
import type { AssignedPartition } from "../position/assignedPartition.ts";
import type { Assignment } from "../position/assignment.ts";
import type { PartitionTable } from "../position/partitionTable.ts";
import type { IdentifiedPartition } from "../position/topicReferences.ts";
import type { CallbackRunner } from "./rebalanceCallbacks.ts";
import type { RebalanceGate } from "./rebalanceGate.ts";

/**
 * How partitions change hands, for every kind of member (classic and KIP-848). A member that has to give partitions up,
 * or to join again, calls `prepare`, goes on heartbeating until that settles, and then `revoke`; what a new assignment
 * brings goes to `assign`, and what the coordinator took away, or may have, to `lose`.
 */
export interface HandoverPort {
  /** The coordinator said that it gathers the group; from now on the rebalance timeout counts. */
  announced(): void;
  /**
   * Before `partitions` (possibly none) are given up: waits for the gate, stops delivering them, lets the revoked
   * callback run and commits. Settles when they may go, or once `signal` aborts, as it must when the membership
   * changed otherwise meanwhile (lost, fenced, leaving). Never rejects. Bounded by the coordinator, which puts a member
   * out that takes too long.
   */
  prepare(
    partitions: readonly TopicPartition[],
    options: { readonly reason: string; readonly signal: AbortSignal },
  ): Promise<void>;
  /** Gives them up; they were owned last in `generationId` (KIP-848: the member epoch). Ends what `prepare` began. */
  revoke(partitions: readonly TopicPartition[], generationId: number): void;
  /** A generation (an epoch) begins, with these partitions new to this member. Delivered once the callback ended. */
  assign(partitions: readonly IdentifiedPartition[], generationId: number): void;
  /** Gone without a say; commits that wait fail, and none is made. */
  lose(partitions: readonly TopicPartition[], reason: string): void;
}

/** What handing partitions over needs of the consumer it belongs to. */
export interface HandoverPorts {
  readonly clock: Clock;
  readonly table: PartitionTable;
  readonly assignment: Assignment;
  readonly gate: RebalanceGate;
  readonly callbacks: CallbackRunner;
  /** Commits what is to be committed before partitions go. Settles in bounded time. */
  readonly save: () => Promise<void>;
  /** A generation began: these are new in it. */
  readonly onAssigned: (added: readonly TopicPartition[], generationId: number) => void;
  /** What waited to be committed cannot be any more. */
  readonly onLost: (reason: string) => void;
  /** Partitions may be delivered again. */
  readonly onReleased: () => void;
}

/** Takes partitions in and gives them up for the membership: gate, commits and callbacks in the right order. */
export class Handover implements HandoverPort {
  readonly #ports: HandoverPorts;
  /** Owned, and not to be delivered: on their way in or out. */
  readonly #withheld = new Map<AssignedPartition, "arriving" | "leaving">();
  /** The right of way of a rebalance, from `prepare` until the partitions are gone. */
  #passage: Disposable | undefined;

  constructor(ports: HandoverPorts) {
    this.#ports = ports;
  }

  /** Whether poll may return records of it now. */
  mayDeliver(partition: AssignedPartition): boolean {
    return !this.#ports.gate.isPassing && !this.#withheld.has(partition);
  }

  /** What on our own side keeps a rebalance from going on. */
  get heldUpBy(): CommitBlock | undefined {
    const { gate, callbacks } = this.#ports;
    const since = gate.waitedForSince;
    if (since !== undefined) return { by: "gateHeld", since };
    const { running } = callbacks;
    return running && { by: "callbackRunning", since: running.startedAt };
  }

  announced(): void {
    this.#ports.gate.announced();
  }

  async prepare(
    partitions: readonly TopicPartition[],
    options: { readonly reason: string; readonly signal: AbortSignal },
  ): Promise<void> {
    const { clock, gate } = this.#ports;
    const { reason, signal } = options;
    const passage = await gate.pass({ kind: "rebalance", reason }, signal);
    this.#passage = passage;
    if (!passage || signal.aborted) {
      this.#passed();
      return;
    }
    try {
      await withDeadline(clock, this.#letGo(partitions, signal), { what: "giving partitions up", signal });
      // A commit that may go now goes out before the generation ends.
      await clock.yieldTurn();
    } catch {
      // Whatever ended the membership takes them away; what it leaves is ours and delivered as before.
      this.#release(Array.from(this.#withheld.keys()), "leaving");
      this.#passed();
    }
  }

  /** Nothing more of them is delivered, and the application hears that they go, once. Settles when it has. */
  async tellRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    const { callbacks } = this.#ports;
    const told = partitions.filter((key) => !this.#isLeaving(key));
    this.#withhold(partitions, "leaving");
    await (told.length > 0 ? callbacks.run("revoked", told) : callbacks.idle());
  }

  revoke(partitions: readonly TopicPartition[], generationId: number): void {
    const { assignment, callbacks } = this.#ports;
    // From cooperative to eager they go without notice; whatever comes back is assigned anew after that.
    const untold = partitions.filter((key) => !this.#isLeaving(key));
    if (partitions.length > 0) assignment.revoke(partitions, generationId);
    if (untold.length > 0) void callbacks.run("revoked", untold);
    this.#forgetGone();
    this.#passed();
  }

  assign(partitions: readonly IdentifiedPartition[], generationId: number): void {
    const { assignment, gate, callbacks, onAssigned } = this.#ports;
    gate.settled();
    this.#passed();
    assignment.add(partitions, { assignedIn: generationId });
    onAssigned(partitions, generationId);
    if (!callbacks.has("assigned")) return;
    // These and no others: what another epoch brings meanwhile waits for a callback of its own (KIP-848).
    const arriving = this.#withhold(partitions, "arriving");
    void callbacks.run("assigned", partitions).then(() => this.#release(arriving, "arriving"));
  }

  lose(partitions: readonly TopicPartition[], reason: string): void {
    const { assignment, gate, callbacks, onLost } = this.#ports;
    gate.settled();
    this.#passed();
    assignment.lose(partitions);
    this.#forgetGone();
    onLost(reason);
    if (partitions.length > 0) void callbacks.run("lost", partitions);
  }

  async #letGo(partitions: readonly TopicPartition[], signal: AbortSignal): Promise<void> {
    await this.tellRevoked(partitions);
    // Lost while the callback ran: whatever could be committed now belongs to somebody else.
    if (!signal.aborted) await this.#ports.save();
  }

  #withhold(keys: readonly TopicPartition[], why: "arriving" | "leaving"): readonly AssignedPartition[] {
    const partitions = keys.flatMap((key) => this.#ports.table.get(key) ?? []);
    for (const partition of partitions) this.#withheld.set(partition, why);
    return partitions;
  }

  #isLeaving(key: TopicPartition): boolean {
    const partition = this.#ports.table.get(key);
    return partition !== undefined && this.#withheld.get(partition) === "leaving";
  }

  #release(partitions: readonly AssignedPartition[], why: "arriving" | "leaving"): void {
    for (const partition of partitions) {
      if (this.#withheld.get(partition) === why) this.#withheld.delete(partition);
    }
    this.#ports.onReleased();
  }

  #passed(): void {
    this.#passage?.dispose();
    this.#passage = undefined;
  }

  #forgetGone(): void {
    for (const partition of this.#withheld.keys()) {
      if (!this.#ports.table.isCurrent(partition)) this.#withheld.delete(partition);
    }
  }
}
