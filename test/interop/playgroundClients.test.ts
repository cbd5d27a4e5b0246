import { Kafka, logLevel } from "kafkajs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { tcpTransport } from "#node/tcpTransport.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { readBatches } from "#protocol/records/batchReader.ts";
import { type LivePlayground, startLivePlayground } from "#test/playground/livePlayground.ts";
import { RawClient } from "#test/playground/rawClient.ts";
import type { ForeignConsumer } from "#test/support/foreign/foreignConsumer.ts";
import { startForeignMember } from "#test/support/foreign/foreignMembers.ts";
import {
  type ForeignClient,
  foreignProduce,
  foreignTransact,
} from "#test/support/foreign/foreignPrograms.ts";
import type { JavaClientVersion } from "#test/support/kafkaJars.ts";
import { until } from "#test/support/liveMember.ts";

const partitionCount = 4;
const everyCodec = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** What each client has. */
interface Abilities {
  readonly client: ForeignClient;
  /** Where it is not the one that comes with the newest server the tests run. */
  readonly version?: JavaClientVersion;
  readonly protocols: readonly ("classic" | "consumer")[];
  readonly codecs: readonly string[];
  readonly writesHeaders: boolean;
  /** False for one that commits by itself, and says nothing of it. */
  readonly tellsCommits: boolean;
  /** `withOffsets` where a group's offsets can be part of a transaction without a consumer of that group. */
  readonly transactions: "withOffsets" | "recordsOnly" | "none";
}

const clients: readonly Abilities[] = [
  {
    client: "kafkajs",
    protocols: ["classic"],
    // It leaves the other codecs to packages of others.
    codecs: ["none", "gzip"],
    writesHeaders: true,
    tellsCommits: true,
    transactions: "withOffsets",
  },
  {
    client: "platformatic",
    protocols: ["classic", "consumer"],
    codecs: everyCodec,
    writesHeaders: true,
    tellsCommits: true,
    transactions: "recordsOnly",
  },
  {
    client: "java",
    protocols: ["classic", "consumer"],
    codecs: everyCodec,
    writesHeaders: true,
    tellsCommits: true,
    transactions: "withOffsets",
  },
  // Between these two releases are those that are in use; the codecs are the same code in all of them.
  ...(["4.4.0", "3.9.2"] as const).map((version) => ({
    client: "java" as const,
    version,
    protocols: ["classic", "consumer"] as const,
    codecs: ["zstd"],
    writesHeaders: true,
    tellsCommits: true,
    transactions: "withOffsets" as const,
  })),
  {
    client: "librdkafka",
    protocols: ["classic", "consumer"],
    codecs: everyCodec,
    writesHeaders: true,
    tellsCommits: true,
    transactions: "withOffsets",
  },
  {
    client: "franz-go",
    protocols: ["classic", "consumer"],
    codecs: everyCodec,
    writesHeaders: true,
    tellsCommits: true,
    transactions: "withOffsets",
  },
  {
    client: "kcat",
    protocols: ["classic"],
    codecs: everyCodec,
    writesHeaders: false,
    tellsCommits: false,
    transactions: "none",
  },
];

let live: LivePlayground;
const members: ForeignConsumer[] = [];
let topic = "";
let made = 0;

beforeAll(async () => {
  const consumerGroups = { heartbeatIntervalMs: 200, assignmentIntervalMs: 100 };
  live = await startLivePlayground({ nodes: 3, settings: { consumerGroups } });
});

beforeEach(() => {
  topic = `topic-${made++}`;
  live.playground.createTopic(topic, { partitions: partitionCount });
});

afterEach(async () => {
  await Promise.all(members.splice(0).map((member) => member.quit()));
});

afterAll(async () => {
  await live.playground.stop();
});

async function startMember(
  { client, version }: Abilities,
  protocol: "classic" | "consumer" = "classic",
): Promise<ForeignConsumer> {
  const where = { bootstrapServers: live.bootstrapServers, groupId: topic, topic };
  const member = await startForeignMember(client, { ...where, protocol, version });
  members.push(member);
  return member;
}

async function leave(member: ForeignConsumer): Promise<void> {
  members.splice(members.indexOf(member), 1);
  await member.quit();
}

/** Some records in every partition. */
async function produceRound(round: string): Promise<void> {
  for (let partition = 0; partition < partitionCount; partition++) {
    const records = [0, 1, 2].map((index) => ({
      key: null,
      value: Buffer.from(`${round} ${partition} ${index}`),
      headers: [],
    }));
    await live.playground.produce({ topic, partition, records });
  }
}

const roundSize = partitionCount * 3;
const read = (...all: readonly ForeignConsumer[]) => all.flatMap((member) => member.all("record"));
const hasCommittedAll = (member: ForeignConsumer) => {
  const committed = member.all("committed");
  return member.all("record").every(({ topic: name, partition, offset }) => {
    const next = BigInt(offset) + 1n;
    return committed.some(({ offsets }) => BigInt(offsets[`${name}-${partition}`] ?? 0) >= next);
  });
};
const valuesOf = (...all: readonly ForeignConsumer[]) => read(...all).map(({ value }) => value);

const named = clients.map((each) => ({ ...each, name: [each.client, each.version].join(" ").trim() }));

