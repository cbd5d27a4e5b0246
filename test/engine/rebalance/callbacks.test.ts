import { beforeEach, describe, expect, test } from "vitest";
import { sleep } from "#base/clock.ts";
import type { TopicPartition } from "#base/topicPartition.ts";
import { type BenchSession, EngineBench, ofType } from "../support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };
const p1 = { topic: "orders", partition: 1 };

describe("rebalance callbacks", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 2 });
    await bench.produce(p0, 4);
  });

  const settled = (...members: readonly BenchSession[]) =>
    bench.until("the group is settled", () =>
      members.every(
        ({ session }) =>
          session.membership()?.state === "stable" && session.assignment().length === 2 / members.length,
      ),
    );
  const partitions = (keys: readonly TopicPartition[]) => keys.map(({ partition }) => partition).sort();

  test("tell what was assigned, revoked and lost, in order, and for how long they ran", async () => {
    const told: [string, number[]][] = [];
    const tell = (kind: string) => (keys: readonly TopicPartition[]) =>
      void told.push([kind, partitions(keys)]);
    const a = bench.session(
      { callbackDelays: { assignedMs: 200, revokedMs: 300, lostMs: 100 } },
      { assigned: tell("assigned"), revoked: tell("revoked"), lost: tell("lost") },
    );
    a.session.start();
    await settled(a);
    await bench.clock.advance(1_000);
    const b = bench.session();
    b.session.start();
    await settled(a, b);
    await bench.clock.advance(1_000);

    bench.playground.addFault({
      match: { api: "Heartbeat", groupId: "billing", clientId: "client-A" },
      action: { kind: "error", code: "UNKNOWN_MEMBER_ID" },
      times: 1,
    });
    await bench.until("lost", () => told.some(([kind]) => kind === "lost"));
    await bench.clock.advance(500);

    const had = told[2]?.[1];
    expect(told.slice(0, 4)).toEqual([
      ["assigned", [0, 1]],
      ["revoked", [0, 1]],
      ["assigned", had],
      ["lost", had],
    ]);
    const ended = ofType(a.seen, "session.callback").filter(({ endedAt }) => endedAt !== undefined);
    expect(ended.slice(0, 4).map(({ startedAt, endedAt = 0 }) => endedAt - startedAt)).toEqual([
      200, 300, 200, 100,
    ]);
  });

  test("an eager member that joins a cooperative group is told of as a revocation of everything", async () => {
    const told: [string, number[]][] = [];
    const tell = (kind: string) => (keys: readonly TopicPartition[]) =>
      void told.push([kind, partitions(keys)]);
    const a = bench.session(
      { assignors: ["cooperative-sticky", "range"] },
      { assigned: tell("assigned"), revoked: tell("revoked"), lost: tell("lost") },
    );
    a.session.start();
    await settled(a);

    const b = bench.session({ assignors: ["range"] });
    b.session.start();
    await settled(a, b);
    await bench.clock.advance(1_000);

    const has = partitions(a.session.assignment());
    expect(told.filter(([, keys]) => keys.length > 0)).toEqual([
      ["assigned", [0, 1]],
      ["revoked", [0, 1]],
      ["assigned", has],
    ]);
  });

  test("in a consumer group, what is assigned while a callback runs waits for a callback of its own", async () => {
    const options = { groupProtocol: "consumer", topics: ["orders", "later"] } as const;
    const a = bench.session({ ...options, callbackDelays: { assignedMs: 8_000, revokedMs: 0, lostMs: 0 } });
    a.session.start();
    await bench.until("the callback runs", () => ofType(a.seen, "session.callback").length > 0);
    bench.playground.createTopic("later", { partitions: 1 });
    await bench.produce({ topic: "later", partition: 0 }, 1);
    await bench.until("it has both", () => a.session.assignment().length === 3);
    const callbacks = () => ofType(a.seen, "session.callback").filter(({ endedAt }) => endedAt !== undefined);
    expect(callbacks()).toEqual([]);

    const topics: string[] = [];
    while (!topics.includes("later")) topics.push(...(await a.poll(1, 60_000)).map(({ topic }) => topic));

    expect(callbacks().flatMap((callback) => callback.partitions.map(({ topic }) => topic))).toContain(
      "later",
    );
  });

  test("a slow revoked callback keeps its partitions, its heartbeats and its commits, until it ends", async () => {
    let committed: string | undefined;
    const a: BenchSession = bench.session(
      { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 60_000 },
      {
        revoked: async () => {
          await sleep(bench.clock, 15_000);
          committed = (await a.session.commit({ deadlineMs: 2_000 })).outcome;
        },
      },
    );
    a.session.start();
    await a.poll(3, 20_000);
    const b = bench.session();
    b.session.start();
    await bench.until("the callback runs", () => ofType(a.seen, "session.callback").length > 0);
    await bench.clock.advance(10_000);

    const during = { owned: a.session.assignment().length, records: (await a.poll(1, 1_000)).length };
    await settled(a, b);

    expect(during).toEqual({ owned: 2, records: 0 });
    expect(committed).toBe("committed");
    expect(ofType(bench.brokerSaw, "group.memberGone")).toEqual([]);
    expect(ofType(a.seen, "group.memberPhase").flatMap(({ lost }) => lost)).toEqual([]);
  });

  test("a callback that outlasts the rebalance timeout costs the membership, and nothing is committed after that", async () => {
    const a = bench.session(
      {
        rebalanceTimeoutMs: 5_000,
        commitOnRevoke: true,
        callbackDelays: { assignedMs: 0, revokedMs: 12_000, lostMs: 0 },
      },
      {},
    );
    a.session.start();
    await a.poll(3, 20_000);
    const b = bench.session({ rebalanceTimeoutMs: 5_000 });
    b.session.start();

    await bench.until("A is out", () => ofType(bench.brokerSaw, "group.memberGone").length > 0);
    await bench.clock.advance(15_000);

    expect(ofType(bench.brokerSaw, "group.memberGone").map(({ how }) => how)).toEqual(["evicted"]);
    expect(ofType(a.seen, "commit.state")).toEqual([]);
    expect(a.session.membership()?.state).toBe("stable");
  });

  test("a callback that throws is reported, and the member goes on", async () => {
    const a = bench.session(
      {},
      {
        assigned: () => Promise.reject(new Error("no such table")),
        revoked: () => {
          throw new Error("disk full");
        },
      },
    );
    a.session.start();
    await settled(a);
    const b = bench.session();
    b.session.start();

    await settled(a, b);
    const records = [...(await a.poll(10, 2_000)), ...(await b.poll(10, 2_000))];

    const errors = ofType(a.seen, "session.callback").flatMap(({ error }) => error ?? []);
    expect(errors).toEqual(["no such table", "disk full", "no such table"]);
    expect(records).toHaveLength(4);
  });

  test("nothing is delivered of a partition before its assigned callback ended, which may move it", async () => {
    const a: BenchSession = bench.session(
      {},
      {
        assigned: async () => {
          await sleep(bench.clock, 500);
          await a.session.seek(p0, { kind: "offset", offset: 3n });
        },
      },
    );
    a.session.start();

    const records = await a.poll(10, 20_000);

    expect(records.map(({ offset }) => offset)).toEqual([3n]);
  });

  test("a cooperative member is told only of what it gives up, and goes on delivering the rest", async () => {
    const told: number[][] = [];
    await bench.produce(p1, 4);
    const a = bench.session(
      {
        assignors: ["cooperative-sticky"],
        callbackDelays: { assignedMs: 0, revokedMs: 3_000, lostMs: 0 },
      },
      { revoked: (keys) => void told.push(partitions(keys)) },
    );
    a.session.start();
    await settled(a);
    await bench.clock.advance(500);
    const b = bench.session({ assignors: ["cooperative-sticky"] });
    b.session.start();
    await bench.until("the callback runs", () => ofType(a.seen, "session.callback").length > 0);

    const records = await a.poll(10, 1_000);
    await settled(a, b);

    const given = told.flat();
    expect(given).toHaveLength(1);
    expect(records).toHaveLength(4);
    expect(records.some(({ partition }) => given.includes(partition))).toBe(false);
  });

  test("stopping tells the application once, while its partitions are still its own", async () => {
    const told: string[] = [];
    const a: BenchSession = bench.session(
      { commitOnRevoke: true },
      {
        revoked: async (keys) => {
          const { outcome } = await a.session.commit({ deadlineMs: 1_000 });
          told.push(`${keys.length} ${outcome}`);
        },
      },
    );
    a.session.start();
    await a.poll(3, 20_000);

    const { couldNot } = await bench.run(
      a.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "done" }),
    );

    expect(told).toEqual(["2 committed"]);
    expect(couldNot).toEqual([]);
  });

  test("stopping while a callback hangs ends by the deadline, and says what it left behind", async () => {
    const a = bench.session({}, { revoked: () => new Promise(() => {}) });
    a.session.start();
    await settled(a);
    const startedAt = bench.clock.now();

    const { couldNot } = await bench.run(
      a.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "done" }),
    );

    expect(bench.clock.now() - startedAt).toBeLessThanOrEqual(3_000);
    expect(couldNot).toEqual(["wait for a rebalance callback, which still runs"]);
  });
});
