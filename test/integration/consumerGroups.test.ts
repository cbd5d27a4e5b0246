import { describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import { consumerGroupDescribe } from "#protocol/apis/consumerGroupDescribe.ts";
import { consumerGroupHeartbeat } from "#protocol/apis/consumerGroupHeartbeat.ts";
import { newestKafka } from "#test/support/kafkaJars.ts";
import { useCluster } from "#test/support/liveCluster.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";

const quickGroups = {
  "group.consumer.min.heartbeat.interval.ms": "100",
  "group.consumer.heartbeat.interval.ms": "200",
  "group.consumer.min.session.timeout.ms": "1000",
  "group.consumer.session.timeout.ms": "4000",
  // A classic group stays one, as it does on Kafka before 4.
  "group.consumer.migration.policy": "disabled",
};

describe("KIP-848 consumer groups on real Kafka", () => {
  const { cluster, servers, client, admin, keep } = useCluster(
    () => startRealKafka({ config: quickGroups }),
    (member: LiveMember) => member.stop(),
  );

  const createTopic = (topic: string, partitions: number) => admin().createTopic({ topic, partitions });
  const produce = (topic: string, values: readonly string[], partition = 0) =>
    admin().produce({
      topic,
      partition,
      compression: "none",
      records: values.map((value) => ({ key: null, value })),
    });
  const join = (options: Partial<ConsumerOptions>) => {
    const topics = options.topics ?? [];
    const member = new LiveMember({ servers: servers() }, { groupProtocol: "consumer", ...options, topics });
    return keep(member);
  };
  const numbered = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${name} ${index}`);
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

  test("partitions are given up only when the slow revoked callback ended, and nothing is read twice", async () => {
    await createTopic("slow", 2);
    for (const partition of [0, 1]) await produce("slow", numbered(`p${partition}`, 10), partition);
    const slow = { topics: ["slow"], groupId: "slowly", commitOnRevoke: true };
    const callbackDelays = { assignedMs: 0, revokedMs: 6_000, lostMs: 0 };
    const first = join({ ...slow, callbackDelays, rebalanceTimeoutMs: 20_000 }).flow();
    await until(
      () => first.read.length === 20,
      () => state(first),
    );

    const second = join(slow).flow();
    await until(
      () => first.session.membership()?.state === "revoking",
      () => state(first),
    );
    const joinedAt = Date.now();
    await until(
      () => first.has(1) && second.has(1),
      () => `${state(first)} ${state(second)}`,
    );
    const tookMs = Date.now() - joinedAt;
    for (const partition of [0, 1]) await produce("slow", [`late ${partition}`], partition);
    await until(
      () => first.read.length + second.read.length >= 22,
      () => `${first.read.length} ${second.read.length}`,
    );

    // Longer than the session timeout: heartbeats went on.
    expect(tookMs).toBeGreaterThan(5_000);
    expect(first.read).toHaveLength(21);
    expect(second.read).toHaveLength(1);
    expect(first.all("commit.state").at(-1)).toMatchObject({ trigger: "revoke", outcome: "committed" });
    expect(first.all("position.removed").map(({ reason }) => reason)).toEqual(["revoked"]);
  });

  test("a static member that comes back has what it had, and the other member hears nothing of it", async () => {
    await createTopic("static", 4);
    const options = { topics: ["static"], groupId: "statics" };
    const other = join({ ...options, groupInstanceId: "other" });
    const first = join({ ...options, groupInstanceId: "one" });
    await until(
      () => other.has(2) && first.has(2),
      () => `${state(other)} ${state(first)}`,
    );
    const had = first.assignment();
    const steps = other.all("session.state").length;

    await first.stop("unlessStatic");
    const back = join({ ...options, groupInstanceId: "one" });
    await until(
      () => back.has(2),
      () => state(back),
    );

    expect(back.assignment()).toEqual(had);
    expect(other.all("session.state")).toHaveLength(steps);
    expect(back.all("session.state").flatMap(({ reason }) => reason ?? [])).toEqual([]);
  });

  test("a static member that leaves gives up its partitions and its id", async () => {
    await createTopic("left", 4);
    const options = { topics: ["left"], groupId: "leavers" };
    const other = join({ ...options, groupInstanceId: "other" });
    const first = join({ ...options, groupInstanceId: "one" });
    await until(
      () => other.has(2) && first.has(2),
      () => `${state(other)} ${state(first)}`,
    );

    await first.stop(true);
    const { body } = await client().send({ coordinator: "leavers" }, consumerGroupDescribe, {
      groupIds: ["leavers"],
      includeAuthorizedOperations: false,
    });
    await until(
      () => other.has(4),
      () => state(other),
    );
    const next = join({ ...options, groupInstanceId: "one" });
    await until(
      () => other.has(2) && next.has(2),
      () => `${state(other)} ${state(next)}`,
    );

    expect(body.groups[0]?.members.map(({ instanceId }) => instanceId)).toEqual(["other"]);
    expect(next.all("session.state").flatMap(({ reason }) => reason ?? [])).toEqual([]);
  });

  test("an instance id that a crashed member still has is waited for, and says so", async () => {
    await createTopic("instances", 1);
    const options = { topics: ["instances"], groupId: "instances", groupInstanceId: "one" };
    const first = join(options);
    await until(
      () => first.has(1),
      () => state(first),
    );
    await first.session.close({ deadlineMs: 1_000, leaveGroup: false, reason: "crash" });

    const second = join(options);
    await until(
      () => second.has(1),
      () => state(second),
    );

    const reasons = second.all("session.state").map(({ reason }) => reason ?? "");
    expect(reasons.some((reason) => reason.includes("UNRELEASED_INSTANCE_ID"))).toBe(true);
  });

  test("topics that match the pattern are read, also one that is created later", async () => {
    await createTopic("logs-a", 1);
    await createTopic("other-a", 1);
    const member = join({ topicPattern: "logs-.*", groupId: "matchers" }).flow();
    await until(
      () => member.has(1),
      () => state(member),
    );

    await createTopic("logs-b", 2);
    await until(
      () => member.has(3),
      () => state(member),
      40_000,
    );
    await produce("logs-b", ["found"], 1);
    await until(
      () => member.read.length === 1,
      () => state(member),
    );

    expect(member.assignment()).toEqual(["logs-a-0", "logs-b-0", "logs-b-1"]);
  });

  test.each([["an assignor the broker does not have", { serverAssignor: "sticky" }, "UNSUPPORTED_ASSIGNOR"]])(
    "%s ends the session with what the broker says",
    async (_, options, error) => {
      await createTopic(`refused-${error}`, 1);
      const member = join({ topics: [`refused-${error}`], groupId: error, ...options });

      await until(
        () => member.all("session.ended").length === 1,
        () => state(member),
      );

      expect(member.all("session.ended")[0]?.message).toMatch(`(${error})`);
      expect(member.all("session.ended")[0]?.message).toMatch("the broker says");
    },
  );

  test("the broker's range assignor divides when it is chosen", async () => {
    await createTopic("ranged", 4);
    const options = { topics: ["ranged"], groupId: "rangers", serverAssignor: "range" };

    const both = [join(options), join(options)];
    await until(
      () => both.every((member) => member.has(2)),
      () => both.map(state).join(),
    );

    expect(both.map((member) => member.assignment()).sort()).toEqual([
      ["ranged-0", "ranged-1"],
      ["ranged-2", "ranged-3"],
    ]);
  });

  test("a member that somebody removed loses everything, and joins again", async () => {
    await createTopic("removed", 2);
    await produce("removed", numbered("v", 5));
    const member = join({ topics: ["removed"], groupId: "removed", autoCommit: "onPoll" }).flow();
    await until(
      () => member.has(2) && member.read.length === 5,
      () => state(member),
    );
    const memberId = member.all("session.state").at(-1)?.memberId ?? "";
    const lostBefore = member.all("group.memberPhase").length;

    await client().send({ coordinator: "removed" }, consumerGroupHeartbeat, {
      groupId: "removed",
      memberId,
      memberEpoch: -1,
    });
    await until(
      () =>
        member
          .all("group.memberPhase")
          .slice(lostBefore)
          .some(({ lost }) => lost.length === 2) && member.has(2),
      () => state(member),
    );
    await produce("removed", ["later"]);
    await until(
      () => member.read.some(({ value }) => value === "later"),
      () => state(member),
    );

    const lost = member.all("group.memberPhase").find((phase) => phase.lost.length > 0);
    expect(lost?.reason).toMatch("UNKNOWN_MEMBER_ID");
    expect(member.all("position.removed").map(({ reason }) => reason)).toEqual(["lost", "lost"]);
  });

  test("a classic group that the broker does not change is joined as one, and the session says why", async () => {
    await createTopic("kept-classic", 2);
    const options = { topics: ["kept-classic"], groupId: "kept-classic" };
    const classic = join({ ...options, groupProtocol: "classic" });
    await until(
      () => classic.has(2),
      () => state(classic),
    );

    const member = join(options);
    await until(
      () => classic.has(1) && member.has(1),
      () => state(member),
    );

    expect(member.all("session.state").at(-1)).toMatchObject({
      groupProtocol: "classic",
      fallbackReason: expect.stringContaining("GROUP_ID_NOT_FOUND"),
    });
  });

  test("a coordinator that is killed and comes back finds its member again", async () => {
    await createTopic("restarted", 2);
    await produce("restarted", numbered("v", 5));
    const member = join({ topics: ["restarted"], groupId: "restarted" }).flow();
    await until(
      () => member.has(2) && member.read.length === 5,
      () => state(member),
    );
    await member.session.commit({ deadlineMs: 5_000 });

    await cluster().killNode(1);
    const commit = member.session.commit({ deadlineMs: 30_000 });
    await cluster().restartNode(1);
    const { outcome } = await commit;
    await until(
      () => member.has(2),
      () => state(member),
      40_000,
    );
    await produce("restarted", ["later"]);
    await until(
      () => member.read.length === 6,
      () => state(member),
      40_000,
    );

    expect(outcome).toBe("committed");
    expect(member.read.map(({ value }) => value)).toEqual([...numbered("v", 5), "later"]);
    expect(member.all("session.ended")).toEqual([]);
  });
});

describe.each([
  [newestKafka, { "group.coordinator.rebalance.protocols": "classic" }],
  ["3.9.2", {}],
] as const)("a broker without consumer groups: Kafka %s %o", (version, config) => {
  const cluster = useCluster(
    () => startRealKafka({ version, config }),
    (member: LiveMember) => member.stop(),
  );

  test("the session goes on as a classic member, reads, and says why", async () => {
    const shown = await stateOnceReading(cluster);

    expect(shown).toMatchObject({ membership: "stable", groupProtocol: "classic" });
    expect(shown?.fallbackReason).toMatch(/UNSUPPORTED_VERSION|does not know ConsumerGroupHeartbeat|we need/);
  }, 90_000);
});

describe("Kafka 3.9.2 that was told to have consumer groups", () => {
  const cluster = useCluster(
    () =>
      startRealKafka({
        version: "3.9.2",
        config: { "group.coordinator.rebalance.protocols": "classic,consumer" },
      }),
    (member: LiveMember) => member.stop(),
  );

  test("has them", async () => {
    const shown = await stateOnceReading(cluster);

    expect(shown).toMatchObject({ membership: "stable", groupProtocol: "consumer" });
  }, 90_000);
});

/** What a member that asked for a consumer group says of itself once it has read a record. */
async function stateOnceReading({
  servers,
  admin,
  keep,
}: ReturnType<typeof useCluster<RealKafka, LiveMember>>) {
  await admin().createTopic({ topic: "orders", partitions: 1 });
  const records = [{ key: null, value: "v" }];
  await admin().produce({ topic: "orders", partition: 0, compression: "none", records });

  const member = keep(
    new LiveMember(
      { servers: servers() },
      { topics: ["orders"], groupId: "billing", groupProtocol: "consumer" },
    ),
  ).flow();
  await until(
    () => member.read.length === 1,
    () => JSON.stringify(member.all("session.state").at(-1)),
  );
  return member.all("session.state").at(-1);
}