describe.each(named)("$name on the playground", (abilities) => {
  const { client, version, writesHeaders, codecs, protocols } = abilities;

  test("reads what it wrote with every codec it has, keys and headers included", async () => {
    const count = 40;
    for (const codec of codecs) {
      await foreignProduce(client, { servers: live.bootstrapServers, topic, codec, count, version });
    }

    const member = await startMember(abilities);
    await member.until(() => read(member).length >= count * codecs.length);

    const expected = codecs.flatMap((codec) =>
      Array.from({ length: count }, (_, index) => ({
        key: `key ${index % 7}`,
        value: `${codec} ${index}`,
        headers: writesHeaders ? [["index", String(index)]] : [],
      })),
    );
    const got = read(member).map(({ key, value, headers }) => ({ key, value, headers }));
    expect(sortedText(got)).toEqual(sortedText(expected));
    expect(await codecsOf(topic)).toEqual(new Set(codecs));
  });

  test.each(protocols)(
    "in a group of the %s protocol: a second member gets its share, what is committed stays read",
    async (protocol) => {
      await produceRound("first");
      const first = await startMember(abilities, protocol);
      await first.until(() => read(first).length === roundSize);

      const second = await startMember(abilities, protocol);
      await until(
        () => [first, second].every((member) => member.assignment().length === partitionCount / 2),
        () => `not divided: ${first.assignment().join(" ")} | ${second.assignment().join(" ")}`,
        30_000,
      );
      await produceRound("shared");
      await until(
        () => new Set(valuesOf(first, second)).size >= 2 * roundSize,
        () => `${read(first).length} + ${read(second).length} of ${2 * roundSize} read`,
        30_000,
      );
      // A member that leaves with a commit on its way leaves records that are read again: that is no defect.
      await until(
        () => [first, second].every((member) => !abilities.tellsCommits || hasCommittedAll(member)),
        () => "not everything that was read is committed",
        30_000,
      );
      await leave(first);
      await leave(second);
      await produceRound("later");
      const third = await startMember(abilities, protocol);
      await third.until(() => read(third).length >= roundSize);

      expect(new Set(valuesOf(first, second)).size).toBe(2 * roundSize);
      expect(valuesOf(second).length).toBeGreaterThan(0);
      expect(valuesOf(third).filter((value) => !value?.startsWith("later"))).toEqual([]);
      expect([first, second].flatMap((member) => member.all("commitFailed"))).toEqual([]);
    },
    90_000,
  );
});

describe.each(named.filter(({ transactions }) => transactions !== "none"))(
  "$name on the playground",
  (abilities) => {
    const { client, version, transactions } = abilities;
    test("a transaction's records and offsets count when it commits, and not when it aborts", async () => {
      const groupId = `${topic}-group`;
      await foreignTransact(client, { servers: live.bootstrapServers, topic, groupId, version });

      const member = await startMember(abilities);
      await member.until(() => read(member).length >= 20);
      const kafka = new Kafka({ brokers: live.bootstrapServers.split(","), logLevel: logLevel.NOTHING });
      const admin = kafka.admin();
      await admin.connect();
      const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
      await admin.disconnect();

      const prefixes = valuesOf(member).map((value) => value?.split(" ")[0]);
      expect(prefixes.filter((prefix) => prefix === "first")).toHaveLength(10);
      expect(prefixes.filter((prefix) => prefix === "last")).toHaveLength(10);
      expect(prefixes).toHaveLength(20);
      expect(committed?.partitions.find(({ partition }) => partition === 0)?.offset).toBe(
        transactions === "withOffsets" ? "5" : "-1",
      );
    });
  },
);

test("no connection ended because the playground failed or did not understand", () => {
  const others = live.ended.filter(({ reason }) => !/^the client (closed it|is gone: )/.test(reason));

  expect(live.ended.length).toBeGreaterThan(0);
  expect(others).toEqual([]);
});

/** The codecs of the batches in a topic's log, as every node has them. */
async function codecsOf(name: string): Promise<ReadonlySet<string>> {
  const codecs = new Set<string>();
  const none = new Uint8Array(0);
  const partitions = Array.from({ length: partitionCount }, (_, partition) => ({
    partition,
    fetchOffset: 0n,
    partitionMaxBytes: 1_000_000,
  }));
  for (const { host, port } of live.playground.bootstrapServers.map(endpointOf)) {
    const raw = await RawClient.connect(tcpTransport, { host, port });
    const body = { maxWaitMs: 0, minBytes: 0, maxBytes: 10_000_000, topics: [{ topic: name, partitions }] };
    const { responses } = await raw.call(fetch, body, { version: 6 });
    raw.close();
    for (const { records } of responses.flatMap((each) => each.partitions)) {
      for (const frame of readBatches(records ?? none)) {
        if (frame.type === "batch") codecs.add(frame.header.compression ?? "unknown");
      }
    }
  }
  return codecs;
}

function endpointOf(address: string): { readonly host: string; readonly port: number } {
  const [host = "", port = ""] = address.split(":");
  return { host, port: Number(port) };
}

function sortedText(all: readonly object[]): readonly string[] {
  return all.map((each) => JSON.stringify(each)).sort();
}
