import { describe, expect, test } from "vitest";
import { ConnectionError } from "#network/connectionError.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { BrokerError } from "#protocol/brokerError.ts";
import { failureOf } from "./fakeBroker.ts";
import { beat, commit, threeBrokers } from "./threeBrokers.ts";

describe("routing", () => {
  test("each destination leads to its broker", async () => {
    const { clock, cluster, counts } = await threeBrokers();
    await clock.runUntil(cluster.refreshMetadata());

    const toNode = await clock.runUntil(cluster.send({ node: 1 }, heartbeat, beat));
    const toCoordinator = await clock.runUntil(cluster.send({ coordinator: "g" }, heartbeat, beat));
    const toController = await clock.runUntil(cluster.send({ controller: true }, heartbeat, beat));

    expect([toNode.nodeId, toCoordinator.nodeId, toController.nodeId]).toEqual([1, 2, 3]);
    expect(counts(heartbeat)).toEqual([1, 1, 1]);
  });

  test("works without metadata: it is asked for when it is needed", async () => {
    const { clock, cluster } = await threeBrokers();

    const { broker } = await clock.runUntil(cluster.send({ node: 3 }, heartbeat, beat));

    expect(broker).toBe("b3:9092");
  });

  test("a node the cluster does not have is named", async () => {
    const { clock, cluster } = await threeBrokers();

    const failure = await clock.runUntil(failureOf(cluster.send({ node: 9 }, heartbeat, beat)));

    expect(ConnectionError.is(failure, "UNKNOWN_NODE") && failure.message).toMatch(/broker 9 is not part/);
  });

  test.each([[[4, 6]], [[0, 3]]] as const)(
    "a coordinator is found once, with FindCoordinator v%j",
    async ([min, max]) => {
      const { clock, cluster, brokers, counts } = await threeBrokers();
      for (const broker of brokers) {
        broker.offered = [
          { apiKey: findCoordinator.key, minVersion: min, maxVersion: max },
          { apiKey: metadata.key, minVersion: 0, maxVersion: 13 },
        ];
      }

      const found = await clock.runUntil(
        Promise.all([cluster.coordinatorOf("g"), cluster.coordinatorOf("g")]),
      );
      await clock.runUntil(cluster.coordinatorOf("g"));
      const askedBefore = counts(findCoordinator).reduce((sum, count) => sum + count);
      cluster.forgetCoordinator("g");
      await clock.runUntil(cluster.coordinatorOf("g"));

      expect(found.map(({ nodeId, host }) => [nodeId, host])).toEqual([
        [2, "b2"],
        [2, "b2"],
      ]);
      expect([askedBefore, counts(findCoordinator).reduce((sum, count) => sum + count)]).toEqual([1, 2]);
    },
  );

  test("a coordinator that is still being elected is waited for, without haste", async () => {
    const { clock, cluster, state, counts } = await threeBrokers();
    state.findError = 15;
    clock.schedule(10_000, () => {
      state.findError = 0;
    });

    const node = await clock.runUntil(cluster.coordinatorOf("g"));

    expect(node.nodeId).toBe(2);
    expect(counts(findCoordinator).reduce((sum, count) => sum + count)).toBeLessThan(25);
  });

  test("a coordinator that is never elected costs the time given, and the reason is told", async () => {
    const { clock, cluster, state } = await threeBrokers();
    state.findError = 15;

    const failure = await clock.runUntil(
      failureOf(cluster.send({ coordinator: "g" }, heartbeat, beat, { timeoutMs: 4_000 })),
    );

    expect(ConnectionError.is(failure, "TIMEOUT") && failure.message).toBe(
      "finding the coordinator of g: not done in time (FindCoordinator was answered with COORDINATOR_NOT_AVAILABLE)",
    );
  });

  test("a group that may not be seen is an answer, not a retry", async () => {
    const { clock, cluster, state, counts } = await threeBrokers();
    state.findError = 30;

    const failure = await clock.runUntil(failureOf(cluster.send({ coordinator: "g" }, heartbeat, beat)));

    expect(BrokerError.is(failure, "GROUP_AUTHORIZATION_FAILED")).toBe(true);
    expect(counts(findCoordinator).reduce((sum, count) => sum + count)).toBe(1);
  });

  test("a Fetch or JoinGroup that waits does not delay another channel", async () => {
    const { clock, cluster } = await threeBrokers();
    const slow = failureOf(
      cluster.send({ node: 1, channel: "fetch" }, offsetCommit, commit, { timeoutMs: 9_000 }),
    );
    await clock.advance(100);

    const started = clock.now();
    await clock.runUntil(cluster.send({ node: 1 }, heartbeat, beat));

    expect(clock.now() - started).toBeLessThan(100);
    await clock.runUntil(slow);
  });
});
