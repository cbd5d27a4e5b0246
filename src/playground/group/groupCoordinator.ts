import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import {
  type ClassicGroup,
  emptyGroup,
  failedJoin,
  failedSync,
  type GroupEffect,
  type GroupSettings,
  type JoinAnswer,
  type Step,
  type SyncAnswer,
} from "./classicGroup.ts";
import { CommittedOffsets } from "./committedOffsets.ts";
import { nextDeadline, timePassed } from "./expiry.ts";
import type { GroupReporter } from "./groupReporter.ts";
import { type HeartbeatEvent, heartbeat, keptAlive } from "./heartbeat.ts";
import { join } from "./join.ts";
import type { JoinEvent } from "./joinEvent.ts";
import { type LeaveEvent, leave } from "./leave.ts";
import { commitError, type MemberIdentity } from "./membership.ts";
import { type SyncEvent, sync } from "./sync.ts";

interface Entry {
  group: ClassicGroup;
  readonly offsets: CommittedOffsets;
  timer: { readonly at: number; readonly handle: Disposable } | undefined;
}

type Untimed<T> = Omit<T, "now" | "token">;

/**
 * Keeps the groups and gives the pure transitions their time, their timers and their waiting requests.
 *
 * All groups live here whichever node coordinates them; routing a request to the right node is the handlers' business.
 */
export class GroupCoordinator {
  readonly #clock: Clock;
  readonly #settings: GroupSettings;
  readonly #reporter: GroupReporter;
  readonly #maxGroups: number;
  readonly #entries = new Map<string, Entry>();
  readonly #joins = new Map<number, (answer: JoinAnswer) => void>();
  readonly #syncs = new Map<number, (answer: SyncAnswer) => void>();
  #nextToken = 1;

  constructor(deps: {
    readonly clock: Clock;
    readonly settings: GroupSettings;
    readonly reporter: GroupReporter;
    readonly maxGroups: number;
  }) {
    this.#clock = deps.clock;
    this.#settings = deps.settings;
    this.#reporter = deps.reporter;
    this.#maxGroups = deps.maxGroups;
  }

