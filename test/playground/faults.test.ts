import { beforeEach, describe, expect, test } from "vitest";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { decodeBatch, readBatches } from "#protocol/records/batchReader.ts";
import { commitAs, joinAs, syncAs } from "./groupDialogue.ts";
import { batchOf, fetchFrom, produceTo } from "./produceAndFetch.ts";
import type { RawClient } from "./rawClient.ts";
import { SimulatedPlayground } from "./simulatedPlayground.ts";

let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 2 });
  client = await simulated.connect();
});

const latest = () => simulated.of("broker.fault").at(-1);

/** Whether the work is done after some time. */
async function isDoneAfter(ms: number, work: Promise<unknown>): Promise<boolean> {
  let isDone = false;
  work.then(
    () => {
      isDone = true;
    },
    () => {
      isDone = true;
    },
  );
  await simulated.clock.advance(ms);
  return isDone;
}

describe("holding SyncGroup", () => {
  test("keeps the assignment back until released, and says how many it holds", async () => {
    const faultId = simulated.playground.holdSyncGroup("billing");
    const joined = await simulated.run(joinAs(client));

    const synced = syncAs(client, joined, { [joined.memberId]: [0, 1] });
    const early = await isDoneAfter(2_000, synced);
    const whileHeld = latest();
    const released = simulated.playground.releaseHeld(faultId);

    expect(early).toBe(false);
    expect(whileHeld).toMatchObject({ kind: "holdSyncGroup", hits: 1, holding: 1, groupId: "billing" });
    expect(released).toBe(1);
    expect((await simulated.run(synced)).errorCode).toBe(0);
    expect(latest()).toMatchObject({ hits: 1, holding: 0, heldSince: undefined, enabled: true });
  });

  test("says since when it holds the oldest, which is not since when it is on", async () => {
    const faultId = simulated.playground.holdSyncGroup("billing");
    await simulated.clock.advance(60_000);
    const joined = await simulated.run(joinAs(client));
    const before = simulated.clock.now();

    const synced = syncAs(client, joined, { [joined.memberId]: [0, 1] });
    await simulated.clock.advance(500);

    const held = latest();
    simulated.playground.releaseHeld(faultId);
    await simulated.run(synced);
    expect(held?.heldSince).toBeGreaterThanOrEqual(before);
    expect(held?.since).toBeLessThan(before - 59_000);
  });

  test("holds back only the connection it came on", async () => {
    simulated.playground.holdSyncGroup("billing");
    const joined = await simulated.run(joinAs(client));
    const synced = syncAs(client, joined, { [joined.memberId]: [0] });
    await simulated.clock.advance(100);
    const behind = client.call(metadata, { topics: [] });
    const other = await simulated.connect();

    await simulated.run(other.call(metadata, { topics: [] }), 1_000);

    expect(await isDoneAfter(1_000, Promise.race([synced, behind]))).toBe(false);
  });

  test.each(["setFaultEnabled", "removeFault"] as const)("%s lets go what is held", async (how) => {
    const faultId = simulated.playground.holdSyncGroup("billing");
    const joined = await simulated.run(joinAs(client));
    const synced = syncAs(client, joined, { [joined.memberId]: [0] });
    await simulated.clock.advance(100);

    if (how === "removeFault") simulated.playground.removeFault(faultId);
    else simulated.playground.setFaultEnabled(faultId, false);

    expect((await simulated.run(synced, 1_000)).errorCode).toBe(0);
    expect(latest()).toMatchObject(how === "removeFault" ? { removed: true } : { enabled: false });
    expect(simulated.playground.faults().length).toBe(how === "removeFault" ? 0 : 1);
  });

  test("forgets a client that went away", async () => {
    simulated.playground.holdSyncGroup("billing");
    const joined = await simulated.run(joinAs(client));
    syncAs(client, joined).catch(() => {});
    await simulated.clock.advance(100);

    client.close();
    await simulated.clock.advance(100);

    expect(latest()).toMatchObject({ hits: 1, holding: 0 });
  });
});

describe("delaying commits", () => {
  test("answers late what took effect at once, and shows the commit in flight", async () => {
    const faultId = simulated.playground.delayCommits("billing", 3_000);
    const startedAt = simulated.clock.now();

    const answer = await simulated.run(commitAs(client, 7n));

    expect(simulated.clock.now() - startedAt).toBeGreaterThanOrEqual(3_000);
    expect(answer.topics[0]?.partitions[0]?.errorCode).toBe(0);
    const [inFlight, settled] = simulated.of("commit.state");
    expect(inFlight).toMatchObject({ state: "inFlight", heldByFaultId: faultId, trigger: "foreign" });
    expect(settled).toMatchObject({ state: "settled", outcome: "committed", commitId: inFlight?.commitId });
    expect(simulated.of("group.offsets")[0]?.at).toBeLessThan(startedAt + 100);
  });

  test("leaves other groups alone", async () => {
    simulated.playground.delayCommits("shipping", 3_000);

    await simulated.run(commitAs(client, 7n), 1_000);

    expect(simulated.playground.faults()[0]?.hits).toBe(0);
  });
});

