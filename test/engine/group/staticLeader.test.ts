import { expect, test } from "vitest";
import type { Assignor } from "#assignors/assignor.ts";
import { range } from "#assignors/range.ts";
import { seededRandom } from "#base/random.ts";
import { benchSession } from "../support/benchSession.ts";
import { EngineBench } from "../support/engineBench.ts";

test("a leader that comes back to an assignment which is kept divides nothing", async () => {
  const bench = new EngineBench();
  await bench.run(bench.playground.start());
  bench.playground.createTopic("orders", { partitions: 6 });
  const divided: string[][] = [];
  const counted: Assignor = {
    name: "counted",
    rebalanceProtocol: "eager",
    assign: (members, topics) => {
      divided.push(members.flatMap(({ groupInstanceId }) => groupInstanceId ?? []).sort());
      return range.assign(members, topics);
    },
  };
  const start = (instance: string) => {
    const { session } = benchSession(
      { assignors: ["counted"], groupInstanceId: instance },
      {
        name: instance,
        clock: bench.clock,
        random: seededRandom(1),
        cluster: bench.client(`client-${instance}`),
        customAssignors: [counted],
      },
    );
    session.start();
    return session;
  };
  const leader = start("one");
  await bench.until("it leads", () => leader.assignment().length === 6);
  const other = start("two");
  await bench.until("each has three", () =>
    [leader, other].every((session) => session.assignment().length === 3),
  );
  const had = leader.assignment();
  await bench.run(leader.close({ deadlineMs: 1_000, leaveGroup: "unlessStatic", reason: "a restart" }));

  const back = start("one");
  await bench.until("it is back", () => back.assignment().length > 0);

  expect(back.assignment()).toEqual(had);
  expect(divided).toEqual([["one"], ["one", "two"]]);
});
