import { sleep, withDeadline } from "#base/clock.ts";
import { randomUuid } from "#base/random.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import { ConnectionError } from "#network/connectionError.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import type { ErrorName } from "#protocol/errorCodes.ts";
import { errorText } from "../../engineError.ts";
import type { GroupMemberPorts, Member, MembershipStep } from "../groupMemberPorts.ts";
import { type Generation, joinDelayMs, type Membership, memberIdOf, type Undated } from "../membership.ts";
import { byId, type PartitionsById, planAssignment } from "./assignmentPlan.ts";
import { consumerMeaningOf, explainConsumerError } from "./consumerErrors.ts";
import { type ConsumerIdentity, ConsumerRequests, type HeartbeatAnswer } from "./consumerRequests.ts";
import { type ConsumerEvent, consumerTransition, isAdmitted } from "./consumerTransition.ts";
import { HeartbeatSchedule } from "./heartbeatSchedule.ts";
import { OwnedIds } from "./ownedIds.ts";
import { TopicNames } from "./topicNames.ts";

type Accepted = Extract<HeartbeatAnswer, { kind: "accepted" }>;

/** A crashed member is forgotten after 45 seconds by default; whoever holds the instance id for longer means to. */
const unreleasedPatienceMs = 60_000;
const steppingOutMs = 30_000;

/**
 * A member of a consumer group (KIP-848): tells the coordinator in heartbeats what it has, and takes and gives up what
 * the answers say. All decisions about states are `consumerTransition`'s.
 */
export class ConsumerGroupMember implements Omit<Member, "run"> {
  readonly #ports: GroupMemberPorts;
  readonly #identity: ConsumerIdentity;
  readonly #requests: ConsumerRequests;
  readonly #schedule: HeartbeatSchedule;
  readonly #owned: OwnedIds;
  readonly #names: TopicNames;
  /** Aborts what is under way when the member leaves or failed. */
  readonly #over = new AbortController();
  /** Aborts when the group no longer has this member as it was admitted. */
  #stay = new AbortController();
  #membership: Membership;
  #synced: Generation | undefined;
  /** What the coordinator assigned last; undefined before it did. */
  #target: readonly PartitionsById[] | undefined;
  /** The next heartbeat has to say what is owned: it changed, or it is not certain that the last answer arrived. */
  #mustTellAll = false;
  /** Partitions were given up and the coordinator has not confirmed it: nothing new is taken before (KIP-848). */
  #isGivingUpUntold = false;
  /** The epoch for which `assign` was called last: it is called for every one, as in a classic group. */
  #begunEpoch: number | undefined;
  /** Stepped out: it joins again when this settles. */
  #comesBack: PromiseWithResolvers<void> | undefined;
  #unreleasedSince: number | undefined;
  #refusal: string | undefined;

