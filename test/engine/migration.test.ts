import { beforeEach, describe, expect, test } from "vitest";
import type { Assignor } from "#assignors/assignor.ts";
import { range } from "#assignors/range.ts";
import { seededRandom } from "#base/random.ts";
import { type BenchSession, benchSession } from "./support/benchSession.ts";
import { EngineBench, ofType, values } from "./support/engineBench.ts";

const partitionCount = 6;

describe("groups that change how they divide", () => {
  let bench: EngineBench;
  let produced: number;

  beforeEach(async () => {
    bench = new EngineBench();
    produced = 0;
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: partitionCount });
  });

  const join = (assignors: readonly string[]): BenchSession => {
    const member = bench.session({ assignors, autoCommit: "onPoll", commitOnRevoke: true });
    member.session.start();
    return member;
  };

  const isSettled = (members: readonly BenchSession[]) => {
    const all = members.flatMap(({ session }) => session.assignment().map(({ partition }) => partition));
    const generations = new Set(
      members.map(({ session }) => {
        const membership = session.membership();
        return membership?.state === "stable" ? membership.generation.generationId : undefined;
      }),
    );
    const isWhole = all.length === partitionCount && new Set(all).size === partitionCount;
    return isWhole && generations.size === 1 && !generations.has(undefined);
  };

  /** One record to each partition; every one of them is delivered to exactly one member. */
  const expectAllConsumed = async (members: readonly BenchSession[]) => {
    await bench.until("the group settles", () => isSettled(members));
    const expected = Array.from({ length: partitionCount }, () => produced++);
    for (const [partition, value] of expected.entries()) {
      await bench.run(bench.produceBatch({ topic: "orders", partition }, 1, value));
    }
    const got: number[] = [];
    for (let tries = 0; got.length < partitionCount && tries < 20; tries++) {
      for (const member of members) got.push(...values(await member.poll(100, 500)));
    }
    expect(got.sort((a, b) => a - b)).toEqual(expected);
    const stages = members.flatMap(({ session }) =>
      session.partitions().map(({ progress }) => progress.state),
    );
    expect(new Set(stages)).toEqual(new Set(["fetching"]));
  };

  const usedAssignors = (members: readonly BenchSession[]) =>
    new Set(
      members.map(({ session }) => {
        const membership = session.membership();
        return membership?.state === "stable" ? membership.generation.assignor : undefined;
      }),
    );

  /** Stops one member after the other and starts it anew with other assignors, as a rolling bounce does. */
  const bounce = async (members: readonly BenchSession[], assignors: readonly string[]) => {
    let group = [...members];
    for (const member of members) {
      await bench.run(member.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "bounced" }));
      group = [...group.filter((one) => one !== member), join(assignors)];
      await expectAllConsumed(group);
    }
    return group;
  };

  /** No member claims what it does not consume, at any JoinGroup the coordinator saw. */
  const expectNoClaimTwice = () => {
    for (const { members } of ofType(bench.brokerSaw, "group.described")) {
      const claimed = members.flatMap(({ owned = [] }) => owned.map(({ partition }) => partition));
      expect(claimed).toHaveLength(new Set(claimed).size);
    }
  };

  test("two bounces lead from range to cooperative-sticky and two back, and nothing is stranded", async () => {
    let group: readonly BenchSession[] = [join(["range"]), join(["range"]), join(["range"])];
    await expectAllConsumed(group);
    const used: unknown[] = [];

    for (const assignors of [
      ["cooperative-sticky", "range"],
      ["cooperative-sticky"],
      ["range", "cooperative-sticky"],
      ["range"],
    ]) {
      group = await bounce(group, assignors);
      used.push(...usedAssignors(group));
    }

    expect(used).toEqual(["cooperative-sticky", "cooperative-sticky", "range", "range"]);
    expectNoClaimTwice();
  });

  test("a range member that joins a cooperative group makes the others give everything up once", async () => {
    const group = [join(["cooperative-sticky", "range"]), join(["cooperative-sticky", "range"])];
    await expectAllConsumed(group);
    const owned = group.map(({ session }) => session.assignment().length);

    const eager = join(["range"]);
    await expectAllConsumed([...group, eager]);

    expect(usedAssignors([...group, eager])).toEqual(new Set(["range"]));
    const revoked = group.map(
      ({ seen }) => ofType(seen, "group.memberPhase").flatMap((phase) => phase.revoked).length,
    );
    expect(revoked.map((count, index) => count >= (owned[index] ?? 0))).toEqual([true, true]);
  });

  test.each(["roundrobin", "sticky", "RoundRobinAssigner"])(
    "a group with %s takes newcomers and lets members go",
    async (assignor) => {
      const a = join([assignor]);
      await expectAllConsumed([a]);
      const b = join([assignor]);
      await expectAllConsumed([a, b]);

      await bench.run(a.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "enough" }));
      await expectAllConsumed([b]);

      expect(usedAssignors([b])).toEqual(new Set([assignor]));
    },
  );

  test("with sticky, an eager rebalance gives a member back what it had", async () => {
    const a = join(["sticky"]);
    const b = join(["sticky"]);
    await expectAllConsumed([a, b]);
    const before = [a, b].map(({ session }) => session.assignment());

    const c = join(["sticky"]);
    await expectAllConsumed([a, b, c]);

    const after = [a, b].map(({ session }) => session.assignment());
    for (const [index, partitions] of after.entries()) {
      expect(partitions).toHaveLength(2);
      expect(before[index]).toEqual(expect.arrayContaining([...partitions]));
    }
  });

  test("an assignor of one's own divides the group, by its name", async () => {
    const backwards: Assignor = {
      name: "backwards",
      rebalanceProtocol: "eager",
      assign: (members, topics) => {
        const [first, ...rest] = Array.from(range.assign(members, topics)).map(
          ([, partitions]) => partitions,
        );
        const memberIds = members.map(({ memberId }) => memberId).sort();
        return new Map(
          [...rest, first ?? []].map((partitions, index) => [memberIds[index] ?? "", partitions]),
        );
      },
    };
    const { clock } = bench;
    const members = ["A", "B"].map((name, index) =>
      benchSession(
        { assignors: ["backwards"] },
        {
          name,
          clock,
          random: seededRandom(index),
          cluster: bench.client(`client-${name}`),
          customAssignors: [backwards],
        },
      ),
    );

    for (const { session } of members) session.start();
    await bench.until("the group settles", () => isSettled(members));

    expect(usedAssignors(members)).toEqual(new Set(["backwards"]));
  });
});
