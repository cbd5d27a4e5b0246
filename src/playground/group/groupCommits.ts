import type { Clock } from "#base/clock.ts";
import { Emitter, type Event } from "#base/events.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import type { KnownErrorName } from "#protocol/errorCodes.ts";
import { emptyGroup, type GroupSettings } from "./classicGroup.ts";
import type { CommittedOffsets } from "./committedOffsets.ts";
import type { Group } from "./consumer/consumerGroup.ts";
import { commitError as consumerCommitError, fetchError } from "./consumer/offsetRules.ts";
import type { GroupEntry, GroupTable } from "./groupTable.ts";
import { keptAlive } from "./heartbeat.ts";
import { commitError, type MemberIdentity } from "./membership.ts";

/** Where the commits of a request go. */
export interface CommitTarget {
  readonly offsets: CommittedOffsets;
  /** Why these partitions, their topics named by ids, must not be committed all the same, or NONE. */
  readonly check: (partitions: readonly TopicPartition[]) => KnownErrorName;
}

/** What commits need of the groups they belong to. */
interface GroupCommitsDeps {
  readonly clock: Clock;
  readonly settings: GroupSettings;
  readonly table: GroupTable;
  /** A member that commits has proved that it lives. */
  readonly heard: (entry: GroupEntry, group: Group) => void;
  readonly report: (groupId: string, offsets: CommittedOffsets) => void;
}

/** The committed offsets of all groups, and who may commit. */
export class GroupCommits {
  readonly #deps: GroupCommitsDeps;
  readonly #changed = new Emitter<string>();

  constructor(deps: GroupCommitsDeps) {
    this.#deps = deps;
  }

  /** Fires with the group after each change of what it committed, also when it is deleted. */
  get onChanged(): Event<string> {
    return this.#changed.event;
  }

  /** What the group committed; undefined for a group nobody heard of. */
  of(groupId: string): CommittedOffsets | undefined {
    return this.#deps.table.get(groupId)?.offsets;
  }

  /** What the committed offsets of all groups take of memory. */
  get bytes(): number {
    return this.#deps.table.offsetBytes;
  }

  /**
   * Where commits of this request go, or why they must not be made. A group nobody heard of begins with a commit
   * outside of any generation; a commit by a member of a classic group also proves that it lives.
   */
  target(
    groupId: string,
    request: MemberIdentity & {
      readonly generationId: number;
      /** Of OffsetCommit. */
      readonly version: number;
      /** Within a transaction (TxnOffsetCommit). */
      readonly isTransactional?: boolean | undefined;
    },
  ): CommitTarget | { readonly error: KnownErrorName } {
    const { table, heard, clock } = this.#deps;
    let entry = table.get(groupId);
    if (entry === undefined) {
      if (request.generationId >= 0) {
        return { error: request.version >= 9 ? "GROUP_ID_NOT_FOUND" : "ILLEGAL_GENERATION" };
      }
      entry = this.#begin(groupId);
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
    if (member) heard(entry, keptAlive(group, member, clock.now()));
    return { offsets, check: () => "NONE" };
  }

  /** Why the group's offsets must not be told to whoever asks, or NONE. */
  fetchError(
    groupId: string,
    asker: { readonly memberId: string | undefined; readonly memberEpoch: number },
  ): KnownErrorName {
    const group = this.#deps.table.get(groupId)?.group;
    return group?.type === "consumer" ? fetchError(group, asker) : "NONE";
  }

  /** To be called after a group's offsets were set, staged or deleted: they are reported. */
  changed(groupId: string): void {
    const offsets = this.of(groupId);
    if (offsets) this.#report(groupId, offsets);
  }

  /** To be called when a group is gone. */
  removed(groupId: string): void {
    this.#changed.fire(groupId);
  }

  /** Offsets committed within a transaction take effect, or go, with its marker (KIP-98). */
  transactionEnded(
    ended: { readonly producerId: bigint; readonly isCommitted: boolean },
    includes: (groupId: string) => boolean,
  ): void {
    for (const { group, offsets } of this.#deps.table.all) {
      if (includes(group.groupId) && offsets.settle(ended)) this.#report(group.groupId, offsets);
    }
  }

  /** What a group had committed before, from outside of any generation as far as anybody remembers. */
  restore(
    groupId: string,
    offsets: Iterable<
      readonly [topic: string, partition: number, offset: string, leaderEpoch: number, metadata: string]
    >,
  ): void {
    const entry = this.#begin(groupId);
    if (entry === undefined) return;
    for (const [topic, partition, offset, leaderEpoch, metadata] of offsets) {
      entry.offsets.set({ topic, partition }, { offset: BigInt(offset), leaderEpoch, metadata });
    }
    this.#report(groupId, entry.offsets);
  }

  /** Forgets what the group committed, for the partitions concerned; says for how many. */
  expire(groupId: string, concerns: (partition: TopicPartition) => boolean): number {
    const offsets = this.of(groupId);
    const expired = offsets ? Array.from(offsets.entries(), ([partition]) => partition).filter(concerns) : [];
    for (const partition of expired) offsets?.delete(partition);
    if (expired.length > 0) this.changed(groupId);
    return expired.length;
  }

  /** Committed offsets end with their topic, as in Kafka. */
  topicDeleted(topic: string): void {
    for (const { group, offsets } of this.#deps.table.all) {
      if (offsets.deleteTopic(topic)) this.#report(group.groupId, offsets);
    }
  }

  /** A group that has no members yet; undefined when there are as many groups as may be. */
  #begin(groupId: string): GroupEntry | undefined {
    const { table, settings, clock } = this.#deps;
    return table.add(emptyGroup(groupId, settings, clock.now()));
  }

  #report(groupId: string, offsets: CommittedOffsets): void {
    this.#deps.report(groupId, offsets);
    this.#changed.fire(groupId);
  }
}
