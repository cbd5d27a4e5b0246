import { compareTopicPartitions, type TopicPartition } from "#base/topicPartition.ts";
import type { AssignorMember, AssignorTopics } from "./assignor.ts";
import { eachPartition } from "./eachPartition.ts";
import { compareText } from "./memberOrder.ts";
import type { Claims } from "./stickyClaims.ts";
import { type StickyRacks, stickyRacks } from "./stickyRacks.ts";

/**
 * The sticky division when all members subscribe to the same topics; the numbers are those of Java's constrained
 * assignment. Everybody keeps what it owns up to its quota; what is left is dealt in turn, first to members that are
 * where a replica is, then to anybody.
 */
export function divideUniform(
  members: readonly AssignorMember[],
  topics: AssignorTopics,
  claims: Claims,
): Map<string, TopicPartition[]> {
  const racks = stickyRacks(members, topics);
  const deal = new UniformDeal(members, eachPartition(topics), racks);
  deal.keepOwned(claims);
  deal.dealNear();
  deal.dealRest();
  return deal.shares;
}

class UniformDeal {
  readonly shares: Map<string, TopicPartition[]>;
  readonly #racks: StickyRacks;
  readonly #least: number;
  readonly #most: number;
  /** How many more members may have `#most` partitions; 0 when it divides. */
  #largeShares: number;
  /** Members with fewer than `#least`, and those that have just that and may get one more; each in order. */
  readonly #poor: string[] = [];
  #enough: string[] = [];
  #free: TopicPartition[];

  constructor(members: readonly AssignorMember[], partitions: readonly TopicPartition[], racks: StickyRacks) {
    const memberIds = members.map(({ memberId }) => memberId).sort(compareText);
    this.shares = new Map(memberIds.map((memberId) => [memberId, []]));
    this.#racks = racks;
    this.#free = partitions.toSorted(compareTopicPartitions);
    this.#least = Math.floor(partitions.length / memberIds.length);
    this.#most = Math.ceil(partitions.length / memberIds.length);
    this.#largeShares = partitions.length % memberIds.length;
  }

  keepOwned(claims: Claims): void {
    const owned = Map.groupBy(this.#free, (partition) => claims.ownerOf(partition));
    const kept = new Set<TopicPartition>();
    for (const [memberId, share] of this.shares) {
      const keepable = (owned.get(memberId) ?? [])
        .filter((partition) => !this.#racks.isFar(memberId, partition))
        .sort((a, b) => a.partition - b.partition || compareText(a.topic, b.topic));
      for (const partition of keepable.slice(0, this.#quota(memberId, keepable.length))) {
        share.push(partition);
        kept.add(partition);
      }
    }
    this.#free = this.#free
      .filter((partition) => !kept.has(partition))
      .sort((a, b) => this.#racks.takersNear(a) - this.#racks.takersNear(b));
  }

  /** How many of `count` partitions the member keeps; remembers whether it may get more. */
  #quota(memberId: string, count: number): number {
    if (count < this.#least) {
      this.#poor.push(memberId);
      return count;
    }
    if (count >= this.#most && this.#largeShares > 0) {
      this.#takeLargeShare();
      return this.#most;
    }
    if (this.#largeShares > 0) this.#enough.push(memberId);
    return this.#least;
  }

  #takeLargeShare(): void {
    this.#largeShares--;
    if (this.#largeShares === 0) this.#enough = [];
  }

  dealNear(): void {
    if (!this.#racks.matter) return;
    let turn = 0;
    const takerOf = (partition: TopicPartition): string | undefined => {
      const index = this.#nextNear(partition, this.#poor, turn);
      const taker = index === undefined ? undefined : this.#poor[index];
      if (index === undefined || taker === undefined) return this.#nearWithEnough(partition);
      const count = this.#load(taker) + 1;
      if (count >= this.#least) {
        this.#poor.splice(index, 1);
        if (count < this.#most && this.#largeShares > 0) this.#enough.push(taker);
        turn = index;
      } else turn = index + 1;
      turn = this.#poor.length === 0 ? 0 : turn % this.#poor.length;
      return taker;
    };
    this.#free = this.#free.filter((partition) => {
      const taker = takerOf(partition);
      if (taker !== undefined) this.shares.get(taker)?.push(partition);
      return taker === undefined;
    });
  }

  #nearWithEnough(partition: TopicPartition): string | undefined {
    const index = this.#nextNear(partition, this.#enough, 0);
    const taker = index === undefined ? undefined : this.#enough[index];
    if (index !== undefined && taker !== undefined && this.#load(taker) + 1 === this.#most) {
      this.#enough.splice(index, 1);
      this.#takeLargeShare();
    }
    return taker;
  }

  #nextNear(partition: TopicPartition, memberIds: readonly string[], from: number): number | undefined {
    for (let step = 0; step < memberIds.length; step++) {
      const index = (from + step) % memberIds.length;
      if (this.#racks.isNear(memberIds[index] ?? "", partition)) return index;
    }
    return undefined;
  }

  dealRest(): void {
    let turn = 0;
    for (const partition of this.#free) {
      const isPoor = this.#poor.length > 0;
      turn = turn < this.#poor.length ? turn : 0;
      const taker = isPoor ? this.#poor[turn] : this.#enough.shift();
      if (taker === undefined) throw new Error("more partitions than the members' quotas add up to");
      this.shares.get(taker)?.push(partition);
      if (isPoor && this.#load(taker) >= this.#least) {
        this.#poor.splice(turn, 1);
        this.#enough.push(taker);
      } else turn++;
    }
  }

  #load(memberId: string): number {
    return this.shares.get(memberId)?.length ?? 0;
  }
}
