import { describe, expect, test } from "vitest";
import { startLivePlayground } from "#test/playground/livePlayground.ts";
import type { ForeignConsumer } from "#test/support/foreign/foreignConsumer.ts";
import { startJavaConsumer } from "#test/support/javaConsumer.ts";
import { type StartedCluster, useCluster } from "#test/support/liveCluster.ts";
import { startRealKafka } from "#test/support/realKafka.ts";

/** Long enough for a commit between two heartbeats: by the second one a member hears that its topic has another id. */
const heartbeatIntervalMs = 10_000;
const topic = "orders";
const partitions = [0, 1];

const clusters: readonly (readonly [string, () => Promise<StartedCluster>])[] = [
  [
    "real Kafka",
    () => startRealKafka({ config: { "group.consumer.heartbeat.interval.ms": `${heartbeatIntervalMs}` } }),
  ],
  [
    "the playground",
    async () => {
      const settings = { consumerGroups: { heartbeatIntervalMs } };
      const { playground, bootstrapServers } = await startLivePlayground({ settings });
      return { bootstrapServers, stop: () => playground.stop() };
    },
  ],
];

/**
 * What looks like a consumer that stopped reading after its topic was created anew is the Java client's own doing, and the
 * same on a real broker: it keeps its position by name, commits it for the new topic, resumes from there, and is then told
 * that no such offset exists in the epoch it names, which it takes for a truncated log whose end it is to read on from.
 */
describe.each(clusters)("a Java consumer of KIP-848 whose topic is created anew, on %s", (_name, start) => {
  const { servers, admin, keep } = useCluster<StartedCluster, ForeignConsumer>(start, (member) =>
    member.quit(),
  );

  const produce = async (what: string, count: number) => {
    for (const partition of partitions) {
      const records = Array.from({ length: count }, (_, index) => ({
        key: null,
        value: `${what} ${partition} ${index}`,
      }));
      await admin().produce({ topic, partition, compression: "none", records });
    }
  };

  const createTopic = () => admin().createTopic({ topic, partitions: partitions.length });

  test("passes over what came before it heard of that, when it committed in between, and reads on after it", async () => {
    await createTopic();
    await produce("old", 20);
    const member = keep(
      await startJavaConsumer({
        bootstrapServers: servers(),
        groupId: "billing",
        topics: [topic],
        properties: {
          "group.protocol": "consumer",
          "enable.auto.commit": "true",
          "auto.commit.interval.ms": "200",
          // Else it would be the consumer that creates the topic anew.
          "allow.auto.create.topics": "false",
        },
      }),
    );
    const read = (what: string) => member.all("record").filter(({ value }) => value?.startsWith(what)).length;
    await member.until(() => read("old") === 40);
    // Else a Fetch could find the position out of range before it is committed, and start at the beginning.
    for (const partition of partitions) member.order(`pause ${topic}-${partition}`);
    await member.until(() => member.all("obeyed").length === partitions.length);

    await admin().deleteTopic(topic);
    await createTopic();
    await produce("early", 8);
    const assignments = () => member.all("assigned").filter((event) => event.partitions.length === 2).length;
    await member.until(() => assignments() === 2);
    // It knows where it goes on once it can commit that.
    member.order("commit");
    await member.until(() => member.all("committed").length === 1);
    await produce("late", 5);
    await member.until(() => read("late") === 10);

    expect(member.all("committed")[0]?.offsets).toEqual({ "orders-0": "8", "orders-1": "8" });
    expect(read("early")).toBe(0);
    expect(member.all("record")).toHaveLength(40 + 10);
  }, 120_000);
});
