import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import type { ClusterClient } from "#network/clusterClient.ts";
import type { ForeignConsumer } from "#test/support/foreign/foreignConsumer.ts";
import { type JavaConsumerOptions, startJavaConsumer } from "#test/support/javaConsumer.ts";
import { liveAdministration } from "#test/support/liveAdministration.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { realClient } from "#test/support/realCluster.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";

const partitionCount = 6;
const quickGroups = {
  "group.consumer.min.heartbeat.interval.ms": "100",
  "group.consumer.heartbeat.interval.ms": "200",
};
const javaCommits = { "enable.auto.commit": "true", "auto.commit.interval.ms": "200" };

describe("a group that goes from the classic to the consumer protocol while it runs, and back", () => {
  let kafka: RealKafka;
  let client: ClusterClient;
  const members: (ForeignConsumer | LiveMember)[] = [];

  beforeAll(async () => {
    kafka = await startRealKafka({ config: quickGroups });
    client = realClient({ servers: kafka.bootstrapServers });
  });

  afterEach(async () => {
    for (const member of members.splice(0))
      await (member instanceof LiveMember ? member.stop() : member.quit());
  });

  afterAll(async () => {
    client?.close();
    await kafka?.stop();
  });

  const joinOurs = (options: Partial<ConsumerOptions> & Pick<ConsumerOptions, "topics">) => {
    const own = { autoCommit: "onPoll", commitOnRevoke: true, autoCommitIntervalMs: 200 } as const;
    const member = new LiveMember({ servers: kafka.bootstrapServers }, { ...own, ...options }).flow();
    members.push(member);
    return member;
  };
  const joinJava = async (topic: string, own: Pick<JavaConsumerOptions, "assignors" | "properties"> = {}) => {
    const options = { bootstrapServers: kafka.bootstrapServers, groupId: topic, topics: [topic] };
    const properties = { ...javaCommits, ...own.properties };
    const member = await startJavaConsumer({ ...options, ...own, properties });
    members.push(member);
    return member;
  };
  const produceRound = async (topic: string, round: string) => {
    for (let partition = 0; partition < partitionCount; partition++) {
      const records = [{ key: null, value: `${round} ${partition}` }];
      await liveAdministration(client).produce({ topic, partition, compression: "none", records });
    }
  };
  const expected = (...rounds: readonly string[]) =>
    rounds.flatMap((round) => Array.from({ length: partitionCount }, (_, n) => `${round} ${n}`)).sort();
  const readBy = (...all: readonly (ForeignConsumer | LiveMember)[]) =>
    all
      .flatMap((member) => {
        const records: readonly { readonly value: string | null }[] =
          member instanceof LiveMember ? member.read : member.all("record");
        return records.map(({ value }) => value);
      })
      .sort();
  const count = (member: ForeignConsumer | LiveMember) => member.assignment().length;
  const shown = (...all: readonly (ForeignConsumer | LiveMember)[]) =>
    all.map((member) =>
      member instanceof LiveMember
        ? `${JSON.stringify(member.all("session.state").at(-1))} ${member.assignment().join(" ")}`
        : member.assignment().join(" "),
    );

  test.each(["range", "cooperative-sticky"] as const)(
    "with %s members, ours and Java's, a consumer member of ours joins, the others leave: every record is read once",
    async (assignor) => {
      const topic = `upgraded-${assignor}`;
      await liveAdministration(client).createTopic({ topic, partitions: partitionCount });
      const assignors = [assignor];
      const classic = joinOurs({ topics: [topic], groupId: topic, assignors });
      const java = await joinJava(topic, { assignors });
      await until(
        () => count(classic) === 3 && count(java) === 3,
        () => shown(classic, java).join("\n"),
      );
      await produceRound(topic, "classic");
      await until(
        () => readBy(classic, java).length >= 6,
        () => shown(classic, java).join("\n"),
      );

      const consumer = joinOurs({ topics: [topic], groupId: topic, groupProtocol: "consumer" });
      await until(
        () => [classic, java, consumer].every((member) => count(member) === 2),
        () => shown(classic, java, consumer).join("\n"),
        30_000,
      );
      await produceRound(topic, "mixed");
      await until(
        () => readBy(classic, java, consumer).length >= 12,
        () => shown(classic, java, consumer).join("\n"),
      );
      await classic.stop();
      await java.quit();
      await until(
        () => consumer.has(partitionCount),
        () => shown(consumer).join("\n"),
      );
      await produceRound(topic, "consumer");
      await until(
        () => readBy(classic, java, consumer).length >= 18,
        () => shown(consumer).join("\n"),
      );

      expect(readBy(classic, java, consumer)).toEqual(expected("classic", "mixed", "consumer"));
      expect(consumer.all("session.state").at(-1)).toMatchObject({ groupProtocol: "consumer" });
      expect(consumer.all("session.state").every(({ fallbackReason }) => fallbackReason === undefined)).toBe(
        true,
      );
      expect([classic, consumer].flatMap((member) => member.all("session.ended"))).toHaveLength(1);
    },
    90_000,
  );

  test("a classic member of ours stays while a Java consumer member comes and goes again", async () => {
    const topic = "downgraded";
    await liveAdministration(client).createTopic({ topic, partitions: partitionCount });
    const classic = joinOurs({ topics: [topic], groupId: topic, assignors: ["cooperative-sticky"] });
    await until(
      () => classic.has(6),
      () => shown(classic).join("\n"),
    );
    await produceRound(topic, "before");

    const java = await joinJava(topic, { properties: { "group.protocol": "consumer" } });
    await until(
      () => count(classic) === 3 && count(java) === 3,
      () => shown(classic, java).join("\n"),
    );
    await produceRound(topic, "mixed");
    await until(
      () => readBy(classic, java).length >= 12,
      () => shown(classic, java).join("\n"),
    );
    await java.quit();
    await until(
      () => classic.has(6),
      () => shown(classic).join("\n"),
    );
    await produceRound(topic, "after");
    await until(
      () => readBy(classic, java).length >= 18,
      () => shown(classic).join("\n"),
    );

    expect(readBy(classic, java)).toEqual(expected("before", "mixed", "after"));
    expect(classic.all("session.ended")).toEqual([]);
  }, 90_000);

  test("a consumer member of ours leaves, and the group goes back to its classic Java member", async () => {
    const topic = "back";
    await liveAdministration(client).createTopic({ topic, partitions: partitionCount });
    const java = await joinJava(topic);
    await java.until(() => count(java) === 6);
    await produceRound(topic, "before");

    const consumer = joinOurs({ topics: [topic], groupId: topic, groupProtocol: "consumer" });
    await until(
      () => count(java) === 3 && consumer.has(3),
      () => shown(java, consumer).join("\n"),
    );
    await produceRound(topic, "mixed");
    await until(
      () => readBy(java, consumer).length >= 12,
      () => shown(java, consumer).join("\n"),
    );
    await consumer.stop();
    await java.until(() => count(java) === 6);
    await produceRound(topic, "after");
    await until(
      () => readBy(java, consumer).length >= 18,
      () => shown(java).join("\n"),
    );

    expect(readBy(java, consumer)).toEqual(expected("before", "mixed", "after"));
  }, 90_000);
});
