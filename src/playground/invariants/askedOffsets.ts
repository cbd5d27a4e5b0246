import type { FetchRequest } from "#protocol/apis/fetch.ts";
import type { FetchPartition, FetchSession } from "../fetch/fetchSession.ts";

/**
 * Where the client of each fetch session said it stands, from its requests alone: a session that answers from elsewhere
 * would repeat records, or leave some out (KIP-227).
 */
export class AskedOffsets {
  readonly #bySession = new WeakMap<FetchSession, Map<string, bigint>>();

  /** After a request that opened the session or went on with it. */
  asked(session: FetchSession, request: FetchRequest): void {
    let offsets = this.#bySession.get(session);
    if (offsets === undefined) {
      offsets = new Map();
      this.#bySession.set(session, offsets);
    }
    for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
      for (const partition of partitions) offsets.delete(keyOf({ topic, topicId, partition }));
    }
    for (const { topic, topicId, partitions } of request.topics) {
      for (const { partition, fetchOffset } of partitions) {
        offsets.set(keyOf({ topic, topicId, partition }), fetchOffset);
      }
    }
  }

  /** Undefined when the client does not want the partition. */
  of(session: FetchSession, wanted: FetchPartition): bigint | undefined {
    return this.#bySession.get(session)?.get(keyOf(wanted));
  }
}

function keyOf({
  topic,
  topicId,
  partition,
}: Pick<FetchPartition, "topic" | "topicId" | "partition">): string {
  return `${topic}\n${topicId}\n${partition}`;
}
