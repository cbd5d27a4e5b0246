import { afterAll, beforeAll, expect, test } from "vitest";
import { type LivePlayground, startLivePlayground } from "#test/playground/livePlayground.ts";
import { startForeignMember } from "#test/support/foreign/foreignMembers.ts";

const user = { username: "ada", password: "difference-engine" };
const count = 20;
let live: LivePlayground;

beforeAll(async () => {
  const sasl = { mechanisms: ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], users: [user] } as const;
  live = await startLivePlayground({ nodes: 2, settings: { sasl } });
  live.playground.createTopic("orders", { partitions: 2 });
  const records = Array.from({ length: count }, (_, index) => ({
    key: null,
    value: Buffer.from(`${index}`),
  }));
  await live.playground.produce({ topic: "orders", partition: 1, records });
});

afterAll(async () => {
  await live?.playground.stop();
});

test.each([
  ["java", "PLAIN"],
  ["java", "SCRAM-SHA-256"],
  ["librdkafka", "PLAIN"],
  ["librdkafka", "SCRAM-SHA-512"],
  ["franz-go", "PLAIN"],
  ["franz-go", "SCRAM-SHA-256"],
  ["franz-go", "SCRAM-SHA-512"],
] as const)("%s signs in with %s, reads in a group, and commits", async (client, mechanism) => {
  const groupId = `${client}-${mechanism}`;
  const where = { bootstrapServers: live.bootstrapServers, groupId, topic: "orders" };
  const member = await startForeignMember(client, { ...where, signIn: { mechanism, ...user } });

  await member.until(() => member.all("record").length >= count && member.all("committed").length > 0);
  await member.quit();

  expect(member.all("record").map(({ value }) => value)).toEqual(
    Array.from({ length: count }, (_, i) => `${i}`),
  );
  expect(member.all("commitFailed")).toEqual([]);
});

test("who has the wrong password is turned away, and told why", async () => {
  const endedBefore = live.ended.length;
  const where = { bootstrapServers: live.bootstrapServers, groupId: "intruder", topic: "orders" };
  const signIn = { mechanism: "SCRAM-SHA-256", username: user.username, password: "guessed" } as const;
  const member = await startForeignMember("java", { ...where, signIn });

  await member.until(() => member.all("failed").length > 0);
  await member.kill();

  expect(member.all("failed")[0]?.error).toMatch(/SaslAuthenticationException|[Aa]uthentication failed/);
  expect(member.all("record")).toEqual([]);
  expect(live.ended.length).toBeGreaterThan(endedBefore);
});
