import { expect, test } from "vitest";
import { useCluster } from "#test/support/liveCluster.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { startRealKafka } from "#test/support/realKafka.ts";

const partitionCount = 6;

const { servers, admin, keep } = useCluster(
  () => startRealKafka(),
  (member: LiveMember) => member.stop(),
);

test("a group that goes from range to cooperative-sticky by rolling, and back, strands no partition", async () => {
  const topic = "rolling";
  await admin().createTopic({ topic, partitions: partitionCount });
  const everybody: LiveMember[] = [];
  const join = (...assignors: readonly string[]) => {
    const options = { topics: [topic], groupId: topic, assignors };
    const member = keep(new LiveMember({ servers: servers() }, options).flow({ commit: true }));
    everybody.push(member);
    return member;
  };
  const state = () =>
    everybody
      .map((member) => `${member.assignment().join(" ")} ${member.session.membership()?.state}`)
      .join();
  const shared = (...members: readonly LiveMember[]) =>
    until(() => members.every((member) => member.has(partitionCount / members.length)), state);
  let produced = 0;
  const everyPartitionIsRead = async () => {
    for (let partition = 0; partition < partitionCount; partition++) {
      const records = [{ key: null, value: `record ${produced++}` }];
      await admin().produce({ topic, partition, compression: "none", records });
    }
    await until(
      () => everybody.flatMap(({ read }) => read).length >= produced,
      () => `${everybody.flatMap(({ read }) => read).length} of ${produced} read: ${state()}`,
    );
  };
  const assignorsOf = (...members: readonly LiveMember[]) =>
    members.map((member) => member.all("session.state").at(-1)?.assignor);
  const replace = async (old: LiveMember, stays: LiveMember, ...assignors: readonly string[]) => {
    await old.stop();
    await shared(stays);
    await everyPartitionIsRead();
    const next = join(...assignors);
    await shared(stays, next);
    await everyPartitionIsRead();
    return next;
  };

  const eager = [join("range"), join("range")] as const;
  await shared(...eager);
  await everyPartitionIsRead();
  const firstBoth = await replace(eager[0], eager[1], "cooperative-sticky", "range");
  const secondBoth = await replace(eager[1], firstBoth, "cooperative-sticky", "range");
  const whenAllHaveBoth = assignorsOf(firstBoth, secondBoth);
  const cooperative = await replace(firstBoth, secondBoth, "cooperative-sticky");
  const whenUpgraded = assignorsOf(secondBoth, cooperative);
  const bothAgain = await replace(cooperative, secondBoth, "cooperative-sticky", "range");
  const eagerAgain = await replace(secondBoth, bothAgain, "range");
  const whenBack = assignorsOf(bothAgain, eagerAgain);

  const read = everybody.flatMap((member) => member.read.map(({ value }) => value));
  expect(new Set(read).size).toBe(produced);
  expect(read).toHaveLength(produced);
  expect([whenAllHaveBoth, whenUpgraded, whenBack]).toEqual([
    ["cooperative-sticky", "cooperative-sticky"],
    ["cooperative-sticky", "cooperative-sticky"],
    ["range", "range"],
  ]);
}, 120_000);
