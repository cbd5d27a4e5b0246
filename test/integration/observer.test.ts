import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ClusterObserver } from "#cluster/observer.ts";
import type { ClusterClient } from "#network/clusterClient.ts";
import { systemClock } from "#node/systemClock.ts";
import type { ForeignConsumer } from "#test/support/foreign/foreignConsumer.ts";
import { startJavaConsumer } from "#test/support/javaConsumer.ts";
import { kafkaTool } from "#test/support/kafkaTool.ts";
import { realClient } from "#test/support/realCluster.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";
import type { ObservationBody, ObservationType } from "#trace/observation.ts";

describe("an observer of real Kafka", () => {
  let kafka: RealKafka;
  let client: ClusterClient;
  const members: ForeignConsumer[] = [];

  const tool = (name: Parameters<typeof kafkaTool>[1], args: readonly string[], stdin?: string) =>
    kafkaTool(kafka.version, name, ["--bootstrap-server", kafka.bootstrapServers, ...args], { stdin });

  beforeAll(async () => {
    kafka = await startRealKafka();
    client = realClient({ servers: kafka.bootstrapServers });
    await tool("topics", ["--create", "--topic", "orders", "--partitions", "2"]);
    await tool("console-producer", ["--topic", "orders"], "first\nsecond\nthird\n");
  });

  afterAll(async () => {
    await Promise.all(members.map((member) => member.quit()));
    client?.close();
    await kafka?.stop();
  });

  const join = async (groupId: string, properties: Record<string, string>) => {
    const member = await startJavaConsumer({
      bootstrapServers: kafka.bootstrapServers,
      groupId,
      topics: ["orders"],
      properties,
      ...(properties["group.protocol"] ? {} : { assignors: ["cooperative-sticky"] }),
    });
    members.push(member);
    await member.until(() => member.all("record").length === 3);
    member.order("commit");
    await member.waitFor(({ type }) => type === "committed");
    return member;
  };

  const refresh = async () => {
    const seen: ObservationBody[] = [];
    const observer = new ClusterObserver({
      client,
      clock: systemClock,
      observe: (body) => seen.push(body),
      intervalMs: 60_000,
    });
    await observer.refresh();
    observer.dispose();
    return {
      all: <T extends ObservationType>(type: T) =>
        seen.filter((body): body is Extract<ObservationBody, { type: T }> => body.type === type),
    };
  };

  test("a classic group has its members, their partitions, and offsets that add up to the records", async () => {
    await join("billing", { "client.id": "worker-1" });

    const seen = await refresh();

    const group = seen.all("group.described").find(({ groupId }) => groupId === "billing");
    expect(group).toMatchObject({ groupType: "classic", state: "Stable", assignor: "cooperative-sticky" });
    expect(group?.members).toMatchObject([
      {
        clientId: "worker-1",
        subscribedTopics: ["orders"],
        assigned: [
          { topic: "orders", partition: 0 },
          { topic: "orders", partition: 1 },
        ],
      },
    ]);
    const offsets = seen.all("group.offsets").find(({ groupId }) => groupId === "billing")?.offsets ?? [];
    expect(sum(offsets.map(({ committedOffset }) => committedOffset))).toBe(3n);
    const ends = seen.all("cluster.offsets")[0]?.offsets.filter(({ topic }) => topic === "orders") ?? [];
    expect(sum(ends.map(({ highWatermark }) => highWatermark))).toBe(3n);
    expect(ends.map(({ logStartOffset }) => logStartOffset)).toEqual([0n, 0n]);
  });

  test("a KIP-848 group is shown with epochs and target assignment, not as dead", async () => {
    await join("modern", { "group.protocol": "consumer", "client.id": "worker-848" });

    const seen = await refresh();

    expect(seen.all("group.listed")[0]?.groups.find(({ groupId }) => groupId === "modern")).toMatchObject({
      groupType: "consumer",
    });
    const group = seen.all("group.described").find(({ groupId }) => groupId === "modern");
    expect(group).toMatchObject({ groupType: "consumer", state: "Stable" });
    expect(group?.groupEpoch).toBeGreaterThan(0);
    expect(group?.members[0]).toMatchObject({
      clientId: "worker-848",
      assigned: [{ partition: 0 }, { partition: 1 }],
    });
    expect(group?.members[0]?.targetAssigned).toEqual(group?.members[0]?.assigned);
  });

  test("a share group is shown as a share group, without offsets", async () => {
    await tool("share-consumer", ["--topic", "orders", "--group", "sharing", "--timeout-ms", "3000"]);

    const seen = await refresh();

    expect(seen.all("group.listed")[0]?.groups.find(({ groupId }) => groupId === "sharing")).toMatchObject({
      groupType: "share",
    });
    expect(seen.all("group.described").find(({ groupId }) => groupId === "sharing")).toMatchObject({
      groupType: "share",
      state: "Empty",
    });
    expect(seen.all("group.failed").filter(({ groupId }) => groupId === "sharing")).toEqual([]);
  });

  test("topics come with leaders and replicas", async () => {
    const seen = await refresh();

    const orders = seen.all("cluster.topics")[0]?.topics.find(({ topic }) => topic === "orders");
    expect(orders).toMatchObject({
      isInternal: false,
      partitions: [
        { partition: 0, leaderId: 1, isr: [1] },
        { partition: 1, leaderId: 1 },
      ],
    });
    expect(orders?.topicId).toMatch(/^[\w-]{22}$/);
  });
});

function sum(offsets: readonly (bigint | undefined)[]): bigint {
  return offsets.reduce<bigint>((total, offset) => total + (offset ?? 0n), 0n);
}
