import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import { CommittedOffsets } from "./committedOffsets.ts";
import type { Group } from "./consumer/consumerGroup.ts";
import { nextDeadline as nextConsumerDeadline } from "./consumer/expiry.ts";
import { nextDeadline } from "./expiry.ts";
import { storedAfter } from "./reload.ts";

/** A group with what outlives its kind: the offsets. */
export interface GroupEntry {
  /** Of either kind; only the table changes it. */
  readonly group: Group;
  readonly offsets: CommittedOffsets;
  /** What a coordinator that takes over would find of it. */
  readonly stored: Group | undefined;
}

interface Held extends GroupEntry {
  group: Group;
  stored: Group | undefined;
  timer: { readonly at: number; readonly handle: Disposable } | undefined;
}

/**
 * The groups of a playground, each with one timer for its earliest deadline. A group that nobody coordinates has none: its
 * deadlines stand until a coordinator takes over, which sets them anew.
 */
export class GroupTable {
  readonly #clock: Clock;
  readonly #maxGroups: number;
  readonly #hasCoordinator: (groupId: string) => boolean;
  readonly #onDue: (entry: GroupEntry) => void;
  readonly #onRemoved: (groupId: string) => void;
  readonly #entries = new Map<string, Held>();

  constructor(deps: {
    readonly clock: Clock;
    readonly maxGroups: number;
    readonly hasCoordinator: (groupId: string) => boolean;
    readonly onDue: (entry: GroupEntry) => void;
    readonly onRemoved: (groupId: string) => void;
  }) {
    this.#clock = deps.clock;
    this.#maxGroups = deps.maxGroups;
    this.#hasCoordinator = deps.hasCoordinator;
    this.#onDue = deps.onDue;
    this.#onRemoved = deps.onRemoved;
  }

  get all(): Iterable<GroupEntry> {
    return this.#entries.values();
  }

  /** What the committed offsets of all groups take of memory. */
  get offsetBytes(): number {
    let bytes = 0;
    for (const { offsets } of this.#entries.values()) bytes += offsets.heldBytes;
    return bytes;
  }

  get(groupId: string): GroupEntry | undefined {
    return this.#entries.get(groupId);
  }

  /** Undefined when there are as many groups as may be. */
  add(group: Group): GroupEntry | undefined {
    if (this.#entries.size >= this.#maxGroups && !this.#makeRoom()) return undefined;
    const offsets = new CommittedOffsets();
    const entry: Held = { group, offsets, stored: storedAfter(undefined, group), timer: undefined };
    this.#entries.set(group.groupId, entry);
    return entry;
  }

  /** Puts the group in place of what the entry had; a group that was removed meanwhile stays so. */
  replace(entry: GroupEntry, group: Group): void {
    const held = this.#entries.get(group.groupId);
    if (held !== entry) return;
    held.group = group;
    held.stored = storedAfter(held.stored, group);
    this.#arm(held);
  }

  remove(groupId: string): void {
    const entry = this.#entries.get(groupId);
    if (!entry) return;
    entry.timer?.handle.dispose();
    this.#entries.delete(groupId);
    this.#onRemoved(groupId);
  }

  dispose(): void {
    for (const entry of this.#entries.values()) entry.timer?.handle.dispose();
    this.#entries.clear();
  }

  /** Gives up a group that holds nothing, so that a flood of group names cannot fill memory. */
  #makeRoom(): boolean {
    for (const [groupId, { group, offsets }] of this.#entries) {
      if (!isEmpty(group) || !offsets.isEmpty) continue;
      this.remove(groupId);
      return true;
    }
    return false;
  }

  /** One timer per group, for the earliest deadline; one that turns out too early only arms the next. */
  #arm(entry: Held): void {
    const at = this.#deadlineOf(entry.group);
    if (entry.timer && at !== undefined && entry.timer.at <= at) return;
    entry.timer?.handle.dispose();
    entry.timer = undefined;
    if (at === undefined) return;
    const delayMs = Math.max(0, at - this.#clock.now());
    entry.timer = { at, handle: this.#clock.schedule(delayMs, () => this.#due(entry)) };
  }

  #due(entry: Held): void {
    entry.timer = undefined;
    const at = this.#deadlineOf(entry.group);
    if (at === undefined || at > this.#clock.now()) this.#arm(entry);
    else this.#onDue(entry);
  }

  #deadlineOf(group: Group): number | undefined {
    if (!this.#hasCoordinator(group.groupId)) return undefined;
    return group.type === "consumer" ? nextConsumerDeadline(group) : nextDeadline(group);
  }
}

function isEmpty(group: Group): boolean {
  if (group.type === "consumer") return group.members.size === 0;
  return group.phase.state === "Empty" && group.pendingMembers.size === 0;
}
