import { sleep, withDeadline } from "#base/clock.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import { ConnectionError } from "#network/connectionError.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import type { ErrorName } from "#protocol/errorCodes.ts";
import { errorText } from "../engineError.ts";
import { explainGroupError, meaningOf } from "./groupErrors.ts";
import type { GroupMemberPorts, Member, MembershipStep } from "./groupMemberPorts.ts";
import { type GroupIdentity, GroupRequests } from "./groupRequests.ts";
import { heartbeatWhileStable } from "./heartbeats.ts";
import { Holdings } from "./holdings.ts";
import { GroupLeader } from "./leader.ts";
import {
  type Generation,
  joinDelayMs,
  type Membership,
  type MembershipEvent,
  memberIdOf,
  transition,
  type Undated,
  unjoined,
} from "./membership.ts";
import { TopicSubscription } from "./topicSubscription.ts";

/**
 * Does what the membership's state asks for: joins, syncs, keeps the group informed, gives partitions up. All
 * decisions about states are `transition`'s.
 */
export class GroupMember implements Member {
  readonly #ports: GroupMemberPorts;
  readonly #identity: GroupIdentity;
  readonly #heartbeatIntervalMs: number;
  readonly #requests: GroupRequests;
  readonly #leader: GroupLeader;
  readonly #subscription: TopicSubscription;
  readonly #holdings: Holdings;
  /** Aborts what is under way when the member leaves or failed. */
  readonly #over = new AbortController();
  #membership: Membership;
  #wake: (() => void) | undefined;
  /** Stepped out: it joins again when this settles. */
  #comesBack: PromiseWithResolvers<void> | undefined;