  constructor(ports: GroupMemberPorts, identity: ConsumerIdentity) {
    const { cluster, clock, random } = ports;
    this.#ports = ports;
    this.#identity = identity;
    this.#requests = new ConsumerRequests(cluster, identity);
    this.#schedule = new HeartbeatSchedule(clock);
    this.#owned = new OwnedIds(ports.owned);
    this.#names = new TopicNames({
      cluster,
      clock,
      ask: (topicIds) => this.#requests.namesOf(topicIds, this.#over.signal),
      onFound: () => this.#lookAgain(),
    });
    // The member makes its own id, so a join whose answer was lost is no second member (KIP-1082).
    const memberId = randomUuid(random);
    this.#membership = { state: "unjoined", since: clock.now(), reason: undefined, failures: 0, memberId };
  }

  get membership(): Membership {
    return this.#membership;
  }

  get syncedGeneration(): Generation | undefined {
    return this.#synced;
  }

  /** Runs until the member has left or failed; gives the reason when only the classic protocol can help. */
  async run(): Promise<string | undefined> {
    const watching = this.#ports.cluster.onMetadata(() => this.#lookAgain());
    this.#ports.onStep(this.#membership, {});
    try {
      while (!this.#over.signal.aborted && this.#refusal === undefined) await this.#act();
    } finally {
      watching.dispose();
      this.#names.close();
    }
    return this.#over.signal.aborted ? undefined : this.#refusal;
  }

  report(error: ErrorName, generationId: number): "rebalancing" | "lost" {
    const current = this.#membership;
    if (!isAdmitted(current)) return "lost";
    if (current.generation.generationId !== generationId) return "rebalancing";
    if (error === "STALE_MEMBER_EPOCH") {
      this.#enter({ type: "doubted" });
      this.#tellAll();
      return "rebalancing";
    }
    this.#refused(error, undefined);
    return isAdmitted(this.#membership) ? "rebalancing" : "lost";
  }

  /** Nothing but what it says of itself can make the coordinator look at the group again. */
  rejoin(): void {
    this.#tellAll();
  }

  stepOut(reason: string): void {
    const { state } = this.#membership;
    if (this.#comesBack || state === "leaving" || state === "fatal" || state === "ended") return;
    this.#comesBack = Promise.withResolvers();
    const memberId = memberIdOf(this.#membership);
    if (memberId !== undefined && state !== "unjoined") {
      // Before the join to come; should the group not hear of it, it notices when the session timeout passes.
      const order = { timeoutMs: steppingOutMs, behindJoin: true, isForGood: false };
      this.#requests.leave(memberId, order).catch(() => {});
    }
    this.#lose(reason);
  }

  comeBack(): void {
    this.#comesBack?.resolve();
    this.#comesBack = undefined;
  }

  async leave({ reason, leaveGroup, timeoutMs }: Parameters<Member["leave"]>[0]): Promise<void> {
    const before = this.#membership;
    const memberId = memberIdOf(before);
    const isUnknown = before.state === "unjoined" && before.failures === 0;
    const behindJoin = before.state === "joining";
    this.#enter({ type: "leave", reason });
    this.#stay.abort();
    this.#over.abort();
    try {
      if (leaveGroup === false || memberId === undefined || isUnknown || before.state === "fatal") return;
      const { clock } = this.#ports;
      const isForGood = leaveGroup === true;
      const leaving = this.#requests.leave(memberId, { timeoutMs, behindJoin, isForGood });
      const error = await withDeadline(clock, leaving, {
        what: "leaving the group",
        deadlineAt: clock.now() + timeoutMs,
      });
      const isGone =
        error === "NONE" || error === "GROUP_ID_NOT_FOUND" || consumerMeaningOf(error) === "lost";
      if (!isGone) throw new BrokerError(error, "ConsumerGroupHeartbeat");
    } finally {
      this.#enter({ type: "left" });
    }
  }

  async #act(): Promise<void> {
    const current = this.#membership;
    try {
      if (current.state === "unjoined") await this.#join(current.failures);
      else if (isAdmitted(current)) await this.#keep();
      else this.#over.abort();
    } catch (failure) {
      this.#noAnswer(failure);
    }
  }

  async #join(failures: number): Promise<void> {
    const { clock, random } = this.#ports;
    const { signal } = this.#over;
    await sleep(clock, joinDelayMs(failures, random.next()), signal);
    if (this.#comesBack)
      await withDeadline(clock, this.#comesBack.promise, { what: "polling again", signal });
    this.#enter({ type: "joinSent" });
    const memberId = memberIdOf(this.#membership) ?? randomUuid(random);
    const standing = { memberId, memberEpoch: 0 };
    const answer = await this.#requests.heartbeat(standing, [], signal);
    // Stepped out meanwhile: the coordinator is told after this.
    if (this.#membership.state !== "joining") return;
    if (answer.kind === "accepted") this.#admitted(answer);
    else if (answer.kind === "refused") this.#refused(answer.error, answer.said);
    else this.#failTooMany();
  }

  #admitted({ memberId, memberEpoch, intervalMs, assigned, coordinator }: Accepted): void {
    const generation: Generation = {
      memberId,
      generationId: memberEpoch,
      memberEpoch,
      assignor: this.#identity.serverAssignor,
      rebalanceProtocol: "cooperative",
      isLeader: false,
    };
    this.#unreleasedSince = undefined;
    this.#stay = new AbortController();
    this.#schedule.succeeded(intervalMs);
    this.#target = assigned ?? [];
    this.#mustTellAll = false;
    this.#isGivingUpUntold = false;
    this.#synced = generation;
    this.#enter({ type: "admitted", generation }, {}, () => this.#takeWhatIsNew());
    this.#ports.onCoordinator(coordinator);
  }

  /** Heartbeats for as long as the group has this member. */
  async #keep(): Promise<void> {
    const stay = this.#stay.signal;
    while (!stay.aborted) {
      await this.#schedule.due(stay);
      if (!isAdmitted(this.#membership)) return;
      const { memberId, generationId } = this.#membership.generation;
      const owned = this.#mustTellAll ? byId(this.#owned.partitions()) : undefined;
      this.#mustTellAll = false;
      const standing = { memberId, memberEpoch: generationId };
      const answer = await this.#requests.heartbeat(standing, owned, stay);
      if (stay.aborted) return;
      if (answer.kind === "accepted") this.#confirmed(answer, owned !== undefined);
      else if (answer.kind === "refused") this.#refused(answer.error, answer.said);
      else this.#failTooMany();
    }
  }

  #confirmed(answer: Accepted, wasAllTold: boolean): void {
    const { memberEpoch, intervalMs, assigned, coordinator } = answer;
    this.#schedule.succeeded(intervalMs);
    if (wasAllTold && !this.#mustTellAll) this.#isGivingUpUntold = false;
    // Changed since it was sent: the coordinator is told at once.
    if (this.#mustTellAll) this.#schedule.hurry();
    if (assigned) this.#target = assigned;
    this.#enter({ type: "advanced", memberEpoch }, {}, () => this.#takeWhatIsNew());
    this.#ports.onCoordinator(coordinator);
    this.#giveUpWhatIsGone();
  }

  /** The partitions' names may be known by now. */
  #lookAgain(): void {
    if (this.#takeWhatIsNew()) this.#ports.onStep(this.#membership, {});
    this.#giveUpWhatIsGone();
  }

  /** True when there was something to take. What has to go goes first, and the coordinator has to know of it. */
  #takeWhatIsNew(): boolean {
    const current = this.#membership;
    if (current.state !== "stable" || !this.#target || this.#isGivingUpUntold) return false;
    const { giveUp, take, unknownIds } = this.#plan(this.#target);
    const { generationId } = current.generation;
    this.#names.want(unknownIds);
    if (giveUp.length > 0 || (take.length === 0 && this.#begunEpoch === generationId)) return false;
    this.#begunEpoch = generationId;
    this.#owned.note(take);
    this.#ports.handover.assign(take, generationId);
    if (take.length > 0) this.#tellAll();
    return take.length > 0;
  }

  #giveUpWhatIsGone(): void {
    if (this.#membership.state !== "stable" || !this.#target) return;
    const { giveUp } = this.#plan(this.#target);
    if (giveUp.length > 0) void this.#giveUp(giveUp);
  }

  /** Heartbeats go on meanwhile and say nothing of it: the partitions are ours until what was read is committed. */
  async #giveUp(revoked: readonly TopicPartition[]): Promise<void> {
    const { handover } = this.#ports;
    const { signal } = this.#stay;
    const reason = "the group gives partitions of it to other members";
    handover.announced();
    this.#enter({ type: "rebalanceNeeded", reason });
    await handover.prepare(revoked, { reason, signal });
    const current = this.#membership;
    if (current.state !== "revoking" || signal.aborted) return;
    // Also what came back into the target meanwhile: it was given up for good, and is taken again.
    handover.revoke(revoked, current.generation.generationId);
    this.#isGivingUpUntold = true;
    this.#begunEpoch = undefined;
    this.#tellAll();
    this.#enter({ type: "gaveUp" }, { revoked });
  }

  #plan(target: readonly PartitionsById[]) {
    return planAssignment(this.#owned.partitions(), target, this.#names.nameOf);
  }

  #tellAll(): void {
    this.#mustTellAll = true;
    this.#schedule.hurry();
  }

  #refused(error: ErrorName, said: string | undefined): void {
    const { groupId } = this.#identity;
    const reason = explainConsumerError(error, { groupId, said });
    const isJoining = this.#membership.state === "joining";
    const meaning = consumerMeaningOf(error);
    if (meaning === "coordinatorMoved") this.#ports.cluster.forgetCoordinator(groupId);
    if (meaning === "fatal") this.#fail(error, reason);
    else if (meaning === "coordinatorMoved" || meaning === "retry") this.#again(reason);
    else if (meaning === "unreleased") this.#unreleased(error, reason);
    else if (!isJoining) this.#lose(reason);
    else {
      if (meaning === "otherProtocol") this.#refusal = reason;
      this.#again(reason);
    }
  }

  /** Whoever has the instance id may have crashed, and be gone soon. */
  #unreleased(error: ErrorName, reason: string): void {
    const now = this.#ports.clock.now();
    this.#unreleasedSince ??= now;
    if (now - this.#unreleasedSince < unreleasedPatienceMs) this.#again(reason);
    else this.#fail(error, reason);
  }

  /** No answer, or none that could be used. */
  #noAnswer(failure: unknown): void {
    if (this.#over.signal.aborted) return;
    if (BrokerError.is(failure)) {
      this.#refused(failure.code, undefined);
      return;
    }
    const reason = errorText(failure);
    if (!ConnectionError.is(failure, "UNSUPPORTED_VERSION")) this.#again(reason);
    else if (isAdmitted(this.#membership)) this.#lose(reason);
    else {
      this.#refusal = reason;
      this.#again(reason);
    }
  }

  /** The last heartbeat may have taken effect: only one that says everything is accepted in either case. */
  #again(reason: string): void {
    this.#mustTellAll = true;
    this.#schedule.failed();
    this.#enter({ type: "retry", memberId: memberIdOf(this.#membership), reason });
  }

  #lose(reason: string): void {
    const memberId = memberIdOf(this.#membership);
    const lost = this.#dropAll(reason);
    this.#enter({ type: "lost", memberId, reason }, { lost });
  }

  #fail(code: string, reason: string): void {
    const lost = this.#dropAll(reason);
    this.#over.abort();
    this.#enter({ type: "failed", code, reason }, { lost });
  }

  #failTooMany(): void {
    const { groupId } = this.#identity;
    this.#fail("TOO_MANY_PARTITIONS", `${groupId} assigned more partitions than a debug consumer follows`);
  }

  #dropAll(reason: string) {
    const lost = this.#ports.owned();
    this.#stay.abort();
    this.#synced = undefined;
    this.#target = undefined;
    this.#begunEpoch = undefined;
    this.#names.want([]);
    this.#ports.handover.lose(lost, reason);
    return lost;
  }

  /** `before` runs when the membership is entered and nobody has heard of it; true when it changed something too. */
  #enter(
    event: Undated<ConsumerEvent>,
    step: MembershipStep = {},
    before: () => boolean = () => false,
  ): void {
    const last = this.#membership;
    this.#membership = consumerTransition(last, { ...event, at: this.#ports.clock.now() });
    const current = this.#membership;
    if (isAdmitted(current)) this.#synced = current.generation;
    const isDifferent = before() || isShownDifferently(last, current);
    if (isDifferent) this.#ports.onStep(current, step);
  }
}

/** How often it failed is nobody's business. */
function isShownDifferently(last: Membership, current: Membership): boolean {
  if (last === current) return false;
  const isSameEpoch = isAdmitted(last) && isAdmitted(current) && last.generation === current.generation;
  return !isSameEpoch || last.state !== current.state;
}