  get groups(): readonly ClassicGroup[] {
    return Array.from(this.#entries.values(), ({ group }) => group);
  }

  group(groupId: string): ClassicGroup | undefined {
    return this.#entries.get(groupId)?.group;
  }

  offsets(groupId: string): CommittedOffsets | undefined {
    return this.#entries.get(groupId)?.offsets;
  }

  /** What the committed offsets of all groups take of memory. */
  get offsetBytes(): number {
    let bytes = 0;
    for (const { offsets } of this.#entries.values()) bytes += offsets.heldBytes;
    return bytes;
  }

  /** Settles when the group has everybody, or at once with an error. */
  join(groupId: string, event: Untimed<JoinEvent>): Promise<JoinAnswer> {
    if (groupId === "") return Promise.resolve(failedJoin("INVALID_GROUP_ID", event.memberId));
    let entry = this.#entries.get(groupId);
    if (entry === undefined) {
      if (event.memberId !== "") return Promise.resolve(failedJoin("UNKNOWN_MEMBER_ID", event.memberId));
      entry = this.#create(groupId);
      if (entry === undefined) return Promise.resolve(failedJoin("COORDINATOR_NOT_AVAILABLE", ""));
    }
    const token = this.#nextToken++;
    const answer = new Promise<JoinAnswer>((resolve) => this.#joins.set(token, resolve));
    this.#apply(entry, join(entry.group, { ...event, token, now: this.#clock.now() }));
    return answer;
  }

  /** Settles when the leader has said who gets what, or at once with an error. */
  sync(groupId: string, event: Untimed<SyncEvent>): Promise<SyncAnswer> {
    if (groupId === "") return Promise.resolve(failedSync("INVALID_GROUP_ID"));
    const entry = this.#entries.get(groupId);
    if (entry === undefined) return Promise.resolve(failedSync("UNKNOWN_MEMBER_ID"));
    const token = this.#nextToken++;
    const answer = new Promise<SyncAnswer>((resolve) => this.#syncs.set(token, resolve));
    this.#apply(entry, sync(entry.group, { ...event, token, now: this.#clock.now() }));
    return answer;
  }

  heartbeat(groupId: string, event: Untimed<HeartbeatEvent>): KnownErrorName {
    if (groupId === "") return "INVALID_GROUP_ID";
    const entry = this.#entries.get(groupId);
    if (entry === undefined) return "UNKNOWN_MEMBER_ID";
    const { group, error } = heartbeat(entry.group, { ...event, now: this.#clock.now() });
    this.#heard(entry, group);
    return error;
  }

  leave(groupId: string, members: LeaveEvent["members"]): readonly KnownErrorName[] {
    const entry = this.#entries.get(groupId);
    if (entry === undefined) return members.map(() => "UNKNOWN_MEMBER_ID");
    const { step, errors } = leave(entry.group, { members, now: this.#clock.now() });
    this.#apply(entry, step);
    return errors;
  }

  /**
   * Where commits of this request go, or why they must not be made. A group nobody heard of begins with a commit
   * outside of any generation; a commit by a member also proves that it lives.
   */
  commitTarget(
    groupId: string,
    request: MemberIdentity & { readonly generationId: number; readonly knowsGroupIdNotFound: boolean },
  ): { readonly offsets: CommittedOffsets } | { readonly error: KnownErrorName } {
    let entry = this.#entries.get(groupId);
    if (entry === undefined) {
      if (request.generationId >= 0) {
        return { error: request.knowsGroupIdNotFound ? "GROUP_ID_NOT_FOUND" : "ILLEGAL_GENERATION" };
      }
      entry = this.#create(groupId);
      if (entry === undefined) return { error: "COORDINATOR_NOT_AVAILABLE" };
    }
    const error = commitError(entry.group, request);
    if (error !== "NONE") return { error };
    const member = entry.group.members.get(request.memberId);
    if (member) this.#heard(entry, keptAlive(entry.group, member, this.#clock.now()));
    return { offsets: entry.offsets };
  }

  /** Reports the offsets after commits or deletions. */
  offsetsChanged(groupId: string): void {
    const entry = this.#entries.get(groupId);
    if (entry) this.#reporter.committed(groupId, entry.offsets);
  }

  delete(groupId: string): KnownErrorName {
    const entry = this.#entries.get(groupId);
    if (entry === undefined) return "GROUP_ID_NOT_FOUND";
    if (entry.group.phase.state !== "Empty") return "NON_EMPTY_GROUP";
    this.#remove(groupId, entry);
    return "NONE";
  }

  /** Committed offsets end with their topic, as in Kafka. */
  topicDeleted(topic: string): void {
    for (const [groupId, { offsets }] of this.#entries) {
      if (offsets.deleteTopic(topic)) this.#reporter.committed(groupId, offsets);
    }
  }

  /** Stops all timers; requests that wait are never answered. */
  dispose(): void {
    for (const entry of this.#entries.values()) entry.timer?.handle.dispose();
    this.#entries.clear();
    this.#joins.clear();
    this.#syncs.clear();
  }

  #create(groupId: string): Entry | undefined {
    if (this.#entries.size >= this.#maxGroups && !this.#makeRoom()) return undefined;
    const group = emptyGroup(groupId, this.#settings, this.#clock.now());
    const entry: Entry = { group, offsets: new CommittedOffsets(), timer: undefined };
    this.#entries.set(groupId, entry);
    return entry;
  }

  /** Gives up a group that holds nothing, so that a flood of group names cannot fill memory. */
  #makeRoom(): boolean {
    for (const [groupId, entry] of this.#entries) {
      const { phase, pendingMembers } = entry.group;
      if (phase.state !== "Empty" || pendingMembers.size > 0 || !entry.offsets.isEmpty) continue;
      this.#remove(groupId, entry);
      return true;
    }
    return false;
  }

  #remove(groupId: string, entry: Entry): void {
    entry.timer?.handle.dispose();
    this.#entries.delete(groupId);
    this.#reporter.deleted(groupId);
  }

  #heard(entry: Entry, group: ClassicGroup): void {
    if (group === entry.group) return;
    entry.group = group;
    this.#arm(entry);
    const { groupId } = group;
    this.#reporter.heartbeat(groupId, () => this.group(groupId));
  }

  #apply(entry: Entry, step: Step): void {
    const changed = step.group !== entry.group;
    entry.group = step.group;
    this.#arm(entry);
    // Reported before anybody is answered, so that what follows from an answer comes after its cause.
    if (changed) this.#reporter.transition(step.group, step.effects);
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

  /** One timer per group, for the earliest deadline; one that turns out too early only arms the next. */
  #arm(entry: Entry): void {
    const at = nextDeadline(entry.group);
    if (entry.timer && at !== undefined && entry.timer.at <= at) return;
    entry.timer?.handle.dispose();
    entry.timer = undefined;
    if (at === undefined) return;
    const delayMs = Math.max(0, at - this.#clock.now());
    entry.timer = { at, handle: this.#clock.schedule(delayMs, () => this.#due(entry)) };
  }

  #due(entry: Entry): void {
    entry.timer = undefined;
    const now = this.#clock.now();
    const at = nextDeadline(entry.group);
    if (at === undefined || at > now) {
      this.#arm(entry);
      return;
    }
    this.#apply(entry, timePassed(entry.group, now));
  }
}
