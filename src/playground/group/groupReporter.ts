import type { Clock } from "#base/clock.ts";
import type { Disposable } from "#base/lifecycle.ts";
import type { Observe } from "#trace/observation.ts";
import type { GroupOffsets } from "#trace/observations/group.ts";
import type { GroupEffect } from "./classicGroup.ts";
import type { CommittedOffsets } from "./committedOffsets.ts";
import type { Group } from "./consumer/consumerGroup.ts";
import { describeConsumerGroup } from "./consumer/describeConsumerGroup.ts";
import type { TopicsView } from "./consumer/topicsView.ts";
import { describeGroup } from "./describeGroup.ts";
import { SubscriptionReader } from "./subscriptionReader.ts";

interface Pending {
  heartbeats: Disposable | undefined;
  offsets: Disposable | undefined;
  offsetsReportedAt: number;
}

const offsetsIntervalMs = 250;
const heartbeatsIntervalMs = 5_000;

/**
 * Reports groups: at once after each transition, for committed offsets at most four times a second, and for heartbeats
 * every few seconds, often enough that the instant a member would be evicted is never long out of date.
 */
export class GroupReporter {
  readonly #clock: Clock;
  readonly #observe: Observe;
  readonly #coordinatorOf: (groupId: string) => string | undefined;
  readonly #topics: Pick<TopicsView, "byId">;
  readonly #reader = new SubscriptionReader();
  readonly #pending = new Map<string, Pending>();

  constructor(deps: {
    readonly clock: Clock;
    readonly observe: Observe;
    readonly coordinatorOf: (groupId: string) => string | undefined;
    readonly topics: Pick<TopicsView, "byId">;
  }) {
    this.#clock = deps.clock;
    this.#observe = deps.observe;
    this.#coordinatorOf = deps.coordinatorOf;
    this.#topics = deps.topics;
  }

  transition(group: Group, effects: readonly GroupEffect[]): void {
    for (const effect of effects) {
      if (effect.type !== "memberGone") continue;
      const { memberId, how, reason } = effect;
      this.#observe({ type: "group.memberGone", groupId: group.groupId, memberId, how, reason });
    }
    this.#describe(group);
  }

  heartbeat(groupId: string, current: () => Group | undefined): void {
    const pending = this.#pendingOf(groupId);
    pending.heartbeats ??= this.#clock.schedule(heartbeatsIntervalMs, () => {
      pending.heartbeats = undefined;
      const group = current();
      if (group) this.#describe(group);
    });
  }

  committed(groupId: string, offsets: CommittedOffsets): void {
    const pending = this.#pendingOf(groupId);
    if (pending.offsets !== undefined) return;
    const waitMs = pending.offsetsReportedAt + offsetsIntervalMs - this.#clock.now();
    const report = () => {
      pending.offsets = undefined;
      pending.offsetsReportedAt = this.#clock.now();
      this.#observe(offsetsOf(groupId, offsets));
    };
    if (waitMs <= 0) report();
    else pending.offsets = this.#clock.schedule(waitMs, report);
  }

  deleted(groupId: string): void {
    this.#forget(groupId);
    this.#observe({ type: "group.deleted", groupId });
  }

  dispose(): void {
    for (const groupId of Array.from(this.#pending.keys())) this.#forget(groupId);
  }

  #describe(group: Group): void {
    const coordinator = this.#coordinatorOf(group.groupId);
    this.#observe(
      group.type === "consumer"
        ? describeConsumerGroup(group, this.#topics, coordinator)
        : describeGroup(group, this.#reader, coordinator),
    );
  }

  #pendingOf(groupId: string): Pending {
    let pending = this.#pending.get(groupId);
    if (pending === undefined) {
      pending = { heartbeats: undefined, offsets: undefined, offsetsReportedAt: Number.NEGATIVE_INFINITY };
      this.#pending.set(groupId, pending);
    }
    return pending;
  }

  #forget(groupId: string): void {
    const pending = this.#pending.get(groupId);
    pending?.heartbeats?.dispose();
    pending?.offsets?.dispose();
    this.#pending.delete(groupId);
  }
}

function offsetsOf(groupId: string, offsets: CommittedOffsets): GroupOffsets {
  return {
    type: "group.offsets",
    groupId,
    offsets: Array.from(offsets.entries(), ([partition, { offset, leaderEpoch, metadata }]) => ({
      ...partition,
      committedOffset: offset,
      leaderEpoch: leaderEpoch < 0 ? undefined : leaderEpoch,
      metadata: metadata === "" ? undefined : metadata,
    })),
  };
}
