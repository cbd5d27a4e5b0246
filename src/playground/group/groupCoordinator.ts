import type { Clock } from "#base/clock.ts";
import { Emitter, type Event } from "#base/events.ts";
import { err, ok, type Result } from "#base/result.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import {
  emptyGroup,
  failedJoin,
  failedSync,
  type GroupEffect,
  type GroupSettings,
  type JoinAnswer,
  type Step,
  type SyncAnswer,
  unchanged,
} from "./classicGroup.ts";
import type { CommittedOffsets } from "./committedOffsets.ts";
import type { At } from "./consumer/at.ts";
import { joinConsumerGroup } from "./consumer/classicJoin.ts";
import {
  heartbeatOfClassicMember,
  leaveConsumerGroup,
  syncClassicMember,
} from "./consumer/classicMembers.ts";
import {
  emptyConsumerGroup,
  type Group,
  type Outcome,
  type Refusal,
  withStateSince,
} from "./consumer/consumerGroup.ts";
import type { ConsumerGroupSettings } from "./consumer/consumerGroupSettings.ts";
import { timePassed as consumerTimePassed } from "./consumer/expiry.ts";
import { fenceMember as fenceConsumerMember } from "./consumer/fenceMember.ts";
import type { ConsumerHeartbeat, HeartbeatAnswer } from "./consumer/heartbeatRequest.ts";
import { commitError as consumerCommitError, fetchError } from "./consumer/offsetRules.ts";
import { removeMembers as removeConsumerMembers } from "./consumer/removal.ts";
import { consumerHeartbeatTo } from "./consumer/routing.ts";
import type { TopicsView } from "./consumer/topicsView.ts";
import { bumpEpoch } from "./consumer/updateSubscriptions.ts";
import { timePassed } from "./expiry.ts";
import type { GroupReporter } from "./groupReporter.ts";
import { type GroupEntry, GroupTable } from "./groupTable.ts";
import { type HeartbeatEvent, heartbeat, keptAlive } from "./heartbeat.ts";
import { join } from "./join.ts";
import type { JoinEvent } from "./joinEvent.ts";
import { type LeaveEvent, leave } from "./leave.ts";
import { commitError, type MemberIdentity } from "./membership.ts";
import { rebalanceOrCompleteJoin, removeMembers } from "./rebalance.ts";
import { reloaded } from "./reload.ts";
import { takeOverStaticMember } from "./staticMember.ts";
import { SubscriptionReader } from "./subscriptionReader.ts";
import { type SyncEvent, sync } from "./sync.ts";

type Untimed<T> = Omit<T, "now" | "token">;

/** Told of every transition, to see whether what must hold does. */
interface GroupMonitor {
  transition(group: Group): void;
  deleted(groupId: string): void;
}

/** Where the commits of a request go. */
export interface CommitTarget {
  readonly offsets: CommittedOffsets;
  /** Why these partitions, their topics named by ids, must not be committed all the same, or NONE. */
  readonly check: (partitions: readonly TopicPartition[]) => KnownErrorName;
}

/**
 * Keeps the groups and gives the pure transitions their time, their timers and their waiting requests. A request goes
 * to the protocol that the group speaks at that moment (KIP-848 lets it change).
 *
 * All groups live here whichever node coordinates them; routing a request to the right node is the handlers' business.
 */
export class GroupCoordinator {
  readonly #clock: Clock;
  readonly #settings: GroupSettings;
  readonly #consumerSettings: ConsumerGroupSettings;
  readonly #topics: TopicsView;
  readonly #reporter: GroupReporter;
  readonly #monitor: GroupMonitor;
  readonly #reader = new SubscriptionReader();
  readonly #table: GroupTable;
  readonly #offsetsChanged = new Emitter<string>();
  readonly #joins = new Map<number, (answer: JoinAnswer) => void>();
  readonly #syncs = new Map<number, (answer: SyncAnswer) => void>();
  #nextToken = 1;

