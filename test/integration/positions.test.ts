import { setTimeout as sleepFor } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import type { ClusterClient } from "#network/clusterClient.ts";
import { deleteRecords } from "#protocol/apis/deleteRecords.ts";
import { deleteTopics } from "#protocol/apis/deleteTopics.ts";
import { liveAdministration } from "#test/support/liveAdministration.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { realClient } from "#test/support/realCluster.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";

describe("positions on real Kafka", () => {
  let kafka: RealKafka;
  let client: ClusterClient;
  const members: LiveMember[] = [];

  beforeAll(async () => {
    kafka = await startRealKafka({ nodes: 3 });
    client = realClient({ servers: kafka.bootstrapServers });
  });

  afterEach(async () => {
    for (const member of members.splice(0)) await member.stop();
  });

  afterAll(async () => {
    client?.close();
    await kafka?.stop();
  });

  const createTopic = (topic: string) =>
    liveAdministration(client).createTopic({ topic, partitions: 1, replicationFactor: 3 });
  const produce = (topic: string, values: readonly string[]) =>
    liveAdministration(client).produce({
      topic,
      partition: 0,
      compression: "none",
      records: values.map((value) => ({ key: null, value })),
    });
  const join = (options: Partial<ConsumerOptions> & Pick<ConsumerOptions, "topics">) => {
    const member = new LiveMember({ servers: kafka.bootstrapServers }, options);
    members.push(member);
    return member;
  };
  const numbered = (name: string, count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => `${name} ${from + index}`);
  const valuesOf = (member: LiveMember) => member.read.map(({ value }) => value);
  const readAll = (member: LiveMember, count: number) =>
    until(
      () => member.read.length >= count,
      () =>
        `${member.read.length} of ${count} read: ${JSON.stringify(member.session.partitions()[0]?.progress)}`,
      40_000,
    );

  test("begins at a time, a duration back, and relative to the ends", async () => {
    await createTopic("timed");
    await produce("timed", numbered("old", 4));
    await sleepFor(3_000);
    const between = Date.now() - 1_000;
    await produce("timed", numbered("new", 3));
    const starts: readonly [ConsumerOptions["startPosition"], bigint][] = [
      [{ kind: "timestamp", timestampMs: between }, 4n],
      [{ kind: "duration", backMs: Date.now() - between }, 4n],
      [{ kind: "relative", to: "end", by: -2n }, 5n],
      [{ kind: "relative", to: "start", by: 1n }, 1n],
    ];

    const readers = starts.map(([startPosition]) =>
      join({ topics: ["timed"], groupId: undefined, startPosition }),
    );

    for (const reader of readers) await reader.poll(1, 15_000);
    expect(readers.map(({ read }) => read[0]?.offset)).toEqual(starts.map(([, offset]) => offset));
  });

  test("says what DeleteRecords took, and goes on where the log begins", async () => {
    await createTopic("short");
    await produce("short", numbered("a", 4));
    const member = join({ topics: ["short"], groupId: "shorts", resetPolicy: { backMs: 3_600_000 } });
    await member.poll(4, 15_000);
    member.session.pause({ all: true });
    await sleepFor(1_000);
    await produce("short", numbered("a", 6, 4));
    const leader = member.session.partitions()[0]?.leaderId ?? 0;
    const partitions = [{ partitionIndex: 0, offset: 7n }];
    const topics = [{ name: "short", partitions }];
    const { body } = await client.send({ node: leader }, deleteRecords, { topics, timeoutMs: 10_000 });
    expect(body.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, lowWatermark: 7n });

    member.session.resume({ all: true });
    member.flow();
    await readAll(member, 7);

    expect(valuesOf(member).slice(4)).toEqual(["a 7", "a 8", "a 9"]);
    expect(member.all("fetch.positionReset").at(-1)).toMatchObject({
      cause: "outOfRange",
      fromOffset: 4n,
      toOffset: 7n,
      lostRecords: 3n,
      deliveredRecords: 0n,
    });
  });

  test("a topic that was created anew is read from its start, and the old position is not used in it", async () => {
    await createTopic("again");
    await produce("again", numbered("first", 6));
    const member = join({ topics: ["again"], groupId: "agains" }).flow({ commit: true });
    const reader = join({ topics: ["again"], groupId: undefined, startPosition: { kind: "start" } }).flow();
    await readAll(member, 6);
    await readAll(reader, 6);
    await client.send(
      { controller: true },
      deleteTopics,
      { topicNames: ["again"], timeoutMs: 10_000 },
      { versions: [1, 5] },
    );
    await sleepFor(2_000);
    await createTopic("again");
    await produce("again", numbered("second", 8));

    await readAll(member, 14);
    await readAll(reader, 14);

    expect(valuesOf(member).slice(6)).toEqual(numbered("second", 8));
    expect(valuesOf(reader).slice(6)).toEqual(numbered("second", 8));
    expect(reader.all("fetch.positionReset").at(-1)).toMatchObject({
      cause: "topicRecreated",
      fromOffset: 6n,
      toOffset: 0n,
    });
  });

  test("a leader that is killed costs nothing but time: nothing is lost, read twice or reset", async () => {
    await createTopic("moving");
    await produce("moving", numbered("m", 20));
    const member = join({ topics: ["moving"], groupId: "movers" }).flow({ commit: true });
    await readAll(member, 20);
    const leader = member.session.partitions()[0]?.leaderId ?? 1;
    const epoch = member.session.partitions()[0]?.leaderEpoch;

    await kafka.killNode(leader);
    await until(
      () =>
        member.session.partitions()[0]?.leaderId !== leader &&
        member.session.partitions()[0]?.progress.state === "fetching",
      () => JSON.stringify(member.session.partitions()[0]?.progress),
      50_000,
    );
    const others = kafka
      .addresses("PLAINTEXT")
      .split(",")
      .filter((_, index) => index !== leader - 1);
    const alive = realClient({ servers: others.join(",") });
    await liveAdministration(alive).produce({
      topic: "moving",
      partition: 0,
      compression: "none",
      records: numbered("m", 20, 20).map((value) => ({ key: null, value })),
    });
    alive.close();
    await readAll(member, 40);

    expect(valuesOf(member)).toEqual(numbered("m", 40));
    expect(member.session.partitions()[0]?.leaderEpoch).toBeGreaterThan(epoch ?? -1);
    expect(member.all("fetch.positionReset").map(({ cause }) => cause)).toEqual(["noCommittedOffset"]);
  }, 120_000);
});
