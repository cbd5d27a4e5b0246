import type { TopicPartition } from "#base/topicPartition.ts";
import type { AssignorMember, AssignorTopics } from "./assignor.ts";
import { racksMatter, racksOf, replicaRacks } from "./rackAwareness.ts";

/** Where members and replicas are, for the sticky assignors (KIP-881). */
export interface StickyRacks {
  /** False: nobody is told apart by where it is. */
  readonly matter: boolean;
  /** The member says where it is, and no replica is there: it does not keep the partition. */
  readonly isFar: (memberId: string, partition: TopicPartition) => boolean;
  /** A replica is where the member says it is. */
  readonly isNear: (memberId: string, partition: TopicPartition) => boolean;
  /** How many members are where the partition has replicas: those with few takers are given away first. */
  readonly takersNear: (partition: TopicPartition) => number;
}

export function stickyRacks(members: readonly AssignorMember[], topics: AssignorTopics): StickyRacks {
  const racks = racksOf(members);
  const matter = racksMatter(racks.values(), topics.values());
  const counts = new Map<string, number>();
  for (const rack of racks.values()) counts.set(rack, (counts.get(rack) ?? 0) + 1);
  const replicas = ({ topic, partition }: TopicPartition) => replicaRacks(topics.get(topic), partition);
  const isNear = (memberId: string, partition: TopicPartition) => {
    const rack = racks.get(memberId);
    return rack !== undefined && replicas(partition).has(rack);
  };
  return {
    matter,
    isNear: (memberId, partition) => matter && isNear(memberId, partition),
    isFar: (memberId, partition) => matter && racks.has(memberId) && !isNear(memberId, partition),
    takersNear: (partition) =>
      Array.from(replicas(partition)).reduce((sum, rack) => sum + (counts.get(rack) ?? 0), 0),
  };
}
