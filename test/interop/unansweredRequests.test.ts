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

/**
 * The connection is silent from then on. After a session without an answer the client looks for the coordinator again, and
 * the coordinator puts a member out that it has not heard of for a session: who is first decides whether it joins again.
 */
test("a Java consumer whose heartbeat is never answered comes back, and reads and commits on", async () => {
  const { playground, bootstrapServers } = live;
  const read = () => member?.all("record").length ?? 0;
  const committed = () => member?.all("committed").length ?? 0;
  member = await startForeignMember("java", { bootstrapServers, groupId: "billing", topic: "orders" });
  await member.until(() => read() > 30, 30_000);

  playground.addFault({ match: { api: "Heartbeat" }, action: { kind: "drop" }, times: 1 });
  await member.until(() => playground.faults()[0]?.hits === 1, 20_000);
  const before = { read: read(), committed: committed() };
  await member.until(() => read() > before.read + 30 && committed() > before.committed + 5, 60_000);

  expect(member.all("failed")).toEqual([]);
  expect(playground.faults()[0]?.hits).toBe(1);
}, 120_000);