  constructor(ports: GroupMemberPorts, identity: GroupIdentity, heartbeatIntervalMs: number) {
    this.#ports = ports;
    this.#identity = identity;
    this.#heartbeatIntervalMs = heartbeatIntervalMs;
    this.#requests = new GroupRequests(ports.cluster, identity);
    this.#leader = new GroupLeader({
      cluster: ports.cluster,
      clock: ports.clock,
      assignors: identity.assignors,
      assignedToAll: (signal) => this.#requests.assignedToAll(signal),
    });
    this.#subscription = new TopicSubscription(identity, ports);
    this.#holdings = new Holdings(ports.owned);
    this.#membership = unjoined(ports.clock.now());
  }

  get membership(): Membership {
    return this.#membership;
  }

  get syncedGeneration(): Generation | undefined {
    return this.#holdings.synced;
  }

  /** Runs until the member has left or failed. Never rejects. */
  async run(): Promise<void> {
    const watching = this.#ports.cluster.onMetadata(() => this.#checkTopics());
    this.#ports.onStep(this.#membership, {});
    try {
      while (!this.#over.signal.aborted) await this.#act();
    } finally {
      watching.dispose();
    }
  }

  /**
   * What another request of this generation was answered with. `rebalancing`: the group goes on to a new generation in
   * which this member may still own what it owns.
   */
  report(error: ErrorName, generationId: number): "rebalancing" | "lost" {
    const current = this.#membership;
    const isCurrent = "generation" in current && current.generation?.generationId === generationId;
    if (!isCurrent) return "rebalancing";
    const meaning = meaningOf(error);
    if (meaning === "rebalance") this.#needRebalance(explainGroupError(error, this.#identity.groupId));
    else this.#refused(error);
    return meaning === "rebalance" ? "rebalancing" : "lost";
  }

  rejoin(reason: string): void {
    this.#needRebalance(reason);
  }

  stepOut(reason: string): void {
    const memberId = memberIdOf(this.#membership);
    const { state } = this.#membership;
    if (this.#comesBack || state === "leaving" || state === "fatal" || state === "ended") return;
    this.#comesBack = Promise.withResolvers();
    const { sessionTimeoutMs, groupInstanceId } = this.#identity;
    // A static member is not to be missed before its session ends (KIP-345), and that it will without heartbeats.
    if (memberId !== undefined && groupInstanceId === undefined) {
      // Should the group not hear of it, it notices when the session timeout passes.
      this.#requests.leave(memberId, { reason, timeoutMs: sessionTimeoutMs }).catch(() => {});
    }
    this.#giveEverythingUp(groupInstanceId === undefined ? undefined : memberId, reason);
  }

  comeBack(): void {
    this.#comesBack?.resolve();
    this.#comesBack = undefined;
  }

  /** Tells the group, unless it never knew this member; rejects when it could not be told in time. */
  async leave({ reason, leaveGroup, timeoutMs }: Parameters<Member["leave"]>[0]) {
    const isTold = leaveGroup === "unlessStatic" ? this.#identity.groupInstanceId === undefined : leaveGroup;
    const memberId = memberIdOf(this.#membership);
    const wasFatal = this.#membership.state === "fatal";
    this.#enter({ type: "leave", reason });
    this.#over.abort();
    this.#wake?.();
    try {
      if (!isTold || memberId === undefined || wasFatal) return;
      const error = await withDeadline(
        this.#ports.clock,
        this.#requests.leave(memberId, { reason, timeoutMs }),
        {
          what: "LeaveGroup",
          deadlineAt: this.#ports.clock.now() + timeoutMs,
        },
      );
      if (error !== "NONE" && error !== "UNKNOWN_MEMBER_ID") throw new BrokerError(error, "LeaveGroup");
    } finally {
      this.#enter({ type: "left" });
    }
  }

  async #act(): Promise<void> {
    const current = this.#membership;
    try {
      switch (current.state) {
        case "unjoined":
          return await this.#join(current.failures, current.memberId, current.reason);
        case "syncing":
          return await this.#sync(current.generation);
        case "stable":
          return await this.#keep(current.generation);
        case "revoking":
          return await this.#giveUp(current.generation, current.reason);
        default:
          // "joining" is left by #join itself; the others are over.
          this.#over.abort();
      }
    } catch (failure) {
      this.#failed(failure);
    }
  }

  async #join(failures: number, memberId: string | undefined, reason: string | undefined): Promise<void> {
    const { clock, random } = this.#ports;
    await sleep(clock, joinDelayMs(failures, random.next()), this.#over.signal);
    if (this.#comesBack) {
      await withDeadline(clock, this.#comesBack.promise, {
        what: "polling again",
        signal: this.#over.signal,
      });
    }
    const topics = await this.#subscription.forJoin(this.#over.signal);
    this.#enter({ type: "joinSent" });
    const joinAs = (id: string | undefined) =>
      this.#requests.join({ memberId: id, topics, ...this.#holdings.claim, reason }, this.#over.signal);
    let answer = await joinAs(memberId);
    if (answer.kind === "memberIdRequired" && memberId === undefined) {
      // At once, whatever failed before: the coordinator forgets the id after a session timeout, and a member that
      // backs off for longer than that would be given one id after the other for ever.
      this.#enter({ type: "named", memberId: answer.memberId });
      answer = await joinAs(answer.memberId);
    }
    switch (answer.kind) {
      case "memberIdRequired":
        this.#enter({
          type: "retry",
          memberId: answer.memberId,
          reason: reason ?? "the group gave it a member id",
        });
        return;
      case "refused":
        this.#refused(answer.error);
        return;
      case "joined":
        // It stepped out, or left, while the coordinator gathered the group: nothing of this generation is ours.
        if (this.#membership.state !== "joining") return;
        this.#leader.joined(answer);
        this.#dropOnProtocolChange(answer.generation);
        this.#enter({ type: "joined", generation: answer.generation });
        this.#ports.onCoordinator(answer.coordinator);
    }
  }

  #dropOnProtocolChange(next: Generation): void {
    const dropped = this.#holdings.unknownTo(next);
    if (!dropped) return;
    this.#ports.handover.revoke(dropped.partitions, dropped.generationId);
    this.#ports.onStep(this.#membership, { revoked: dropped.partitions });
  }

  async #sync(generation: Generation): Promise<void> {
    const assignments = await this.#leader.divide(this.#over.signal);
    const answer = await this.#requests.sync(generation, assignments ?? new Map(), this.#over.signal);
    if (answer.kind === "refused") {
      this.#refused(answer.error);
      return;
    }
    if (this.#membership.state !== "syncing") return;
    const { added, gone } = this.#holdings.synchronise(generation, answer.assigned);
    // The partitions first, so that whoever hears of the new generation finds them.
    this.#ports.handover.assign(added, generation.generationId);
    this.#enter({ type: "synced", reason: this.#leader.leftOut }, { assignments });
    if (gone.length > 0) this.#needRebalance("it gave up partitions that other members are to get");
  }

  #keep(generation: Generation): Promise<void> {
    return this.#heartbeatWhile(generation, () => this.#isIn(generation, "stable"));
  }

  #heartbeatWhile(generation: Generation, goesOn: () => boolean): Promise<void> {
    return heartbeatWhileStable(generation, {
      clock: this.#ports.clock,
      intervalMs: this.#heartbeatIntervalMs,
      sessionTimeoutMs: this.#identity.sessionTimeoutMs,
      send: (current, withinMs) => this.#requests.heartbeat(current, { withinMs, signal: this.#over.signal }),
      onAnswer: (current, error) => {
        if (!this.#isIn(current, "stable", "revoking")) return;
        if (error === "NONE") this.#enter({ type: "confirmed" });
        else this.#heartbeatRefused(error);
      },
      isStable: goesOn,
      unlessChanged: (work) => this.#unlessChanged(work),
      onBeat: () => {
        this.#leader.lookForMissing();
        this.#subscription.lookForTopics(this.#over.signal);
        this.#checkTopics();
      },
    });
  }

  #heartbeatRefused(error: ErrorName): void {
    const meaning = meaningOf(error);
    if (meaning === "rebalance") {
      // The coordinator knows us in this generation: it lasted, and its end is no failure of ours.
      this.#enter({ type: "confirmed" });
      this.#ports.handover.announced();
      this.#needRebalance(explainGroupError(error, this.#identity.groupId));
    } else if (meaning === "coordinatorMoved") this.#ports.cluster.forgetCoordinator(this.#identity.groupId);
    else if (meaning !== "retry") this.#refused(error);
  }

  async #giveUp(generation: Generation, reason: string | undefined): Promise<void> {
    const revoked = this.#holdings.toGiveUp(generation, this.#subscription.topics);
    await this.#prepare(generation, revoked, reason ?? "the group is rebalancing");
    if (!this.#isIn(generation, "revoking")) return;
    this.#holdings.gaveUp();
    this.#ports.handover.revoke(revoked, generation.generationId);
    this.#enter({ type: "revoked" }, { revoked });
  }

  /** It may take its time: the coordinator hears of us meanwhile, and the end of the membership ends it. */
  async #prepare(
    generation: Generation,
    partitions: readonly TopicPartition[],
    reason: string,
  ): Promise<void> {
    const over = new AbortController();
    let isReady = false;
    const preparing = this.#ports.handover.prepare(partitions, { reason, signal: over.signal });
    void preparing.then(() => {
      isReady = true;
      this.#wake?.();
    });
    await this.#heartbeatWhile(generation, () => !isReady && this.#isIn(generation, "revoking"));
    if (!isReady) over.abort();
    await preparing;
  }

  /** A coordinator's error that is not an ordinary part of a join or a heartbeat. */
  #refused(error: ErrorName): void {
    const { groupId } = this.#identity;
    const reason = explainGroupError(error, groupId);
    switch (meaningOf(error)) {
      case "fatal":
        this.#fail(error, reason);
        return;
      case "lost":
        this.#lose(error, reason);
        return;
      case "coordinatorMoved":
        this.#ports.cluster.forgetCoordinator(groupId);
        this.#retry(reason);
        return;
      case "rebalance":
      case "retry":
        this.#retry(reason);
    }
  }

  /** No answer, or none that could be used. */
  #failed(failure: unknown): void {
    if (this.#over.signal.aborted) return;
    if (BrokerError.is(failure) && meaningOf(failure.code) === "fatal") {
      this.#fail(failure.code, explainGroupError(failure.code, this.#identity.groupId));
      return;
    }
    if (ConnectionError.is(failure, "UNSUPPORTED_VERSION")) this.#fail(failure.code, failure.message);
    else this.#retry(errorText(failure));
  }

  #retry(reason: string): void {
    this.#enter({ type: "retry", memberId: memberIdOf(this.#membership), reason });
  }

  #lose(error: ErrorName, reason: string): void {
    // The coordinator knows the id still when only the generation is over.
    this.#giveEverythingUp(error === "ILLEGAL_GENERATION" ? memberIdOf(this.#membership) : undefined, reason);
  }

  /** `memberId` is what the coordinator still knows this member by. */
  #giveEverythingUp(memberId: string | undefined, reason: string): void {
    const lost = this.#holdings.owned;
    this.#holdings.lose();
    this.#ports.handover.lose(lost, reason);
    this.#enter({ type: "lost", memberId, reason }, { lost });
  }

  #fail(code: string, reason: string): void {
    const lost = this.#holdings.owned;
    this.#ports.handover.lose(lost, reason);
    this.#over.abort();
    this.#enter({ type: "failed", code, reason }, { lost });
  }

  #needRebalance(reason: string): void {
    this.#enter({ type: "rebalanceNeeded", reason });
  }

  /** A leader has its group rebalance when partitions were added, or a topic came or went; any member when what it subscribes to did. */
  #checkTopics(): void {
    if (this.#membership.state !== "stable") return;
    const metadata = this.#ports.cluster.metadata();
    const change = this.#subscription.changeIn(metadata) ?? this.#leader.changeIn(metadata);
    if (change !== undefined) this.#needRebalance(change);
  }

  #isIn(generation: Generation, ...states: readonly Membership["state"][]): boolean {
    const current = this.#membership;
    return "generation" in current && current.generation === generation && states.includes(current.state);
  }

  #enter(event: Undated<MembershipEvent>, step: MembershipStep = {}): void {
    const next = transition(this.#membership, { ...event, at: this.#ports.clock.now() });
    if (next === this.#membership) return;
    this.#membership = next;
    // Nothing that anybody sees changes with it.
    if (event.type === "confirmed") return;
    this.#ports.onStep(next, step);
    this.#wake?.();
  }

  /** Ends with `work`, or as soon as the membership changes. */
  async #unlessChanged(work: Promise<void>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    work.then(resolve, resolve);
    await promise;
    this.#wake = undefined;
  }
}
