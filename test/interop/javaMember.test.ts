import { describe, expect, test } from "vitest";
import type { ForeignConsumer } from "#test/support/foreign/foreignConsumer.ts";
import { startJavaConsumer } from "#test/support/javaConsumer.ts";
import { type StartedCluster, useCluster } from "#test/support/liveCluster.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { bothClusters } from "./support/bothClusters.ts";

const partitionCount = 6;
const perRound = 30;

describe.each(bothClusters)("a Java consumer in one group with our engine, on %s", (_name, start) => {
  let made = 0;
  const { servers, admin, keep } = useCluster<StartedCluster, ForeignConsumer | LiveMember>(
    start,
    (member) => (member instanceof LiveMember ? member.stop() : member.quit()),
  );

  /** Who joins first leads the group: it divides the partitions, for itself and for the other. */
  test.each([
    { assignor: "range", leader: "engine" },
    { assignor: "range", leader: "java" },
    { assignor: "cooperative-sticky", leader: "engine" },
    { assignor: "cooperative-sticky", leader: "java" },
  ] as const)(
    "$assignor led by $leader: partitions are divided, and every record is read exactly once",
    async ({ assignor, leader }) => {
      const topic = `${assignor}-by-${leader}`;
      await admin().createTopic({ topic, partitions: partitionCount });
      const produce = async () => {
        const from = made;
        made += perRound;
        for (let partition = 0; partition < partitionCount; partition++) {
          const records = Array.from({ length: perRound / partitionCount }, (_, index) => ({
            key: null,
            value: `record ${from + partition * (perRound / partitionCount) + index}`,
          }));
          await admin().produce({ topic, partition, compression: "lz4", records });
        }
      };
      const startEngine = () => {
        const options = { topics: [topic], groupId: topic, assignors: [assignor] };
        return keep(new LiveMember({ servers: servers() }, options).flow());
      };
      const startJava = async () => {
        const member = await startJavaConsumer({
          bootstrapServers: servers(),
          groupId: topic,
          topics: [topic],
          assignors: [assignor],
          properties: { "heartbeat.interval.ms": "300", "session.timeout.ms": "6000", "client.id": "java" },
        });
        return keep(member);
      };
      let engine: LiveMember | undefined;
      let java: ForeignConsumer | undefined;
      const values = () => [
        ...(engine?.read ?? []).map(({ value }) => value),
        ...(java?.all("record") ?? []).map(({ value }) => value),
      ];
      const readAll = (what: string) =>
        until(
          () => new Set(values()).size === made - first,
          () => `${what}: ${new Set(values()).size} of ${made - first} records read; ${describeMembers()}`,
          30_000,
        );
      const describeMembers = () =>
        `engine ${engine?.session.membership()?.state} [${engine?.assignment().join(" ")}], java [${java?.assignment().join(" ")}]`;
      const commit = async () => {
        if (engine) await engine.session.commit({ deadlineMs: 5_000 });
        if (!java) return;
        const before = java.all("committed").length;
        java.order("commit");
        await java.until(() => (java?.all("committed").length ?? 0) > before);
      };
      const first = made;

      await produce();
      if (leader === "engine") engine = startEngine();
      else java = await startJava();
      await readAll("alone");
      await commit();
      if (leader === "engine") java = await startJava();
      else engine = startEngine();
      await until(
        () => engine?.has(3) === true && java?.assignment().length === 3,
        () => `not divided: ${describeMembers()}`,
        30_000,
      );
      const shared = [...(engine?.assignment() ?? []), ...(java?.assignment() ?? [])];
      await produce();
      await readAll("together");
      await commit();
      if (leader === "engine") await java?.quit();
      else await engine?.stop();
      const left = () => (leader === "engine" ? engine?.assignment() : java?.assignment()) ?? [];
      await until(
        () => left().length === partitionCount,
        () => `not taken over: ${describeMembers()}`,
        30_000,
      );
      await produce();
      await readAll("after one left");

      expect(new Set(shared).size).toBe(partitionCount);
      expect(values().length).toBe(made - first);
      const led = engine
        ?.all("group.memberPhase")
        .some(({ isLeader, phase }) => isLeader && phase === "stable");
      if (leader === "engine") expect(led).toBe(true);
      else expect(led).toBe(false);
    },
    90_000,
  );
});
