import { expect, test } from "vitest";
import { untilTopicIsServed } from "#cluster/kafkajs/topicServed.ts";
import type { ClusterMetadata, PartitionMetadata } from "#network/clusterMetadata.ts";
import { VirtualClock } from "#test/support/virtualClock.ts";

const ledBy = (partition: number, leaderId: number | undefined): PartitionMetadata => ({
  partition,
  leaderId,
  leaderEpoch: undefined,
  replicas: [1],
  isr: [1],
  offline: [],
  error: undefined,
});

/** Answers one after the other, the last one for ever. */
function answering(...answers: readonly (readonly PartitionMetadata[] | "unknown")[]) {
  let asked = 0;
  const refreshMetadata = async (): Promise<ClusterMetadata> => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? "unknown";
    const about =
      answer === "unknown"
        ? { error: "UNKNOWN_TOPIC_OR_PARTITION" as const, partitions: [] }
        : { error: undefined, partitions: answer };
    const topic = { topic: "orders", topicId: undefined, isInternal: false, ...about };
    return {
      requestedAt: 0,
      kafkaClusterId: undefined,
      controllerId: 1,
      brokers: new Map(),
      topics: new Map([["orders", topic]]),
    };
  };
  return { refreshMetadata, asked: () => asked };
}

test("a new topic that the asked broker has not heard of is waited for, until each partition has a leader", async () => {
  const clock = new VirtualClock();
  const cluster = answering("unknown", [ledBy(0, 1), ledBy(1, undefined)], [ledBy(0, 1), ledBy(1, 2)]);

  const served = await clock.runUntil(untilTopicIsServed(cluster, "orders", { clock, limitMs: 10_000 }));

  expect(served).toBe(true);
  expect(cluster.asked()).toBe(3);
});

test("a topic that never gets a leader is waited for no longer than the limit", async () => {
  const clock = new VirtualClock();
  const startedAt = clock.now();
  const cluster = answering([ledBy(0, undefined)]);

  const served = await clock.runUntil(untilTopicIsServed(cluster, "orders", { clock, limitMs: 1_000 }));

  expect(served).toBe(false);
  expect(clock.now() - startedAt).toBe(1_000);
});
