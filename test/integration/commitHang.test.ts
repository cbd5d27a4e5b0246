import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import type { ClusterClient } from "#network/clusterClient.ts";
import { liveAdministration } from "#test/support/liveAdministration.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { realClient } from "#test/support/realCluster.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";

describe("commits in a rebalance that does not end, on real Kafka", () => {
  let kafka: RealKafka;
  let client: ClusterClient;
  const members: LiveMember[] = [];

  beforeAll(async () => {
    kafka = await startRealKafka();
    client = realClient({ servers: kafka.bootstrapServers });
    await liveAdministration(client).createTopic({ topic: "hanging", partitions: 2 });
    for (const partition of [0, 1]) {
      await liveAdministration(client).produce({
        topic: "hanging",
        partition,
        compression: "none",
        records: [1, 2, 3].map((value) => ({ key: null, value: String(value) })),
      });
    }
  });

  afterEach(async () => {
    for (const member of members.splice(0)) await member.stop();
  });

  afterAll(async () => {
    client?.close();
    await kafka?.stop();
  });

  const join = (groupId: string, options: Partial<ConsumerOptions>) => {
    const member = new LiveMember(
      { servers: kafka.bootstrapServers },
      { topics: ["hanging"], groupId, assignors: ["cooperative-sticky"], ...options },
    );
    members.push(member);
    return member;
  };
  const both = (a: LiveMember, b: LiveMember) =>
    until(
      () => a.has(1) && b.has(1),
      () => `${a.assignment().join()} and ${b.assignment().join()}`,
    );

  test("a commit lets its waiter go at its deadline, and the next one is carried out once the group goes on", async () => {
    // B holds the rebalance up with its gate, so A's JoinGroup is not answered.
    const b = join("hang-commit", { blockRebalanceOnPoll: true, rebalanceTimeoutMs: 20_000 });
    await b.poll(1, 15_000);
    const a = join("hang-commit", { rebalanceTimeoutMs: 20_000 });
    await until(
      () => b.session.rebalanceGate()?.waitingSince !== undefined,
      () => "no rebalance waits for B",
    );
    b.session.allowRebalance();
    await both(a, b);
    await b.poll(1, 5_000);
    await a.poll(1, 5_000);
    a.session.rejoin();
    await until(
      () =>
        a.session.membership()?.state === "joining" && b.session.rebalanceGate()?.waitingSince !== undefined,
      () => `A is ${a.session.membership()?.state}`,
    );
    const startedAt = Date.now();

    const first = await a.session.commit({ deadlineMs: 500 });
    const tookMs = Date.now() - startedAt;
    const second = a.session.commit({ deadlineMs: 15_000 });
    b.session.allowRebalance();

    expect(first).toMatchObject({ outcome: "deadlinePassed" });
    expect(first.message).toContain("JoinGroup is not answered yet");
    expect(tookMs).toBeGreaterThanOrEqual(490);
    expect(tookMs).toBeLessThan(2_000);
    expect(await second).toMatchObject({ outcome: "committed" });
  });

  test("a commit while the own gate is held is carried out, and metadata comes with it", async () => {
    const a = join("gated-commit", { blockRebalanceOnPoll: true });
    await a.poll(1, 15_000);
    const b = join("gated-commit", {});
    await until(
      () => a.session.rebalanceGate()?.waitingSince !== undefined,
      () => "no rebalance waits for A",
    );

    const result = await a.session.commit({
      offsets: [{ topic: "hanging", partition: 0, offset: 1n, metadata: "by hand" }],
      deadlineMs: 5_000,
    });
    const tooLong = await a.session.commit({
      offsets: [{ topic: "hanging", partition: 0, offset: 1n, metadata: "x".repeat(5_000) }],
      deadlineMs: 5_000,
    });
    a.session.allowRebalance();
    await both(a, b);

    expect(result.outcome).toBe("committed");
    expect(tooLong).toMatchObject({ outcome: "failed", error: "OFFSET_METADATA_TOO_LARGE" });
    expect(a.all("session.ended")).toEqual([]);
  });

  test("a member that does not poll leaves and joins again at its next poll", async () => {
    const a = join("slow-poll", { maxPollIntervalMs: 1_500 });
    await a.poll(1, 15_000);

    await until(
      () => a.session.membership()?.state === "unjoined",
      () => `A is ${a.session.membership()?.state}`,
    );
    const described = a.all("session.state").at(-1)?.reason;
    const records = await a.poll(1, 15_000);

    expect(described).toContain("consumer poll timeout has expired");
    expect(records).toHaveLength(1);
  });
});
