import { truncateSync } from "node:fs";
import { expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import { useCluster } from "#test/support/liveCluster.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { batchesIn, firstSegment } from "#test/support/logSegment.ts";
import { startRealKafka } from "#test/support/realKafka.ts";

const { cluster, servers, admin, keep } = useCluster(
  () => startRealKafka(),
  (member: LiveMember) => member.stop(),
);

test("a log that lost its end in a crash is noticed, and what took its place is read where the policy allows", async () => {
  const topic = "cut";
  await admin().createTopic({ topic, partitions: 1 });
  const produce = (...values: readonly string[]) =>
    admin().produce({
      topic,
      partition: 0,
      compression: "none",
      records: values.map((value) => ({ key: null, value })),
    });
  const read = (resetPolicy: ConsumerOptions["resetPolicy"]) =>
    keep(
      new LiveMember(
        { servers: servers() },
        { topics: [topic], groupId: undefined, startPosition: { kind: "start" }, resetPolicy },
      ).flow(),
    );
  const valuesOf = (member: LiveMember) => member.read.map(({ value }) => value);
  const errorOf = (member: LiveMember) => member.all("position.state").at(-1)?.error?.code;
  await produce("kept 0", "kept 1");
  await produce("lost 2", "lost 3");
  const going = read("start");
  const strict = read("none");
  await until(
    () => going.read.length === 4 && strict.read.length === 4,
    () => `${going.read.length} ${strict.read.length}`,
  );

  await cluster().killNode(1);
  const segment = firstSegment(cluster().dataFolder(1), `${topic}-0`);
  truncateSync(segment, batchesIn(segment)[1]?.at);
  await cluster().restartNode(1);
  await until(
    () => errorOf(strict) === "LOG_TRUNCATED" && going.all("fetch.positionReset").length > 0,
    () => `${errorOf(strict)} ${going.all("fetch.positionReset").length}`,
    40_000,
  );
  await produce("new 2", "new 3");
  await until(
    () => going.read.length === 6,
    () => `${valuesOf(going).join()}`,
  );

  expect(valuesOf(going).slice(4)).toEqual(["new 2", "new 3"]);
  expect(going.all("fetch.positionReset")).toMatchObject([
    {
      cause: "truncation",
      fromOffset: 4n,
      toOffset: 2n,
      lostFromOffset: 2n,
      lostToOffset: 4n,
      deliveredRecords: 2n,
    },
  ]);
  expect(strict.read).toHaveLength(4);
}, 90_000);
