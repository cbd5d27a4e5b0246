import { beforeEach, describe, expect, test } from "vitest";
import type { Cluster } from "#network/cluster.ts";
import { offsetCommit } from "#protocol/apis/offsetCommit.ts";
import { offsetFetch } from "#protocol/apis/offsetFetch.ts";
import { zeroUuid } from "#protocol/wire/uuid.ts";
import { speakAtMost } from "./support/betweenCluster.ts";
import { EngineBench, ofType, values } from "./support/engineBench.ts";

const p0 = { topic: "orders", partition: 0 };

describe("committed offsets by topic id (OffsetCommit and OffsetFetch v10)", () => {
  let bench: EngineBench;

  beforeEach(async () => {
    bench = new EngineBench();
    await bench.run(bench.playground.start());
    bench.playground.createTopic("orders", { partitions: 2 });
    await bench.produce(p0, 4);
  });

  /** The broker does not hear of the next ones until they are released. */
  const holdRequest = (api: "OffsetCommit" | "OffsetFetch") => {
    const faultId = bench.playground.addFault({ match: { api }, at: "request", action: { kind: "hold" } });
    return {
      arrived: () => bench.until("it is held", () => (bench.playground.faults()[0]?.hits ?? 0) > 0),
      release: () => {
        bench.playground.removeFault(faultId);
        bench.playground.releaseHeld(faultId);
      },
    };
  };
  const committed = () => ofType(bench.brokerSaw, "group.offsets").at(-1)?.offsets ?? [];

  test("a commit that is on its way while its topic is created anew fails, and the new one has no offset", async () => {
    const { session, seen, poll } = bench.session({ resetPolicy: "start" });
    session.start();
    await poll(3, 20_000);
    const held = holdRequest("OffsetCommit");

    const committing = session.commit({ offsets: [{ ...p0, offset: 3n }], deadlineMs: 20_000 });
    await held.arrived();
    bench.playground.recreateTopic("orders");
    held.release();
    const result = await bench.run(committing);
    const resets = () =>
      ofType(seen, "fetch.positionReset").filter(({ cause }) => cause === "topicRecreated");
    await bench.until("it noticed", () => resets().length > 0);

    expect(result).toMatchObject({
      outcome: "failed",
      error: "UNKNOWN_TOPIC_ID",
      offsets: [{ topic: "orders", partition: 0, error: "UNKNOWN_TOPIC_ID" }],
    });
    expect(result.message).toContain("the coordinator knows no topic with the id that orders-0 had");
    expect(result.message).toContain("the offsets are places in the topic that is gone");
    expect(committed()).toEqual([]);
    expect(session.partitions().map(({ committedOffset }) => committedOffset)).toEqual([
      undefined,
      undefined,
    ]);
    expect(resets()[0]).toMatchObject(p0);
    const broker = ofType(bench.brokerSaw, "commit.state").at(-1);
    expect(broker?.offsets).toMatchObject([{ topic: "orders", error: "UNKNOWN_TOPIC_ID" }]);
  });

  test("what was committed in a topic that is created anew is not looked up in the new one", async () => {
    const before = bench.session();
    before.session.start();
    await before.poll(3, 20_000);
    await bench.run(before.session.commit({ deadlineMs: 5_000 }));
    const held = holdRequest("OffsetFetch");
    const after = bench.session();
    after.session.start();
    await held.arrived();

    bench.playground.recreateTopic("orders");
    await bench.produce(p0, 2, 100);
    held.release();
    await bench.run(before.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "done" }));
    const records = await after.poll(10, 30_000);

    expect(values(records)).toEqual([100, 101]);
  });

  test("what was looked up and never fetched from is not used in the topic's successor", async () => {
    const before = bench.session();
    before.session.start();
    await before.poll(3, 20_000);
    await bench.run(before.session.commit({ deadlineMs: 5_000 }));
    await bench.run(before.session.close({ deadlineMs: 3_000, leaveGroup: true, reason: "done" }));
    let cluster: Cluster | undefined;
    const { session, seen, poll } = bench.session({ resetPolicy: "start" }, (given) => (cluster = given));
    session.pause({ all: true });
    session.start();
    await bench.until("it knows where", () => session.partitions().some(({ position }) => position === 3n));

    bench.playground.recreateTopic("orders");
    await bench.produce(p0, 5, 100);
    await bench.run(cluster?.refreshMetadata() ?? Promise.reject(new Error("it has no cluster")));
    session.resume({ all: true });
    const records = await poll(10, 30_000);

    expect(values(records)).toEqual([100, 101, 102, 103, 104]);
    expect(ofType(seen, "fetch.positionReset")).toMatchObject([{ cause: "topicRecreated" }, {}]);
  });

  const spoken = async (within: (cluster: Cluster) => Cluster) => {
    const seen: [string, string, string][] = [];
    const watch = (cluster: Cluster) =>
      new Proxy(cluster, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== "function") return member;
          if (name !== "send") return member.bind(target);
          return async (...args: Parameters<Cluster["send"]>) => {
            const answer = await target.send(...args);
            const isAsked = args[1] === offsetCommit || args[1] === offsetFetch;
            const body = answer.body as { topics?: readonly { name: string; topicId: string }[] };
            const groups = answer.body as { groups?: readonly { topics: typeof body.topics }[] };
            const topic = (groups.groups?.[0]?.topics ?? body.topics)?.[0];
            if (isAsked && topic)
              seen.push([`${args[1].name} v${answer.version}`, topic.name, topic.topicId]);
            return answer;
          };
        },
      });
    const { session, poll } = bench.session({}, (cluster) => watch(within(cluster)));
    session.start();
    await poll(3, 20_000);
    const { outcome } = await bench.run(session.commit({ deadlineMs: 5_000 }));
    expect(outcome).toBe("committed");
    return new Map(seen.map(([what, ...topic]) => [what, topic]));
  };

  test("a broker that takes ids is told ids, and one that does not is told names", async () => {
    const topicId = bench.playground.topics()[0]?.topicId;

    const newer = await spoken((cluster) => cluster);
    const older = await spoken((cluster) =>
      speakAtMost(speakAtMost(cluster, offsetCommit, 9), offsetFetch, 9),
    );

    expect(newer).toEqual(
      new Map([
        ["OffsetFetch v10", ["", topicId]],
        ["OffsetCommit v10", ["", topicId]],
      ]),
    );
    expect(older).toEqual(
      new Map([
        ["OffsetFetch v9", ["orders", zeroUuid]],
        ["OffsetCommit v9", ["orders", zeroUuid]],
      ]),
    );
  });
});