  constructor(deps: {
    readonly clock: Clock;
    readonly settings: GroupSettings;
    readonly consumerSettings: ConsumerGroupSettings;
    readonly topics: TopicsView;
    readonly reporter: GroupReporter;
    readonly monitor: GroupMonitor;
    /** Whether any node coordinates the group: where none does, no time passes for it until one takes over. */
    readonly hasCoordinator: (groupId: string) => boolean;
    readonly maxGroups: number;
  }) {
    this.#clock = deps.clock;
    this.#settings = deps.settings;
    this.#consumerSettings = deps.consumerSettings;
    this.#topics = deps.topics;
    this.#reporter = deps.reporter;
    this.#monitor = deps.monitor;
    this.#table = new GroupTable({
      clock: deps.clock,
      maxGroups: deps.maxGroups,
      hasCoordinator: deps.hasCoordinator,
      onDue: (entry) => this.#due(entry),
      onRemoved: (groupId) => {
        this.#reporter.deleted(groupId);
        this.#offsetsChanged.fire(groupId);
        this.#monitor.deleted(groupId);
      },
    });
  }

  /** Fires with the group after each change of what it committed, also when it is deleted. */
  get onOffsetsChanged(): Event<string> {
    return this.#offsetsChanged.event;
  }

  /** Of both kinds. */
  get groups(): readonly Group[] {
    return Array.from(this.#table.all, ({ group }) => group);
  }

  group(groupId: string): Group | undefined {
    return this.#table.get(groupId)?.group;
  }

  offsets(groupId: string): CommittedOffsets | undefined {
    return this.#table.get(groupId)?.offsets;
  }

  /** What the committed offsets of all groups take of memory. */
  get offsetBytes(): number {
    return this.#table.offsetBytes;
  }

  /** Settles when the group has everybody, or at once with an error or in a consumer group. */
  join(groupId: string, event: Untimed<JoinEvent>): Promise<JoinAnswer> {
    if (groupId === "") return Promise.resolve(failedJoin("INVALID_GROUP_ID", event.memberId));
    let entry = this.#table.get(groupId);
    if (entry?.group.type === "consumer" && entry.group.members.size > 0) {
      return Promise.resolve(this.#settle(entry, joinConsumerGroup(entry.group, event, this.#at())));
    }
    if (entry === undefined || entry.group.type === "consumer") {
      if (event.memberId !== "") return Promise.resolve(failedJoin("UNKNOWN_MEMBER_ID", event.memberId));
      entry = this.#begin(emptyGroup(groupId, this.#settings, this.#clock.now()), entry);
      if (entry === undefined) return Promise.resolve(failedJoin("COORDINATOR_NOT_AVAILABLE", ""));
    }
    const { group } = entry;
    if (group.type === "consumer") throw new TypeError(`${groupId} is not a classic group`);
    const token = this.#nextToken++;
    const answer = new Promise<JoinAnswer>((resolve) => this.#joins.set(token, resolve));
    this.#apply(entry, join(group, { ...event, token, now: this.#clock.now() }));
    return answer;
  }

  /** Settles when the leader has said who gets what, or at once with an error or in a consumer group. */
  sync(groupId: string, event: Untimed<SyncEvent>): Promise<SyncAnswer> {
    if (groupId === "") return Promise.resolve(failedSync("INVALID_GROUP_ID"));
    const entry = this.#table.get(groupId);
    if (entry === undefined) return Promise.resolve(failedSync("UNKNOWN_MEMBER_ID"));
    const { group } = entry;
    if (group.type === "consumer") {
      return Promise.resolve(this.#settle(entry, syncClassicMember(group, event, this.#at())));
    }
    const token = this.#nextToken++;
    const answer = new Promise<SyncAnswer>((resolve) => this.#syncs.set(token, resolve));
    this.#apply(entry, sync(group, { ...event, token, now: this.#clock.now() }));
    return answer;
  }

  heartbeat(groupId: string, event: Untimed<HeartbeatEvent>): KnownErrorName {
    if (groupId === "") return "INVALID_GROUP_ID";
    const entry = this.#table.get(groupId);
    if (entry === undefined) return "UNKNOWN_MEMBER_ID";
    if (entry.group.type === "consumer") {
      return this.#settle(entry, heartbeatOfClassicMember(entry.group, event, this.#at()));
    }
    const { group, error } = heartbeat(entry.group, { ...event, now: this.#clock.now() });
    this.#heard(entry, group);
    return error;
  }

  leave(groupId: string, members: LeaveEvent["members"]): readonly KnownErrorName[] {
    const entry = this.#table.get(groupId);
    if (entry === undefined) return members.map(() => "UNKNOWN_MEMBER_ID");
    if (entry.group.type === "consumer") {
      return this.#settle(entry, leaveConsumerGroup(entry.group, members, this.#at()));
    }
    const { step, errors } = leave(entry.group, { members, now: this.#clock.now() });
    this.#apply(entry, step);
    return errors;
  }

  /** A member of the new protocol joins, goes on or leaves (KIP-848). */
  consumerHeartbeat(request: ConsumerHeartbeat): Result<HeartbeatAnswer, Refusal> {
    const { groupId } = request;
    const entry = this.#table.get(groupId);
    const at = this.#at();
    const outcome = consumerHeartbeatTo(entry?.group, request, this.#consumerSettings, at);
    if (!outcome.ok) return outcome;
    const held = entry ?? this.#table.add(emptyConsumerGroup(groupId, this.#consumerSettings, at.now));
    if (held) return ok(this.#settle(held, outcome.value));
    return err({ error: "COORDINATOR_NOT_AVAILABLE", message: "There are too many groups." });
  }

  /**
   * Where commits of this request go, or why they must not be made. A group nobody heard of begins with a commit
   * outside of any generation; a commit by a member of a classic group also proves that it lives.
   */
  commitTarget(
    groupId: string,
    request: MemberIdentity & {
      readonly generationId: number;
      /** Of OffsetCommit. */
      readonly version: number;
      /** Within a transaction (TxnOffsetCommit). */
      readonly isTransactional?: boolean | undefined;
    },
  ): CommitTarget | { readonly error: KnownErrorName } {
    let entry = this.#table.get(groupId);
    if (entry === undefined) {
      if (request.generationId >= 0) {
        return { error: request.version >= 9 ? "GROUP_ID_NOT_FOUND" : "ILLEGAL_GENERATION" };
      }
      entry = this.#begin(emptyGroup(groupId, this.#settings, this.#clock.now()), undefined);
      if (entry === undefined) return { error: "COORDINATOR_NOT_AVAILABLE" };
    }
    const { group, offsets } = entry;
    if (group.type === "consumer") {
      const isAnonymous = request.generationId < 0 && request.memberId === "" && !request.groupInstanceId;
      if (request.isTransactional && isAnonymous) return { offsets, check: () => "NONE" };
      const asker = { ...request, memberEpoch: request.generationId };
      return { offsets, check: (partitions) => consumerCommitError(group, asker, partitions) };
    }
    const error = commitError(group, request);
    if (error !== "NONE") return { error };
    const member = group.members.get(request.memberId);
    if (member) this.#heard(entry, keptAlive(group, member, this.#clock.now()));
    return { offsets, check: () => "NONE" };
  }

  /** Why the group's offsets must not be told to whoever asks, or NONE. */
  offsetFetchError(
    groupId: string,
    asker: { readonly memberId: string | undefined; readonly memberEpoch: number },
  ): KnownErrorName {
    const group = this.group(groupId);
    return group?.type === "consumer" ? fetchError(group, asker) : "NONE";
  }

  /** Reports the offsets after commits or deletions. */
  offsetsChanged(groupId: string): void {
    const entry = this.#table.get(groupId);
    if (entry) this.#committed(groupId, entry.offsets);
  }

  /** Offsets committed within a transaction take effect, or go, with its marker (KIP-98). */
  transactionEnded(
    ended: { readonly producerId: bigint; readonly isCommitted: boolean },
    includes: (groupId: string) => boolean,
  ): void {
    for (const { group, offsets } of this.#table.all) {
      if (includes(group.groupId) && offsets.settle(ended)) this.#committed(group.groupId, offsets);
    }
  }

  /** What a group had committed before, from outside of any generation as far as anybody remembers. */
  restoreOffsets(
    groupId: string,
    offsets: Iterable<
      readonly [topic: string, partition: number, offset: string, leaderEpoch: number, metadata: string]
    >,
  ): void {
    const entry = this.#table.add(emptyGroup(groupId, this.#settings, this.#clock.now()));
    if (entry === undefined) return;
    for (const [topic, partition, offset, leaderEpoch, metadata] of offsets) {
      entry.offsets.set({ topic, partition }, { offset: BigInt(offset), leaderEpoch, metadata });
    }
    this.#committed(groupId, entry.offsets);
  }

  delete(groupId: string): KnownErrorName {
    const group = this.group(groupId);
    if (group === undefined) return "GROUP_ID_NOT_FOUND";
    const isEmpty = group.type === "consumer" ? group.members.size === 0 : group.phase.state === "Empty";
    if (!isEmpty) return "NON_EMPTY_GROUP";
    this.#table.remove(groupId);
    return "NONE";
  }

  /** Another node takes the group over, or its own one starts again: it goes on with what was written, once that is read. */
  reload(groupId: string, loadMs: number): void {
    const entry = this.#table.get(groupId);
    const now = this.#clock.now();
    if (entry) this.#apply(entry, reloaded(entry.group, entry.stored, { now, loadedAt: now + loadMs }));
  }

  /** Every member must join again, or is led to a new target. False when the group has no members. */
  forceRebalance(groupId: string, reason: string): boolean {
    const entry = this.#table.get(groupId);
    if (!entry || entry.group.members.size === 0) return false;
    const { group } = entry;
    if (group.type === "consumer") this.#apply(entry, { group: bumpEpoch(group, reason), effects: [] });
    else this.#apply(entry, rebalanceOrCompleteJoin(unchanged(group), reason, this.#clock.now()));
    return true;
  }

  /** Puts a member out, as an operator does. False when the group has none of this id. */
  evict(groupId: string, memberId: string, reason: string): boolean {
    const entry = this.#table.get(groupId);
    if (!entry?.group.members.has(memberId)) return false;
    const { group } = entry;
    const why = { how: "evicted", reason, now: this.#clock.now() } as const;
    if (group.type === "consumer") {
      const member = group.members.get(memberId);
      if (member) this.#apply(entry, removeConsumerMembers(group, [{ member, ...why }], this.#at()));
    } else {
      const member = group.members.get(memberId);
      if (member) this.#apply(entry, removeMembers(unchanged(group), [member], why));
    }
    return true;
  }

  /**
   * Lets a member be fenced: a static one of a classic group by another that takes its place, one of a consumer group by
   * its epoch. Says what it did not find.
   */
  fence(groupId: string, memberId: string, newMemberId: string): "fenced" | "notThere" | "notStatic" {
    const entry = this.#table.get(groupId);
    if (entry?.group.type === "consumer") {
      const member = entry.group.members.get(memberId);
      if (member === undefined) return "notThere";
      this.#apply(entry, fenceConsumerMember(entry.group, member, this.#at()));
      return "fenced";
    }
    const member = entry?.group.members.get(memberId);
    if (entry?.group.type !== "classic" || member === undefined) return "notThere";
    if (member.groupInstanceId === undefined) return "notStatic";
    const how = { newMemberId, now: this.#clock.now() };
    this.#apply(entry, takeOverStaticMember(entry.group, member, how));
    return "fenced";
  }

  /** Forgets what the group committed, for one topic or partition if named; says for how many partitions. */
  expireOffsets(groupId: string, concerns: (partition: TopicPartition) => boolean): number {
    const offsets = this.offsets(groupId);
    const expired = offsets ? Array.from(offsets.entries(), ([partition]) => partition).filter(concerns) : [];
    for (const partition of expired) offsets?.delete(partition);
    if (expired.length > 0) this.offsetsChanged(groupId);
    return expired.length;
  }

  /** Committed offsets end with their topic, as in Kafka. */
  topicDeleted(topic: string): void {
    for (const { group, offsets } of this.#table.all) {
      if (offsets.deleteTopic(topic)) this.#committed(group.groupId, offsets);
    }
  }

  /** Stops all timers; requests that wait are never answered. */
  dispose(): void {
    this.#table.dispose();
    this.#joins.clear();
    this.#syncs.clear();
  }

  #committed(groupId: string, offsets: CommittedOffsets): void {
    this.#reporter.committed(groupId, offsets);
    this.#offsetsChanged.fire(groupId);
  }

  #at(): At {
    return {
      now: this.#clock.now(),
      topics: this.#topics,
      classicSettings: this.#settings,
      reader: this.#reader,
    };
  }

  /** A new group, in place of an empty one of the other kind if there is one, whose offsets it keeps. */
  #begin(group: Group, entry: GroupEntry | undefined): GroupEntry | undefined {
    if (entry === undefined) return this.#table.add(group);
    this.#table.replace(entry, group);
    return entry;
  }

  #settle<Answer>(entry: GroupEntry, outcome: Outcome<Answer>): Answer {
    if (outcome.quiet) this.#heard(entry, outcome.group);
    else this.#apply(entry, outcome);
    return outcome.answer;
  }

  #heard(entry: GroupEntry, group: Group): void {
    if (group === entry.group) return;
    this.#table.replace(entry, group);
    const { groupId } = group;
    this.#reporter.heartbeat(groupId, () => this.group(groupId));
  }

  #apply(entry: GroupEntry, step: Pick<Step, "effects"> & { readonly group: Group }): void {
    const group = withStateSince(entry.group, step.group, this.#clock.now());
    const changed = group !== entry.group;
    this.#table.replace(entry, group);
    // Reported before anybody is answered, so that what follows from an answer comes after its cause.
    if (changed) {
      this.#reporter.transition(group, step.effects);
      this.#monitor.transition(group);
    }
    for (const effect of step.effects) this.#answer(effect);
  }

  #answer(effect: GroupEffect): void {
    if (effect.type === "joinAnswered") {
      this.#joins.get(effect.token)?.(effect.answer);
      this.#joins.delete(effect.token);
    } else if (effect.type === "syncAnswered") {
      this.#syncs.get(effect.token)?.(effect.answer);
      this.#syncs.delete(effect.token);
    }
  }

  #due(entry: GroupEntry): void {
    const { group } = entry;
    const step =
      group.type === "consumer"
        ? consumerTimePassed(group, this.#at())
        : timePassed(group, this.#clock.now());
    this.#apply(entry, step);
  }
}
