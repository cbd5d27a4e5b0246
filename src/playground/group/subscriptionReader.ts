import type { TopicPartition } from "#base/topicPartition.ts";
import { consumerProtocolAssignment } from "#protocol/data/consumerProtocolAssignment.ts";
import { consumerProtocolSubscription } from "#protocol/data/consumerProtocolSubscription.ts";
import { decodeData } from "#protocol/data/dataSchema.ts";

/** What a member said when it joined. */
export interface Subscription {
  readonly topics: readonly string[];
  readonly owned: readonly TopicPartition[];
  readonly rackId: string | undefined;
}

interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/**
 * Reads what consumers put into JoinGroup and SyncGroup. A broker need not understand these bytes, so bytes that are
 * something else are simply not known. Remembers what it read, as the same bytes are described again and again.
 */
export class SubscriptionReader {
  readonly #subscriptions = new WeakMap<Uint8Array, Subscription | "unreadable">();
  readonly #assignments = new WeakMap<Uint8Array, readonly TopicPartition[] | "unreadable">();

  subscription(metadata: Uint8Array): Subscription | undefined {
    let known = this.#subscriptions.get(metadata);
    if (known === undefined) {
      const decoded = decodeData(consumerProtocolSubscription, metadata);
      known = decoded.ok
        ? {
            topics: decoded.value.body.topics,
            owned: flatten(decoded.value.body.ownedPartitions),
            rackId: decoded.value.body.rackId ?? undefined,
          }
        : "unreadable";
      this.#subscriptions.set(metadata, known);
    }
    return known === "unreadable" ? undefined : known;
  }

  /** No bytes at all mean that the leader gave the member nothing. */
  assignment(bytes: Uint8Array): readonly TopicPartition[] | undefined {
    if (bytes.length === 0) return [];
    let known = this.#assignments.get(bytes);
    if (known === undefined) {
      const decoded = decodeData(consumerProtocolAssignment, bytes);
      known = decoded.ok ? flatten(decoded.value.body.assignedPartitions) : "unreadable";
      this.#assignments.set(bytes, known);
    }
    return known === "unreadable" ? undefined : known;
  }

  /** Whether a custom assignor put something of its own into the assignment. */
  hasAssignmentUserData(bytes: Uint8Array): boolean {
    if (bytes.length === 0) return false;
    const decoded = decodeData(consumerProtocolAssignment, bytes);
    return decoded.ok && (decoded.value.body.userData?.length ?? 0) > 0;
  }
}

function flatten(topics: readonly TopicPartitions[]): readonly TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}
