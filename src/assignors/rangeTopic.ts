import type { TopicPartition } from "#base/topicPartition.ts";
import type { AssignorTopic } from "./assignor.ts";
import { racksMatter, replicaRacks } from "./rackAwareness.ts";

/** One topic while it is cut into runs. */
export class RangeTopic {
  /** Its subscribers, in the order they are served. */
  readonly memberIds: readonly string[];
  readonly partitionCount: number;
  /** Some subscriber says where it is. */
  readonly racksKnown: boolean;
  readonly racksMatter: boolean;
  readonly #name: string;
  readonly #topic: AssignorTopic;
  readonly #racks: ReadonlyMap<string, string>;
  readonly #give: (memberId: string, partition: TopicPartition) => void;
  readonly #counts: Map<string, number>;
  readonly #free: Set<number>;
  readonly #each: number;
  /** How many members may still get one more than the others. */
  #longer: number;

  constructor(of: {
    readonly name: string;
    readonly topic: AssignorTopic;
    readonly memberIds: readonly string[];
    readonly racks: ReadonlyMap<string, string>;
    readonly give: (memberId: string, partition: TopicPartition) => void;
  }) {
    const { partitionCount } = of.topic;
    this.memberIds = of.memberIds;
    this.partitionCount = partitionCount;
    this.#name = of.name;
    this.#topic = of.topic;
    this.#racks = of.racks;
    this.#give = of.give;
    this.#counts = new Map(of.memberIds.map((memberId) => [memberId, 0]));
    this.#free = new Set(Array.from({ length: partitionCount }, (_, partition) => partition));
    this.#each = Math.floor(partitionCount / of.memberIds.length);
    this.#longer = partitionCount % of.memberIds.length;
    const racks = of.memberIds.flatMap((memberId) => of.racks.get(memberId) ?? []);
    this.racksKnown = racks.length > 0;
    this.racksMatter = racksMatter(racks, [of.topic]);
  }

  /** Whether the member has a replica in its rack; one that does not say where it is takes any. */
  isNear(memberId: string, partition: number): boolean {
    const rack = this.#racks.get(memberId);
    return rack === undefined || replicaRacks(this.#topic, partition).has(rack);
  }

  /** How many more the member may get. */
  room(memberId: string): number {
    return Math.max(0, this.#each + (this.#longer > 0 ? 1 : 0) - (this.#counts.get(memberId) ?? 0));
  }

  give(memberId: string, partition: number): void {
    const count = (this.#counts.get(memberId) ?? 0) + 1;
    this.#counts.set(memberId, count);
    this.#free.delete(partition);
    if (count > this.#each) this.#longer--;
    this.#give(memberId, { topic: this.#name, partition });
  }

  /** To each member in turn the first free partitions that it may have. */
  giveRuns(mayHave: (memberId: string, partition: number) => boolean): void {
    for (const memberId of this.memberIds) {
      let room = this.room(memberId);
      for (const partition of Array.from(this.#free)) {
        if (room === 0) break;
        if (!mayHave(memberId, partition)) continue;
        this.give(memberId, partition);
        room--;
      }
    }
  }
}