describe("corrupting the next batch", () => {
  test.each([
    ["crc", "crc"],
    ["codec", "decompression"],
    ["recordLayout", "recordLayout"],
  ] as const)("(%s) stores one batch damaged, with true bounds", async (how, cause) => {
    simulated.playground.corruptNextBatch({ topic: "orders", partition: 0 }, how);
    await simulated.run(produceTo(client, 1, batchOf("elsewhere")));
    for (const value of ["a", "b", "c"]) {
      const answer = await simulated.run(produceTo(client, 0, batchOf(value, value)));
      expect(answer.errorCode).toBe(0);
    }

    const { partitions } = await simulated.run(fetchFrom(client, { 0: 0n }));

    const frames = Array.from(readBatches(partitions[0]?.records ?? new Uint8Array(0)));
    const damages = frames.map((frame) => {
      if (frame.type !== "batch") return frame.type;
      const decoded = decodeBatch(frame, { highWatermark: 6n });
      return decoded.ok ? "good" : decoded.error;
    });
    expect(damages).toMatchObject([
      { cause, baseOffset: 0n, lastOffset: 1n, nextOffset: 2n },
      "good",
      "good",
    ]);
    expect(latest()).toMatchObject({ kind: "corruptNextBatch", hits: 1, enabled: false, topic: "orders" });
  });

  test("acts on the playground's own producers too", async () => {
    simulated.playground.corruptNextBatch({ topic: "orders", partition: 0 }, "crc");

    await simulated.playground.produce({
      topic: "orders",
      partition: 0,
      records: [{ key: null, value: new Uint8Array([1, 2, 3]) }],
    });

    expect(latest()).toMatchObject({ hits: 1, enabled: false });
  });
});

describe("rules", () => {
  test("answer an error instead of acting", async () => {
    simulated.playground.addFault({
      match: { api: "Produce", topic: "orders" },
      action: { kind: "error", code: "NOT_LEADER_OR_FOLLOWER" },
    });

    const answer = await simulated.run(produceTo(client, 0, batchOf("a")));

    expect(errorName(answer.errorCode)).toBe("NOT_LEADER_OR_FOLLOWER");
    expect(simulated.playground.topics()[0]?.partitions[0]?.highWatermark).toBe(0n);
    expect(latest()).toMatchObject({
      kind: "rule",
      title: "answer NOT_LEADER_OR_FOLLOWER to Produce on orders",
      hits: 1,
    });
  });

  test("cut the connection after the request took effect", async () => {
    simulated.playground.addFault({ match: { api: "Produce" }, action: { kind: "cutConnection" } });

    const answer = produceTo(client, 0, batchOf("a"));

    await expect(simulated.run(answer)).rejects.toThrow("the connection closed");
    expect(simulated.playground.topics()[0]?.partitions[0]?.highWatermark).toBe(1n);
    expect(simulated.ended.map(({ reason }) => reason)).toEqual(["a fault cut the connection"]);
  });

  test("never answer, before the request takes effect if so wished", async () => {
    simulated.playground.addFault({ match: { api: "Produce" }, action: { kind: "drop" }, at: "request" });

    const answer = produceTo(client, 0, batchOf("a"));

    expect(await isDoneAfter(10_000, answer)).toBe(false);
    expect(simulated.playground.topics()[0]?.partitions[0]?.highWatermark).toBe(0n);
  });

  test("count their hits and end after as many as they may have", async () => {
    simulated.playground.addFault({
      match: { api: "Produce" },
      action: { kind: "error", code: "REQUEST_TIMED_OUT" },
      times: 2,
    });

    const codes = [];
    for (let index = 0; index < 4; index++) {
      codes.push(errorName((await simulated.run(produceTo(client, 0, batchOf("a")))).errorCode));
    }

    expect(codes).toEqual(["REQUEST_TIMED_OUT", "REQUEST_TIMED_OUT", "NONE", "NONE"]);
    expect(latest()).toMatchObject({ hits: 2, enabled: false });
  });

  test("strike the nth request only", async () => {
    simulated.playground.addFault({
      match: { api: "Produce", partition: 0, topic: "orders", nth: 2 },
      action: { kind: "error", code: "REQUEST_TIMED_OUT" },
    });

    const codes = [];
    for (const partition of [0, 1, 0, 0]) {
      codes.push(errorName((await simulated.run(produceTo(client, partition, batchOf("a")))).errorCode));
    }

    expect(codes).toEqual(["NONE", "NONE", "REQUEST_TIMED_OUT", "NONE"]);
  });

  test("match the client", async () => {
    simulated.playground.addFault({
      match: { clientId: "member" },
      action: { kind: "error", code: "COORDINATOR_NOT_AVAILABLE" },
    });

    const beat = (clientId: string) =>
      client.call(heartbeat, { groupId: "billing", generationId: 1, memberId: "x" }, { clientId });

    expect(errorName((await simulated.run(beat("member"))).errorCode)).toBe("COORDINATOR_NOT_AVAILABLE");
    expect(errorName((await simulated.run(beat("other"))).errorCode)).toBe("UNKNOWN_MEMBER_ID");
  });
});
