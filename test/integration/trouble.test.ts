import { describe, expect, test } from "vitest";
import { ClusterObserver } from "#cluster/observer.ts";
import type { ClusterClient } from "#network/clusterClient.ts";
import { systemClock } from "#node/systemClock.ts";
import { joinGroup } from "#protocol/apis/joinGroup.ts";
import { syncGroup } from "#protocol/apis/syncGroup.ts";
import { consumerProtocolSubscription } from "#protocol/data/consumerProtocolSubscription.ts";
import { encodeData } from "#protocol/data/dataSchema.ts";
import { aclConfig, passwordOf } from "#test/support/kafkaConfig.ts";
import { kafkaTool } from "#test/support/kafkaTool.ts";
import { useCluster } from "#test/support/liveCluster.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { startRealKafka } from "#test/support/realKafka.ts";
import type { ObservationBody } from "#trace/observation.ts";

/** With an authorizer: anonymous users of the plaintext port may do everything, alice nothing. */
describe("our engine on a real Kafka that makes trouble", () => {
  const { cluster, servers, client, admin, keep } = useCluster(
    () => startRealKafka({ config: aclConfig }),
    (member: LiveMember) => member.stop(),
  );

  const produce = async (topic: string, from: number, count: number, partition = 0) => {
    const values = Array.from({ length: count }, (_, index) => `${topic} ${from + index}`);
    const records = values.map((value) => ({ key: null, value }));
    await admin().produce({ topic, partition, compression: "none", records });
    return values;
  };
  const join = (...[options, access]: [ConstructorParameters<typeof LiveMember>[1], object?]) => {
    const member = new LiveMember({ servers: servers(), ...access }, options);
    return keep(member);
  };

  test("a broker that is killed and comes back: nothing committed is read again, nothing else is lost", async () => {
    await admin().createTopic({ topic: "survivors", partitions: 2 });
    const expected = [...(await produce("survivors", 0, 20)), ...(await produce("survivors", 20, 20, 1))];
    const member = join({ topics: ["survivors"], groupId: "survivors" }).flow();
    await until(
      () => member.read.length === 40,
      () => `${member.read.length} records read`,
    );
    const committed = await member.session.commit({ deadlineMs: 5_000 });

    await cluster().killNode(1);
    const pending = member.session.commit({ deadlineMs: 700 });
    const askedAt = Date.now();
    const lost = await pending;
    const tookMs = Date.now() - askedAt;
    await cluster().restartNode(1);
    await until(
      () => member.has(2),
      () => JSON.stringify(member.session.membership()),
      40_000,
    );
    expected.push(...(await produce("survivors", 40, 20)));
    await until(
      () => new Set(member.read.map(({ value }) => value)).size === 60,
      () => `${member.read.length} records`,
      30_000,
    );

    expect(committed.outcome).toBe("committed");
    expect(lost.outcome).toBe("deadlinePassed");
    expect(tookMs).toBeLessThan(3_000);
    expect(member.read.map(({ value }) => value).sort()).toEqual(expected.sort());
  }, 90_000);

  test("a commit during a join that another member holds up settles at its deadline; the next one succeeds", async () => {
    const groupId = "held-up";
    await admin().createTopic({ topic: "held", partitions: 2 });
    await produce("held", 0, 10);
    const member = join({ topics: ["held"], groupId }).flow();
    await until(
      () => member.read.length === 10,
      () => `${member.read.length} records read`,
    );
    // Joins, and then neither heartbeats nor joins again: the next rebalance waits for it.
    await sleepyMember(client(), groupId, "held");
    await until(
      () => member.has(1),
      () => "the partitions were not divided",
    );
    const third = join({ topics: ["held"], groupId }).flow();
    await until(
      () => member.session.membership()?.state === "joining",
      () => "there is no rebalance",
    );

    const askedAt = Date.now();
    const blocked = await member.session.commit({ deadlineMs: 500 });
    const tookMs = Date.now() - askedAt;
    await until(
      () => member.has(1) && third.has(1),
      () => "the rebalance did not end",
      30_000,
    );
    await produce("held", 10, 4, 0);
    await until(
      () => member.read.length + third.read.length >= 14,
      () => "the rest was not read",
    );
    const after = await member.session.commit({ deadlineMs: 5_000 });

    expect(blocked).toMatchObject({ outcome: "deadlinePassed" });
    expect(blocked.message).toContain("JoinGroup is not answered");
    expect(tookMs).toBeLessThan(1_500);
    expect(after.outcome).toBe("committed");
  }, 60_000);

  test("a group the user may not use: the session ends, and says which permission is missing", async () => {
    await admin().createTopic({ topic: "secret", partitions: 1 });
    const asAlice = {
      servers: cluster().addresses("SASL_PLAINTEXT"),
      sasl: { mechanism: "PLAIN", username: "alice", password: passwordOf("alice") },
    };

    const member = join({ topics: ["secret"], groupId: "forbidden" }, asAlice).flow();

    await until(
      () => member.all("session.ended").length === 1,
      () => JSON.stringify(member.session.membership()),
    );
    expect(member.all("session.ended")[0]).toMatchObject({ reason: "failed" });
    expect(member.all("session.ended")[0]?.message).toMatch(/forbidden.*GROUP_AUTHORIZATION_FAILED.*ACL/);
    expect(member.all("group.memberPhase").filter(({ phase }) => phase === "joining").length).toBeLessThan(5);
  });

  test("a topic the user may not read is an error of its partitions", async () => {
    await admin().createTopic({ topic: "hidden", partitions: 1 });
    const acl = [
      "--add",
      "--allow-principal",
      "User:alice",
      "--operation",
      "Read",
      "--operation",
      "Describe",
    ];
    const to = ["--bootstrap-server", servers()];
    await kafkaTool(cluster().version, "acls", [...to, ...acl, "--group", "readers"]);
    const asAlice = {
      servers: cluster().addresses("SASL_PLAINTEXT"),
      sasl: { mechanism: "PLAIN", username: "alice", password: passwordOf("alice") },
    };
    const directPartitions = [{ topic: "hidden", partition: 0 }];

    const member = join(
      { topics: ["hidden"], directPartitions, startPosition: { kind: "start" } },
      asAlice,
    ).flow();

    const errors = () => member.all("position.state").flatMap(({ error }) => error ?? []);
    await until(
      () => errors().length > 0,
      () => "no error was shown",
    );
    expect(errors()[0]?.code).toContain("AUTHORIZATION_FAILED");
  });

  test("a group that is deleted while it is watched is gone, and its committed offsets with it", async () => {
    await admin().createTopic({ topic: "brief", partitions: 1 });
    await produce("brief", 0, 3);
    const member = join({ topics: ["brief"], groupId: "briefly" }).flow();
    await until(
      () => member.read.length === 3,
      () => `${member.read.length} records read`,
    );
    await member.session.commit({ deadlineMs: 5_000 });
    await member.stop();
    const seen: ObservationBody[] = [];
    const observe = (body: ObservationBody) => void seen.push(body);
    const observer = new ClusterObserver({
      client: client(),
      clock: systemClock,
      observe,
      intervalMs: 60_000,
    });
    await observer.refresh();
    const listed = (body: ObservationBody) =>
      body.type === "group.listed" && body.groups.some(({ groupId }) => groupId === "briefly");
    const before = seen.splice(0).filter(listed).length;

    const args = ["--bootstrap-server", servers(), "--delete", "--group", "briefly"];
    await kafkaTool(cluster().version, "groups", args);
    await observer.refresh();
    observer.dispose();

    expect(before).toBe(1);
    expect(seen.some(({ type }) => type === "group.listed")).toBe(true);
    expect(seen.filter(listed)).toEqual([]);
    expect(seen.filter((body) => body.type === "group.failed")).toEqual([]);
  });
});

/** A member that takes part in one rebalance and is not heard of again. */
async function sleepyMember(client: ClusterClient, groupId: string, topic: string): Promise<void> {
  const metadata = encodeData(consumerProtocolSubscription, 1, {
    topics: [topic],
    userData: null,
    ownedPartitions: [],
  });
  const request = {
    groupId,
    sessionTimeoutMs: 60_000,
    rebalanceTimeoutMs: 5_000,
    protocolType: "consumer",
    protocols: [{ name: "range", metadata }],
  };
  const route = { coordinator: groupId, channel: "sleepy" };
  const named = await client.send(route, joinGroup, { ...request, memberId: "" });
  const { body } = await client.send(route, joinGroup, { ...request, memberId: named.body.memberId });
  const { generationId, memberId, protocolName } = body;
  await client.send(route, syncGroup, {
    groupId,
    generationId,
    memberId,
    protocolType: "consumer",
    protocolName,
    assignments: [],
  });
}
