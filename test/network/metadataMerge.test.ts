import { describe, expect, test } from "vitest";
import { mergeMetadata } from "#network/metadataMerge.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { decodeResponse, encodeResponse } from "#protocol/message.ts";
import { metadataOf } from "./fakeBroker.ts";

/** As it would come off the wire, in some version. */
function answer(cluster: Parameters<typeof metadataOf>[0], version = 13) {
  const bytes = encodeResponse(metadata, { version, correlationId: 1 }, metadataOf(cluster));
  const decoded = decodeResponse(metadata, version, bytes.subarray(4));
  if (!decoded.ok) throw decoded.error;
  return decoded.value.body;
}

const brokers = [{ nodeId: 1, host: "b1", port: 9092 }];
const all = { topics: "all", requestedAt: 1 } as const;

describe("mergeMetadata", () => {
  test("named topics are added to what is known, all topics replace it", () => {
    const first = mergeMetadata(undefined, answer({ brokers, topics: { a: [1], b: [1] } }), all);

    const named = mergeMetadata(first, answer({ brokers, topics: { c: [1] } }), {
      topics: ["c"],
      requestedAt: 2,
    });
    const replaced = mergeMetadata(named, answer({ brokers, topics: { c: [1] } }), all);

    expect([...named.topics.keys()]).toEqual(["a", "b", "c"]);
    expect([...replaced.topics.keys()]).toEqual(["c"]);
    expect([first.requestedAt, named.requestedAt]).toEqual([1, 2]);
  });

  test("unknown is undefined in every version, never -1", () => {
    const old = mergeMetadata(undefined, answer({ brokers, topics: { a: [-1] } }, 1), all);

    expect(old).toMatchObject({ kafkaClusterId: undefined, controllerId: undefined });
    expect(old.topics.get("a")).toMatchObject({
      topicId: undefined,
      partitions: [{ partition: 0, leaderId: undefined, leaderEpoch: undefined }],
    });
  });

  test("a broker that lags behind does not bring a former leader back (KIP-320)", () => {
    const newer = mergeMetadata(undefined, answer({ brokers, topics: { a: [2] }, leaderEpoch: 5 }), all);

    const merged = mergeMetadata(newer, answer({ brokers, topics: { a: [1] }, leaderEpoch: 4 }), all);

    expect(merged.topics.get("a")?.partitions[0]).toMatchObject({ leaderId: 2, leaderEpoch: 5 });
  });

  test("a topic created anew starts its epochs anew", () => {
    const before = mergeMetadata(
      undefined,
      answer({ brokers, topics: { x: [1], a: [2] }, leaderEpoch: 5 }),
      all,
    );

    const merged = mergeMetadata(before, answer({ brokers, topics: { a: [1] }, leaderEpoch: 0 }), all);

    expect(merged.topics.get("a")?.partitions[0]).toMatchObject({ leaderId: 1, leaderEpoch: 0 });
  });

  test("another cluster at the same address replaces everything", () => {
    const before = mergeMetadata(undefined, answer({ brokers, topics: { a: [1] } }), all);

    const merged = mergeMetadata(before, answer({ brokers, topics: { b: [1] }, clusterId: "other" }), {
      topics: ["b"],
      requestedAt: 2,
    });

    expect([merged.kafkaClusterId, ...merged.topics.keys()]).toEqual(["other", "b"]);
  });
});
