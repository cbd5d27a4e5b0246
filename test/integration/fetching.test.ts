import { closeSync, openSync, writeSync } from "node:fs";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ConsumerOptions } from "#engine/consumerOptions.ts";
import type { ConsumedRecord } from "#engine/fetch/consumedRecord.ts";
import type { ClusterClient } from "#network/clusterClient.ts";
import { sealBatch } from "#protocol/records/batchWriter.ts";
import { batchLayout } from "#protocol/records/recordBatch.ts";
import { liveAdministration } from "#test/support/liveAdministration.ts";
import { LiveMember, until } from "#test/support/liveMember.ts";
import { batchesIn, firstSegment } from "#test/support/logSegment.ts";
import { realClient } from "#test/support/realCluster.ts";
import { type RealKafka, startRealKafka } from "#test/support/realKafka.ts";

/** Damages a batch that is whole and sealed; the length stays. */
type Damage = (batch: Uint8Array) => void;

const flipped: Damage = (batch) => {
  batch[batch.length - 3] = (batch[batch.length - 3] ?? 0) ^ 0x55;
};
const garbled: Damage = (batch) => {
  batch.fill(0x63, batchLayout.records + 12);
  sealBatch(batch);
};

describe("fetching from real Kafka", () => {
  let kafka: RealKafka;
  let client: ClusterClient;
  const members: LiveMember[] = [];

  beforeAll(async () => {
    kafka = await startRealKafka({
      nodes: 3,
      racks: ["a", "b", "c"],
      config: { "replica.selector.class": "org.apache.kafka.common.replica.RackAwareReplicaSelector" },
    });
    client = realClient({ servers: kafka.bootstrapServers });
  });

  afterEach(async () => {
    for (const member of members.splice(0)) await member.stop();
  });

  afterAll(async () => {
    client?.close();
    await kafka?.stop();
  });

  const produce = (topic: string, values: readonly string[], compression: "none" | "gzip", partition = 0) =>
    liveAdministration(client).produce({
      topic,
      partition,
      compression,
      records: values.map((value) => ({ key: null, value })),
    });

  /** Three batches of two records in each partition, on three replicas that all have them. */
  async function filled(topic: string, compression: "none" | "gzip", partitions = 1): Promise<number> {
    await liveAdministration(client).createTopic({ topic, partitions });
    for (let partition = 0; partition < partitions; partition++) {
      for (const name of ["a", "b", "c"]) {
        await produce(topic, [`${name} 1`, `${name} 2`], compression, partition);
      }
    }
    await until(
      () => [1, 2, 3].every((nodeId) => batchesIn(segment(nodeId, topic)).length === 3),
      () => "the replicas have not followed",
    );
    const known = await client.refreshMetadata({ topics: [topic] });
    return known.topics.get(topic)?.partitions[0]?.leaderId ?? 0;
  }

  const segment = (nodeId: number, topic: string) => firstSegment(kafka.dataFolder(nodeId), `${topic}-0`);

  /** Damages the second batch in a broker's own file, as a failing disk does. */
  function damage(nodeId: number, topic: string, how: Damage): void {
    const file = segment(nodeId, topic);
    const batch = batchesIn(file)[1];
    if (!batch) throw new Error(`broker ${nodeId} does not have the batch`);
    const bytes = batch.bytes.slice();
    how(bytes);
    const handle = openSync(file, "r+");
    writeSync(handle, bytes, 0, bytes.length, batch.at);
    closeSync(handle);
  }

  const read = (options: Partial<ConsumerOptions> & Pick<ConsumerOptions, "topics">) => {
    const begin = { groupId: undefined, startPosition: { kind: "start" } } as const;
    const member = new LiveMember({ servers: kafka.bootstrapServers }, { ...begin, ...options });
    members.push(member);
    return member;
  };
  const valuesOf = (member: LiveMember, partition = 0) =>
    member.read.filter((record) => record.partition === partition).map(({ value }) => value);

  test.each([
    ["a flipped bit", "none", flipped, "crc"],
    ["garbage under a good checksum", "gzip", garbled, "decompression"],
    ["garbage for records under a good checksum", "none", garbled, "recordLayout"],
  ] as const)(
    "%s in the leader's file halts its partition, is said once, and skipping loses only it",
    async (what, compression, how, cause) => {
      const topic = `damaged-${what.length}-${cause}`;
      damage(await filled(topic, compression, 2), topic, how);
      const member = read({ topics: [topic] }).flow();
      await until(
        () => member.all("fetch.batchRejected").length === 1 && valuesOf(member, 1).length === 6,
        () => `${member.read.length} read, ${member.all("fetch.batchRejected").length} rejected`,
      );

      const before = valuesOf(member);
      const moved = member.session.skipBatch({ topic, partition: 0 });
      await until(
        () => valuesOf(member).length === 4,
        () => JSON.stringify(valuesOf(member)),
      );

      expect(before).toEqual(["a 1", "a 2"]);
      expect(moved).toEqual({ from: 2n, to: 4n });
      expect(valuesOf(member)).toEqual(["a 1", "a 2", "c 1", "c 2"]);
      expect(member.all("fetch.batchRejected")).toMatchObject([
        { cause, baseOffset: 2n, nextSafeOffset: 4n, boundsTrusted: true, action: "halted" },
      ]);
      expect(member.all("fetch.gap")).toMatchObject([{ fromOffset: 2n, toOffset: 4n }]);
    },
  );

  test("what only the leader's disk has damaged is read from another replica, under the policy retry", async () => {
    const topic = "damaged-on-one";
    const leader = await filled(topic, "gzip");
    damage(leader, topic, garbled);

    const member = read({
      topics: [topic],
      corruptBatchPolicy: { kind: "retry", times: 2, backoffMs: 100, otherwise: "halt" },
    }).flow();
    await until(
      () => member.read.length === 6,
      () => `${member.read.length} records read`,
    );

    expect(valuesOf(member)).toEqual(["a 1", "a 2", "b 1", "b 2", "c 1", "c 2"]);
    expect(
      member
        .all("fetch.batchRejected")
        .every(({ action, readFrom }) => action === "retrying" && readFrom === leader),
    ).toBe(true);
    expect(member.all("fetch.batchResolved")).toMatchObject([{ how: "readable" }]);
  });

  test("the replica in our rack is read, and the leader again when that broker stops", async () => {
    const topic = "near";
    const leader = await filled(topic, "none");
    const near = leader === 3 ? 2 : 3;
    const member = read({ topics: [topic], rack: "abc"[near - 1] }).flow();
    const isNear = () => member.session.partitions()[0]?.readReplicaId === near;
    await until(
      () => member.read.length === 6 && isNear(),
      () => `${member.read.length} records read, near: ${isNear()}`,
    );

    await kafka.killNode(near);
    await produce(topic, ["d 1"], "none");
    await until(
      () => member.read.length === 7,
      () => `${member.read.length} records read`,
      30_000,
    );
    await kafka.restartNode(near);

    expect(valuesOf(member).at(-1)).toBe("d 1");
    expect(member.all("fetch.positionReset")).toEqual([]);
  });

  test("transactions: aborted records are hidden, and markers are shown on request", async () => {
    const topic = "transactions";
    await liveAdministration(client).createTopic({ topic, partitions: 1 });
    const kafkajs = new Kafka({
      brokers: kafka.bootstrapServers.split(","),
      logLevel: logLevel.NOTHING,
    });
    const producer = kafkajs.producer({ transactionalId: "t", idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for (const how of ["commit", "abort", "commit"] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value: how }, { value: how }] });
      await transaction[how]();
    }
    await producer.disconnect();

    const committed = read({ topics: [topic], isolation: "read_committed" }).flow();
    const all = read({ topics: [topic], controlRecords: true });
    await until(
      () => committed.read.length === 4 && committed.session.partitions()[0]?.position === 9n,
      () => `${committed.read.length} records read`,
    );
    const records: ConsumedRecord[] = [];
    while (records.length < 9) {
      records.push(...(await all.session.poll({ maxRecords: 100, timeoutMs: 5_000 })));
    }

    expect(valuesOf(committed)).toEqual(["commit", "commit", "commit", "commit"]);
    expect(records.map(({ control }) => control?.type ?? "data")).toEqual(
      ["commit", "abort", "commit"].flatMap((how) => ["data", "data", how]),
    );
    expect(records[2]?.control).toMatchObject({ producerEpoch: expect.any(Number), coordinatorEpoch: 0 });
  });

  test("without fetch sessions the same is read", async () => {
    await filled("sessionless", "gzip");

    const member = read({ topics: ["sessionless"], fetchSessions: false }).flow();
    await until(
      () => member.read.length === 6,
      () => `${member.read.length} records read`,
    );

    expect(member.all("fetch.completed").every(({ fetchSessionId }) => fetchSessionId === undefined)).toBe(
      true,
    );
  });
});
