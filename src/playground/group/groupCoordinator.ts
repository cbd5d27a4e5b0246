import type { Clock } from "#base/clock.ts";
import { err, ok, type Result } from "#base/result.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import {
  emptyGroup,
  failedJoin,
  failedSync,
  type GroupSettings,
  type JoinAnswer,
  type SyncAnswer,
} from "./classicGroup.ts";
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
import type { ConsumerHeartbeat, HeartbeatAnswer } from "./consumer/heartbeatRequest.ts";
import { consumerHeartbeatTo } from "./consumer/routing.ts";
import type { TopicsView } from "./consumer/topicsView.ts";
import { timePassed } from "./expiry.ts";
import { GroupCommits } from "./groupCommits.ts";
import type { GroupReporter } from "./groupReporter.ts";
import { type GroupEntry, GroupTable } from "./groupTable.ts";
import { type HeartbeatEvent, heartbeat } from "./heartbeat.ts";
import { type GroupStep, memberEvicted, memberFenced, rebalanceForced } from "./intervention.ts";
import { join } from "./join.ts";
import type { JoinEvent } from "./joinEvent.ts";
import { type LeaveEvent, leave } from "./leave.ts";
import { PendingAnswers } from "./pendingAnswers.ts";
import { reloaded } from "./reload.ts";
import { SubscriptionReader } from "./subscriptionReader.ts";
import { type SyncEvent, sync } from "./sync.ts";

type Untimed<T> = Omit<T, "now" | "token">;

/** Told of every transition, to see whether what must hold does. */
interface GroupMonitor {
  transition(group: Group): void;
  deleted(groupId: string): void;
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
  readonly #pending = new PendingAnswers();
  /** What they have committed. */
  readonly commits: GroupCommits;

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
        this.commits.removed(groupId);
        this.#monitor.deleted(groupId);
      },
    });
    this.commits = new GroupCommits({
      clock: deps.clock,
      settings: deps.settings,
      table: this.#table,
      heard: (entry, group) => this.#heard(entry, group),
      report: (groupId, offsets) => deps.reporter.committed(groupId, offsets),
    });
  }

  /** Of both kinds. */
  get groups(): readonly Group[] {
    return Array.from(this.#table.all, ({ group }) => group);
  }

  group(groupId: string): Group | undefined {
    return this.#table.get(groupId)?.group;
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
    const { token, answer } = this.#pending.join();
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
    const { token, answer } = this.#pending.sync();
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
    return this.#intervene(groupId, (group, at) => rebalanceForced(group, reason, at));
  }

  /** Puts a member out, as an operator does. False when the group has none of this id. */
  evict(groupId: string, memberId: string, reason: string): boolean {
    return this.#intervene(groupId, (group, at) => memberEvicted(group, { memberId, reason }, at));
  }

  /**
   * Lets a member be fenced: a static one of a classic group by another that takes its place, one of a consumer group by
   * its epoch. Says what it did not find.
   */
  fence(groupId: string, memberId: string, newMemberId: string): "fenced" | "notThere" | "notStatic" {
    const entry = this.#table.get(groupId);
    const step = memberFenced(entry?.group, { memberId, newMemberId }, this.#at());
    if (typeof step === "string") return step;
    if (entry) this.#apply(entry, step);
    return "fenced";
  }

  /** Stops all timers; requests that wait are never answered. */
  dispose(): void {
    this.#table.dispose();
    this.#pending.clear();
  }

  #intervene(groupId: string, how: (group: Group, at: At) => GroupStep | undefined): boolean {
    const entry = this.#table.get(groupId);
    if (entry === undefined) return false;
    const step = how(entry.group, this.#at());
    if (step === undefined) return false;
    this.#apply(entry, step);
    return true;
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

  #apply(entry: GroupEntry, step: GroupStep): void {
    const group = withStateSince(entry.group, step.group, this.#clock.now());
    const changed = group !== entry.group;
    this.#table.replace(entry, group);
    // Reported before anybody is answered, so that what follows from an answer comes after its cause.
    if (changed) {
      this.#reporter.transition(group, step.effects);
      this.#monitor.transition(group);
    }
    for (const effect of step.effects) this.#pending.settle(effect);
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
