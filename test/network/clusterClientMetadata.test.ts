import { describe, expect, test } from "vitest";
import { metadata } from "#protocol/apis/metadata.ts";
import { threeBrokers } from "./threeBrokers.ts";

describe("metadata", () => {
  test("says who is there, who leads, and which topics do not exist", async () => {
    const { clock, cluster } = await threeBrokers();

    const known = await clock.runUntil(cluster.refreshMetadata({ topics: ["t", "missing"] }));

    expect([...known.brokers.keys()]).toEqual([1, 2, 3]);
    expect([0, 1, 2, 3].map((partition) => cluster.leaderOf({ topic: "t", partition }))).toEqual([
      1,
      2,
      3,
      undefined,
    ]);
    expect(known.topics.get("missing")).toMatchObject({
      error: "UNKNOWN_TOPIC_OR_PARTITION",
      partitions: [],
    });
    expect([known.controllerId, known.kafkaClusterId, cluster.metadata() === known]).toEqual([
      3,
      "fake",
      true,
    ]);
  });

  test("calls of one moment share a question, later ones wait for their own", async () => {
    const { clock, cluster, counts, brokers } = await threeBrokers();
    const asked = () => counts(metadata).reduce((sum, count) => sum + count);

    const early = [cluster.refreshMetadata({ topics: ["t"] }), cluster.refreshMetadata({ topics: ["u"] })];
    await clock.runUntil(Promise.all(early));
    const first = asked();
    const running = cluster.refreshMetadata();
    while (asked() === first) await clock.advance(1);
    await clock.runUntil(Promise.all([running, cluster.refreshMetadata(), cluster.refreshMetadata()]));

    expect([first, asked()]).toEqual([1, 3]);
    const topics = brokers.flatMap((broker) => broker.requests(metadata).map(({ body }) => body.topics));
    expect(topics[0]?.map(({ name }) => name)).toEqual(["t", "u"]);
  });

  test("is never asked for more often than the least interval allows", async () => {
    const { clock, cluster, counts } = await threeBrokers({ client: { metadataMinIntervalMs: 100 } });
    const until = clock.now() + 5_000;
    const hammer = async () => {
      while (clock.now() < until) await cluster.refreshMetadata();
    };

    await clock.runUntil(hammer());

    expect(counts(metadata).reduce((sum, count) => sum + count)).toBeLessThanOrEqual(52);
  });

  test("what is old is given at once and asked for anew in the background", async () => {
    const { clock, cluster, state } = await threeBrokers({ client: { metadataMaxAgeMs: 60_000 } });
    const changes: number[] = [];
    await clock.runUntil(cluster.refreshMetadata({ topics: ["t"] }));
    cluster.onMetadata((known) => changes.push(known.requestedAt));
    await clock.advance(61_000);
    state.topics = { t: [2] };

    const stale = cluster.metadata()?.topics.get("t")?.partitions.length;
    await clock.advance(1_000);
    const fresh = cluster.metadata()?.topics.get("t")?.partitions.length;

    expect([stale, fresh, changes.length]).toEqual([3, 1, 1]);
  });

  test("a leader that was found to be gone stays unknown until an answer asked for later", async () => {
    const { clock, cluster, state } = await threeBrokers();
    await clock.runUntil(cluster.refreshMetadata({ topics: ["t"] }));
    const partition = { topic: "t", partition: 0 };

    cluster.forgetLeader(partition);
    const forgotten = cluster.leaderOf(partition);
    state.topics = { t: [3, 2, 3] };
    await clock.runUntil(cluster.refreshMetadata());

    expect([forgotten, cluster.leaderOf(partition)]).toEqual([undefined, 3]);
  });

  test("no question creates a topic", async () => {
    const { clock, cluster, brokers } = await threeBrokers();

    await clock.runUntil(cluster.refreshMetadata({ topics: ["new"] }));

    const asked = brokers.flatMap((broker) =>
      broker.requests(metadata).map(({ body }) => body.allowAutoTopicCreation),
    );
    expect(asked).toEqual([false]);
  });
});
