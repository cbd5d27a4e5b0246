import { describe, expect, test } from "vitest";
import type { ForeignConsumer } from "#test/support/foreign/foreignConsumer.ts";
import { startJavaConsumer } from "#test/support/javaConsumer.ts";
import { newestKafka } from "#test/support/kafkaJars.ts";
import { kafkaTool } from "#test/support/kafkaTool.ts";
import { type StartedCluster, useCluster } from "#test/support/liveCluster.ts";
import { until } from "#test/support/liveMember.ts";
import { bothClusters } from "./support/bothClusters.ts";

const partitionCount = 4;

describe.each(bothClusters)("Java consumers of KIP-848, on %s", (_name, start) => {
  const { servers, admin, keep, endMembers } = useCluster<StartedCluster, ForeignConsumer>(start, (member) =>
    member.quit(),
  );

  const startMember = async (topic: string, properties: Readonly<Record<string, string>> = {}) => {
    const member = await startJavaConsumer({
      bootstrapServers: servers(),
      groupId: topic,
      topics: [topic],
      properties: { "group.protocol": "consumer", ...properties },
    });
    return keep(member);
  };

  const produce = async (topic: string, from: number) => {
    for (let partition = 0; partition < partitionCount; partition++) {
      const records = Array.from({ length: 5 }, (_, index) => ({
        key: null,
        value: `record ${from + partition * 5 + index}`,
      }));
      await admin().produce({ topic, partition, compression: "lz4", records });
    }
  };

  const commit = async (member: ForeignConsumer) => {
    const before = member.all("committed").length;
    member.order("commit");
    await member.until(() => member.all("committed").length > before);
  };

  const share = (all: readonly ForeignConsumer[], each: number) =>
    until(
      () => all.every((member) => member.assignment().length === each),
      () => `not divided: ${all.map((member) => `[${member.assignment().join(" ")}]`).join(" ")}`,
      40_000,
    );

  const values = (all: readonly ForeignConsumer[]) =>
    all.flatMap((member) => member.all("record").map(({ value }) => value));

  test("two of them share the partitions, commit, and a new one resumes where they were", async () => {
    const topic = "shared";
    await admin().createTopic({ topic, partitions: partitionCount });
    await produce(topic, 0);

    const first = await startMember(topic);
    await first.until(() => first.all("record").length === 20);
    await commit(first);
    const second = await startMember(topic);
    await share([first, second], 2);
    await produce(topic, 20);
    await until(
      () => values([first, second]).length === 40,
      () => `${values([first, second]).length} of 40 records read`,
      30_000,
    );
    const described = await kafkaTool(newestKafka, "groups", [
      ...["--bootstrap-server", servers()],
      ...["--describe", "--group", topic, "--members", "--verbose"],
    ]);
    await commit(first);
    await commit(second);
    await endMembers();
    await produce(topic, 40);
    const third = await startMember(topic);
    await third.until(() => third.all("record").length === 20);

    const read = values([first, second]);
    expect(new Set(read).size).toBe(40);
    expect(described.exitCode, described.stderr).toBe(0);
    expect(described.stdout).toMatch(/CURRENT-EPOCH.*TARGET-EPOCH/);
    expect(described.stdout.match(/shared:\d,\d/g)?.length).toBeGreaterThanOrEqual(2);
    expect(values([third]).every((value) => Number(value?.split(" ")[1]) >= 40)).toBe(true);
  }, 120_000);

  test("one that speaks the classic protocol and one of the new share a group", async () => {
    const topic = "mixed";
    await admin().createTopic({ topic, partitions: partitionCount });
    const classic = await startMember(topic, {
      "group.protocol": "classic",
      "heartbeat.interval.ms": "300",
      "session.timeout.ms": "6000",
    });
    await share([classic], partitionCount);

    const modern = await startMember(topic);
    await share([classic, modern], 2);
    const upgraded = await kafkaTool(newestKafka, "groups", [
      ...["--bootstrap-server", servers(), "--list", "--type", "consumer"],
    ]);
    await modern.quit();
    await share([classic], partitionCount);
    const downgraded = await kafkaTool(newestKafka, "groups", [
      ...["--bootstrap-server", servers(), "--list", "--type", "classic"],
    ]);

    expect(upgraded.stdout).toContain(topic);
    expect(downgraded.stdout).toContain(topic);
    expect(classic.all("lost")).toEqual([]);
  }, 120_000);

  test("a static one that restarts has its partitions without anybody else noticing", async () => {
    const topic = "static";
    await admin().createTopic({ topic, partitions: partitionCount });
    const one = await startMember(topic, { "group.instance.id": "one" });
    const two = await startMember(topic, { "group.instance.id": "two" });
    await share([one, two], 2);
    const had = one.assignment();
    const rebalances = two.events.filter(({ type }) => type === "assigned" || type === "revoked").length;

    await one.quit();
    const back = await startMember(topic, { "group.instance.id": "one" });
    await share([back, two], 2);

    expect(back.assignment()).toEqual(had);
    expect(two.events.filter(({ type }) => type === "assigned" || type === "revoked").length).toBe(
      rebalances,
    );
  }, 120_000);
});
