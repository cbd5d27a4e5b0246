import { describe, expect, test } from "vitest";
import { topicPartitionText } from "#base/topicPartition.ts";
import { createPartitions } from "#protocol/apis/createPartitions.ts";
import { useCluster } from "#test/support/liveCluster.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { startRealKafka } from "#test/support/realKafka.ts";

describe("a static leader on real Kafka", () => {
  const { servers, client, admin, keep } = useCluster(
    () => startRealKafka(),
    (member: LiveMember) => member.stop(),
  );

  const grow = async (name: string, count: number) => {
    const request = { topics: [{ name, count, assignments: null }], timeoutMs: 5_000, validateOnly: false };
    const { body } = await client().send({ controller: true }, createPartitions, request, {
      timeoutMs: 10_000,
    });
    expect(body.results).toMatchObject([{ errorCode: 0 }]);
  };
  const joined = (member: LiveMember) =>
    member.all("session.state").filter(({ membership }) => membership === "stable");
  const state = (member: LiveMember) => JSON.stringify(member.all("session.state").at(-1));

  // Without a rebalance: the coordinator gives the leader that comes back the assignment of before (KIP-345, KIP-814).
  test.each(["range", "roundrobin"])(
    "that is restarted after its topic grew gets the new partition an owner (%s)",
    async (assignor) => {
      const topic = `grown-${assignor}`;
      const groupId = `static-${assignor}`;
      await admin().createTopic({ topic, partitions: 2 });
      const start = (groupInstanceId: string) => {
        const options = { topics: [topic], groupId, groupInstanceId, assignors: [assignor] };
        return keep(new LiveMember({ servers: servers() }, { ...options, sessionTimeoutMs: 30_000 }));
      };
      const leader = start("leader");
      await until(
        () => leader.has(2),
        () => state(leader),
      );
      const follower = start("follower");
      await until(
        () => leader.has(1) && follower.has(1),
        () => `${state(leader)} ${state(follower)}`,
      );
      const generationId = joined(leader).at(-1)?.generationId ?? 0;
      await leader.session.close({ deadlineMs: 3_000, leaveGroup: "unlessStatic", reason: "a restart" });
      await grow(topic, 3);

      const back = start("leader");
      const owned = () =>
        [...back.session.assignment(), ...follower.session.assignment()].map(topicPartitionText).sort();
      await until(
        () => owned().length === 3,
        () => `${state(back)} ${state(follower)}`,
      );

      expect(owned()).toEqual([0, 1, 2].map((partition) => `${topic}-${partition}`));
      expect(joined(back).map((step) => step.generationId)).toEqual([generationId, generationId + 1]);
      const reasons = back.all("session.state").map(({ reason }) => reason);
      expect(reasons).toContain(`${topic} has 3 partitions, and 2 were assigned`);
    },
  );
});
