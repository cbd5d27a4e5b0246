import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import type { ClusterClient } from "#network/clusterClient.ts";
import { liveAdministration } from "#test/support/liveAdministration.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { realClient } from "#test/support/realCluster.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";

const quickGroups = {
  "group.consumer.min.heartbeat.interval.ms": "100",
  "group.consumer.heartbeat.interval.ms": "200",
  "group.consumer.min.session.timeout.ms": "1000",
  "group.consumer.session.timeout.ms": "4000",
};

describe("KIP-848 consumer groups on real Kafka", () => {
  let kafka: RealKafka;
  let client: ClusterClient;
  const members: LiveMember[] = [];

  beforeAll(async () => {
    kafka = await startRealKafka({ config: quickGroups });
    client = realClient({ servers: kafka.bootstrapServers });
  });

  afterEach(async () => {
    for (const member of members.splice(0)) await member.stop();
  });

  afterAll(async () => {
    client?.close();
    await kafka?.stop();
  });

  const createTopic = (topic: string, partitions: number) =>
    liveAdministration(client).createTopic({ topic, partitions });
  const produce = (topic: string, values: readonly string[], partition = 0) =>
    liveAdministration(client).produce({
      topic,
      partition,
      compression: "none",
      records: values.map((value) => ({ key: null, value })),
    });
  const join = (options: Partial<ConsumerOptions>) => {
    const topics = options.topics ?? [];
    const member = new LiveMember(
      { servers: kafka.bootstrapServers },
      { groupProtocol: "consumer", ...options, topics },
    );
    members.push(member);
    return member;
  };
  const state = (member: LiveMember) => JSON.stringify(member.all("session.state").at(-1));

  test("a member joins alone and reads; a second one takes half, and both go on", async () => {
    await createTopic("shared", 4);
    for (const partition of [0, 1, 2, 3]) await produce("shared", [`first ${partition}`], partition);
    const first = join({ topics: ["shared"], groupId: "sharers", autoCommit: "onPoll" }).flow();
    await until(
      () => first.has(4) && first.read.length === 4,
      () => state(first),
    );

    const second = join({ topics: ["shared"], groupId: "sharers" }).flow();
    await until(
      () => first.has(2) && second.has(2),
      () => `${state(first)} ${state(second)}`,
    );
    for (const partition of [0, 1, 2, 3]) await produce("shared", [`second ${partition}`], partition);
    await until(
      () => first.read.length + second.read.length >= 8,
      () => `${first.read.length} ${second.read.length}`,
    );

    const read = [...first.read, ...second.read].map(({ value }) => value).sort();
    expect(read).toEqual([0, 1, 2, 3].flatMap((n) => [`first ${n}`, `second ${n}`]).sort());
    const shown = first.all("session.state").at(-1);
    expect(shown).toMatchObject({ groupProtocol: "consumer", membership: "stable" });
    expect(shown?.memberEpoch).toBeGreaterThan(1);
    expect(shown?.generationId).toBeUndefined();
    expect(first.all("position.removed").map(({ reason }) => reason)).toEqual(["revoked", "revoked"]);
  });
});
