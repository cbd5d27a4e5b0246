import { Kafka, logLevel } from "kafkajs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import type { ClusterClient } from "#network/clusterClient.ts";
import { kafkaTool } from "#test/support/kafkaTool.ts";
import { liveAdministration } from "#test/support/liveAdministration.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { realClient } from "#test/support/realCluster.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";

const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

describe("our engine on real Kafka", () => {
  let kafka: RealKafka;
  let client: ClusterClient;
  const members: LiveMember[] = [];

  beforeAll(async () => {
    kafka = await startRealKafka();
    client = realClient({ servers: kafka.bootstrapServers });
  });

  afterEach(async () => {
    for (const member of members.splice(0)) await member.stop();
  });

  afterAll(async () => {
    client?.close();
    await kafka?.stop();
  });

  const createTopic = (topic: string, partitions = 1) =>
    liveAdministration(client).createTopic({ topic, partitions });
  const produce = (topic: string, values: readonly string[], partition = 0) =>
    liveAdministration(client).produce({
      topic,
      partition,
      compression: "none",
      records: values.map((value) => ({ key: null, value })),
    });
  const join = (options: Partial<ConsumerOptions> & Pick<ConsumerOptions, "topics">) => {
    const member = new LiveMember({ servers: kafka.bootstrapServers }, options);
    members.push(member);
    return member;
  };
  const numbered = (name: string, count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => `${name} ${from + index}`);

  test("records of every codec, of Java's producer and of ours, are read with keys, headers and times", async () => {
    await createTopic("packed");
    const expected: [string | null, string][] = [];
    for (const codec of codecs) {
      const java = numbered(`java ${codec}`, 40);
      const args = [
        "--bootstrap-server",
        kafka.bootstrapServers,
        "--topic",
        "packed",
        "--compression-codec",
        codec,
      ];
      const keys = ["--property", "parse.key=true", "--property", "key.separator=:"];
      const lines = java.map((value) => `key:${value}\n`).join("");
      await kafkaTool(kafka.version, "console-producer", [...args, ...keys], { stdin: lines });
      expected.push(...java.map((value): [string, string] => ["key", value]));
      const headers = { codec };
      const ours = numbered(`ours ${codec}`, 40);
      const records = ours.map((value) => ({ key: null, value, headers }));
      await liveAdministration(client).produce({
        topic: "packed",
        partition: 0,
        compression: codec,
        records,
      });
      expected.push(...ours.map((value): [null, string] => [null, value]));
    }
    const since = BigInt(Date.now() - 600_000);

    const member = join({ topics: ["packed"], groupId: "unpackers" }).flow();

    await until(
      () => member.read.length >= expected.length,
      () => `${member.read.length} records read`,
    );
    expect(member.read.map(({ key, value }) => [key, value])).toEqual(expected);
    expect(member.read.map(({ offset }) => offset)).toEqual(expected.map((_, index) => BigInt(index)));
    expect(member.read.every(({ timestamp }) => timestamp > since)).toBe(true);
    expect(member.read.filter(({ headers }) => headers["codec"] !== undefined)).toHaveLength(200);
    expect(member.all("fetch.batchRejected")).toEqual([]);
  });

  test("a second member of a group goes on where the first one committed, and nowhere else", async () => {
    await createTopic("resumed", 2);
    await produce("resumed", numbered("a", 10), 0);
    await produce("resumed", numbered("b", 10), 1);
    const first = join({ topics: ["resumed"], groupId: "resumers" });
    await until(
      () => first.has(2),
      () => JSON.stringify(first.session.membership()),
    );
    while (first.read.length < 12) await first.poll(12 - first.read.length);

    const { outcome } = await first.session.commit({ deadlineMs: 5_000 });
    await first.poll(3);
    await first.stop();
    const second = join({ topics: ["resumed"], groupId: "resumers" }).flow();
    await until(
      () => second.read.length === 8,
      () => `${second.read.length} records read`,
    );

    expect(outcome).toBe("committed");
    const read = [...first.read.slice(0, 12), ...second.read].map(({ value }) => value);
    expect(read.sort()).toEqual([...numbered("a", 10), ...numbered("b", 10)].sort());
  });

  test("pausing keeps what is buffered, skipping while paused leaves it out, once", async () => {
    await createTopic("paused");
    await produce("paused", numbered("old", 10));
    const member = join({ topics: ["paused"], groupId: "pausers" });
    const key = { topic: "paused", partition: 0 };
    const toEnd = { kind: "end" } as const;
    await member.poll(4);
    member.session.pause(key);

    const whilePaused = await member.poll(100, 300);
    const buffered = member.session.buffered(key);
    await produce("paused", numbered("later", 5));
    const preview = await member.session.previewSkip(key, toEnd);
    const skipped = await member.session.skip(key, toEnd, { how: "move", commit: true });
    const again = await member.session.skip(key, toEnd, { how: "move" });
    const left = member.session.buffered(key);
    await produce("paused", numbered("new", 3));
    member.session.resume(key);
    const resumed = await member.poll(100);

    expect(whilePaused).toEqual([]);
    expect(buffered.records).toBe(6);
    expect(preview).toMatchObject({ from: 4n, to: 15n, offsets: 11n, bufferedRecords: 6 });
    expect(skipped).toMatchObject({ from: 4n, to: 15n, commit: { outcome: "committed" } });
    expect(again).toEqual({ from: 15n, to: 15n });
    expect(left).toEqual({ records: 0, bytes: 0, batches: 0 });
    expect(resumed.map(({ value }) => value)).toEqual(numbered("new", 3));
    expect(member.all("fetch.gap")).toMatchObject([{ reason: "userSkip", fromOffset: 4n, toOffset: 15n }]);
  });

  test("seeking finds the start, the end, an offset and a time, and none of them is skipped over", async () => {
    await createTopic("sought");
    const kafkaJs = new Kafka({ brokers: kafka.bootstrapServers.split(","), logLevel: logLevel.NOTHING });
    const producer = kafkaJs.producer();
    await producer.connect();
    const messages = numbered("v", 10).map((value, index) => ({
      value,
      timestamp: String(1_000 * (index + 1)),
    }));
    await producer.send({ topic: "sought", messages });
    await producer.disconnect();
    const member = join({ topics: ["sought"], startPosition: { kind: "end" } });
    const key = { topic: "sought", partition: 0 };
    await until(
      () => member.session.partitions()[0]?.position === 10n,
      () => "it does not stand at the end",
    );
    const firstAfter = async (target: Parameters<typeof member.session.seek>[1]) => {
      const { to } = await member.session.seek(key, target);
      const [record] = await member.poll(1, 1_000);
      return [to, record?.value];
    };

    const found = [
      await firstAfter({ kind: "offset", offset: 7n }),
      await firstAfter({ kind: "start" }),
      await firstAfter({ kind: "timestamp", timestampMs: 4_500 }),
      await firstAfter({ kind: "timestamp", timestampMs: 99_000 }),
      await firstAfter({ kind: "end" }),
    ];

    expect(found).toEqual([
      [7n, "v 7"],
      [0n, "v 0"],
      [4n, "v 4"],
      [10n, undefined],
      [10n, undefined],
    ]);
  });

  test("a position behind the end of the log is reset as the policy says, and reported", async () => {
    await createTopic("beyond");
    await produce("beyond", numbered("v", 5));
    const member = join({
      topics: ["beyond"],
      startPosition: { kind: "start" },
      resetPolicy: "nearest",
    }).flow();
    await until(
      () => member.read.length === 5,
      () => `${member.read.length} records read`,
    );

    await member.session.seek({ topic: "beyond", partition: 0 }, { kind: "offset", offset: 500n });

    await until(
      () => member.all("fetch.positionReset").length === 1,
      () => "no reset was reported",
    );
    expect(member.all("fetch.positionReset")[0]).toMatchObject({
      cause: "outOfRange",
      policy: "nearest",
      fromOffset: 500n,
      toOffset: 5n,
    });
  });

  test("read_committed leaves out what was aborted, and stands at the end behind the control records", async () => {
    await createTopic("transfers");
    const kafkaJs = new Kafka({ brokers: kafka.bootstrapServers.split(","), logLevel: logLevel.NOTHING });
    const producer = kafkaJs.producer({
      transactionalId: "transfers",
      maxInFlightRequests: 1,
      idempotent: true,
    });
    await producer.connect();
    for (const [name, isKept] of [
      ["kept", true],
      ["gone", false],
      ["kept", true],
      ["gone", false],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: "transfers", messages: numbered(name, 3).map((value) => ({ value })) });
      await (isKept ? transaction.commit() : transaction.abort());
    }
    const open = await producer.transaction();
    await open.send({ topic: "transfers", messages: [{ value: "undecided" }] });
    const everything = { topics: ["transfers"], startPosition: { kind: "start" } } as const;

    const committed = join({ ...everything, isolation: "read_committed" }).flow();
    const uncommitted = join({ ...everything, isolation: "read_uncommitted" }).flow();
    await until(
      () => uncommitted.read.length === 13,
      () => `${uncommitted.read.length} uncommitted`,
    );
    await until(
      () => committed.read.length === 6,
      () => `${committed.read.length} committed`,
    );
    const standsAt = () => committed.session.partitions()[0]?.position;
    await until(
      () => standsAt() === 16n,
      () => `position ${standsAt()}`,
    );
    const ends = committed.session.partitions()[0]?.ends;
    await open.abort();
    await until(
      () => standsAt() === 18n,
      () => `position ${standsAt()}`,
    );
    await producer.disconnect();

    expect(committed.read.map(({ value }) => value)).toEqual([
      ...numbered("kept", 3),
      ...numbered("kept", 3),
    ]);
    expect(ends).toMatchObject({ highWatermark: 17n, lastStableOffset: 16n });
    expect(committed.session.buffered()).toEqual({ records: 0, bytes: 0, batches: 0 });
  });

  test("a fetch session is kept: idle partitions are not asked for again", async () => {
    await createTopic("sessions", 4);
    const member = join({ topics: ["sessions"], startPosition: { kind: "start" } }).flow();
    await until(
      () => member.all("fetch.completed").length >= 2,
      () => "nothing was fetched",
    );

    await produce("sessions", ["only here"], 2);
    await until(
      () => member.read.length === 1,
      () => "the record did not come",
    );

    const fetches = member.all("fetch.completed");
    const ids = new Set(fetches.map(({ fetchSessionId }) => fetchSessionId));
    expect(ids.size).toBe(1);
    expect(ids.has(undefined)).toBe(false);
    const bringing = fetches.find(({ bytes }) => bytes > 0);
    expect(bringing).toMatchObject({ partitionsAsked: 4, partitionsAnswered: 1 });
  });

  test("a topic that does not exist is said, and read once it is created", async () => {
    const member = join({ topics: ["not-yet"], groupId: "early" }).flow();
    await until(
      () => member.session.membership()?.state === "stable",
      () => "it has not joined",
    );

    await createTopic("not-yet", 2);
    await produce("not-yet", ["hello"], 1);

    await until(
      () => member.read.length === 1,
      () => `has ${member.assignment().join(" ")}`,
      30_000,
    );
    expect(member.assignment()).toEqual(["not-yet-0", "not-yet-1"]);
  });
});
