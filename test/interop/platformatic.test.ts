import {
  type Consumer as AnyConsumer,
  Consumer,
  MessagesStreamModes,
  stringDeserializers,
} from "@platformatic/kafka";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LivePlayground, startLivePlayground } from "#test/playground/livePlayground.ts";
import { until } from "#test/support/liveMember.ts";

let live: LivePlayground;
const open: AnyConsumer<string, string, string, string>[] = [];

beforeEach(async () => {
  const consumerGroups = { heartbeatIntervalMs: 200, assignmentIntervalMs: 100 };
  live = await startLivePlayground({ nodes: 2, settings: { consumerGroups } });
  live.playground.createTopic("orders", { partitions: 4 });
});

afterEach(async () => {
  for (const consumer of open.splice(0).reverse()) await consumer.close(true);
  await live.playground.stop();
});

async function produce(from: number): Promise<void> {
  for (let index = from; index < from + 8; index++) {
    const records = [{ key: null, value: Buffer.from(`order ${index}`), headers: [] }];
    await live.playground.produce({ topic: "orders", partition: index % 4, records });
  }
}

/** A member, with what it read so far and how to commit that. */
async function startMember() {
  const consumer = new Consumer({
    groupId: "billing",
    clientId: "platformatic",
    groupProtocol: "consumer",
    bootstrapBrokers: live.playground.bootstrapServers.slice(),
    deserializers: stringDeserializers,
    maxWaitTime: 100,
  });
  open.push(consumer);
  const stream = await consumer.consume({
    autocommit: false,
    topics: ["orders"],
    mode: MessagesStreamModes.COMMITTED,
    fallbackMode: "earliest",
  });
  const read: string[] = [];
  const commits: (() => Promise<void>)[] = [];
  stream.on("data", ({ value, commit }) => {
    read.push(value);
    commits.push(async () => void (await commit()));
  });
  return {
    read,
    commitAll: async () => {
      for (const commit of commits.splice(0)) await commit();
    },
    close: async () => {
      open.splice(open.indexOf(consumer), 1);
      await consumer.close(true);
    },
  };
}

const readBy = (members: readonly { readonly read: readonly string[] }[], count: number) =>
  until(
    () => members.flatMap(({ read }) => read).length >= count,
    () => `${members.map(({ read }) => read.length).join(" + ")} of ${count} read`,
  );

const assignedOf = (clientMembers: number) => () => {
  const described = live.observed.findLast((each) => each.type === "group.described");
  const shares = described?.members.map(({ assigned }) => assigned?.length) ?? [];
  return shares.length === clientMembers && shares.every((share) => share === 4 / clientMembers);
};

test("@platformatic/kafka: two members of KIP-848 share, commit, and a third resumes", async () => {
  await produce(0);
  const first = await startMember();
  await readBy([first], 8);
  await first.commitAll();
  const second = await startMember();
  await until(assignedOf(2), () => "not divided");

  await produce(8);
  await readBy([first, second], 16);
  await first.commitAll();
  await second.commitAll();
  await first.close();
  await second.close();
  await produce(16);
  const third = await startMember();
  await readBy([third], 8);

  expect(new Set([...first.read, ...second.read]).size).toBe(16);
  expect(second.read.length).toBeGreaterThan(0);
  expect(third.read.slice().sort()).toEqual(
    Array.from({ length: 8 }, (_, index) => `order ${16 + index}`).sort(),
  );
}, 30_000);
