import { compareTopicPartitions, type TopicPartition, TopicPartitionMap } from "#base/topicPartition.ts";
import type { AssignorMember, AssignorTopics } from "./assignor.ts";
import { compareText } from "./memberOrder.ts";

/** Who has what while partitions are divided among members with different subscriptions. */
export class MixedShares {
  /** The subscribers of each topic, by member id. */
  readonly #subscribers: ReadonlyMap<string, readonly string[]>;
  readonly #loads: Map<string, number>;
  readonly #owners = new TopicPartitionMap<string>();
  /** How many partitions of each topic its owners have. */
  readonly #countsOfTopic: ReadonlyMap<string, Map<string, number>>;
  /** Undefined when something changed since it was computed. */
  #balanced: boolean | undefined;

  constructor(members: readonly AssignorMember[], topics: AssignorTopics) {
    const inOrder = members.toSorted((a, b) => compareText(a.memberId, b.memberId));
    this.#subscribers = new Map(
      Array.from(topics.keys(), (topic) => [
        topic,
        inOrder.filter((member) => member.topics.includes(topic)).map(({ memberId }) => memberId),
      ]),
    );
    this.#loads = new Map(inOrder.map(({ memberId }) => [memberId, 0]));
    this.#countsOfTopic = new Map(Array.from(topics.keys(), (topic) => [topic, new Map<string, number>()]));
  }

  /** Topics with the fewest subscribers first: the others can still go anywhere. */
  sorted(partitions: readonly TopicPartition[]): TopicPartition[] {
    const takers = ({ topic }: TopicPartition) => this.#subscribers.get(topic)?.length ?? 0;
    return partitions.toSorted((a, b) => takers(a) - takers(b) || compareTopicPartitions(a, b));
  }

  get largest(): number {
    return Math.max(0, ...this.#loads.values());
  }

  load(memberId: string): number {
    return this.#loads.get(memberId) ?? 0;
  }

  ownerOf(partition: TopicPartition): string | undefined {
    return this.#owners.get(partition);
  }

  /** Whether the topic's partitions could be with more than one member. */
  isShared(topic: string): boolean {
    return (this.#subscribers.get(topic)?.length ?? 0) > 1;
  }

  /** The subscriber of the topic that has least, of those that may have it. */
  leastOf(topic: string, mayHave: (memberId: string) => boolean = () => true): string | undefined {
    let least: string | undefined;
    for (const memberId of this.#subscribers.get(topic) ?? []) {
      if (mayHave(memberId) && (least === undefined || this.load(memberId) < this.load(least)))
        least = memberId;
    }
    return least;
  }

  /** False when nobody may have it. */
  giveToLeast(partition: TopicPartition, mayHave: (memberId: string) => boolean): boolean {
    const taker = this.leastOf(partition.topic, mayHave);
    if (taker === undefined) return false;
    this.put(taker, partition);
    return true;
  }

  /** Gives the partition to the member, whoever had it. */
  put(memberId: string, partition: TopicPartition): void {
    const before = this.#owners.get(partition);
    if (before !== undefined) this.#count(before, partition.topic, -1);
    this.#owners.set(partition, memberId);
    this.#count(memberId, partition.topic, 1);
    this.#balanced = undefined;
  }

  #count(memberId: string, topic: string, change: 1 | -1): void {
    this.#loads.set(memberId, this.load(memberId) + change);
    const counts = this.#countsOfTopic.get(topic);
    counts?.set(memberId, (counts.get(memberId) ?? 0) + change);
  }

  /** No partition is with a member that has at least two more than one that could have it. */
  get isBalanced(): boolean {
    this.#balanced ??= Array.from(this.#countsOfTopic).every(([topic, counts]) => {
      const least = this.leastOf(topic);
      if (least === undefined) return true;
      const most = this.load(least) + 1;
      return Array.from(counts).every(([memberId, count]) => count === 0 || this.load(memberId) <= most);
    });
    return this.#balanced;
  }

  /**
   * The sum of the differences between any two members that share a topic with anybody: 0 when all have the same.
   * What the others have cannot change.
   */
  get unevenness(): number {
    const shared = Array.from(this.#subscribers).filter(([topic]) => this.isShared(topic));
    const memberIds = new Set(shared.flatMap(([, subscribers]) => subscribers));
    const loads = Array.from(memberIds, (memberId) => this.load(memberId)).sort((a, b) => a - b);
    return loads.reduce((sum, load, index) => sum + load * (2 * index - loads.length + 1), 0);
  }

  byMember(): Map<string, TopicPartition[]> {
    const shares = new Map<string, TopicPartition[]>(
      Array.from(this.#loads.keys(), (memberId) => [memberId, []]),
    );
    for (const [partition, memberId] of this.#owners.entries()) shares.get(memberId)?.push(partition);
    for (const partitions of shares.values()) partitions.sort(compareTopicPartitions);
    return shares;
  }
}
