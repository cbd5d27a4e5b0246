import { afterEach, beforeEach, expect, test } from "vitest";
import { type LivePlayground, startLivePlayground } from "#test/playground/livePlayground.ts";
import type { ForeignConsumer } from "#test/support/foreign/foreignConsumer.ts";
import { startForeignMember } from "#test/support/foreign/foreignMembers.ts";

let live: LivePlayground;
let member: ForeignConsumer | undefined;

beforeEach(async () => {
  live = await startLivePlayground();
  live.playground.createTopic("orders", { partitions: 3 });
  live.playground.startWorkload({ topic: "orders", pace: { kind: "steady", recordsPerSecond: 30 } });
});

afterEach(async () => {
  await member?.kill();
  member = undefined;
  await live.playground.stop();
});

test("a Java consumer whose heartbeat is never answered joins again and reads on", async () => {
  const { playground, bootstrapServers } = live;
  const read = () => member?.all("record").length ?? 0;
  member = await startForeignMember("java", { bootstrapServers, groupId: "billing", topic: "orders" });
  await member.until(() => read() > 30, 30_000);
  const joined = member.all("assigned").length;

  playground.addFault({ match: { api: "Heartbeat" }, action: { kind: "drop" }, times: 1 });
  await member.until(() => (member?.all("assigned").length ?? 0) > joined, 40_000);
  const before = read();
  await member.until(() => read() > before + 30, 20_000);

  expect(member.all("failed")).toEqual([]);
  expect(playground.faults()[0]?.hits).toBe(1);
}, 100_000);
