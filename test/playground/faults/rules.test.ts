import { beforeEach, describe, expect, test } from "vitest";
import type { FaultAction, FaultMatch } from "#playground/faults/faultRule.ts";
import { fetch } from "#protocol/apis/fetch.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { encodeRequest } from "#protocol/message.ts";
import { decodeBatch, readBatches } from "#protocol/records/batchReader.ts";
import { commitAs, joinAs } from "../groupDialogue.ts";
import { batchOf, fetchFrom, produceTo } from "../produceAndFetch.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

let simulated: SimulatedPlayground;
let client: RawClient;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start();
  simulated.playground.createTopic("orders", { partitions: 2 });
  client = await simulated.connect();
});

/** The errors of so many heartbeats of a member that does not exist; a fault may change them. */
async function heartbeats(count: number, options: { version?: number; clientId?: string } = {}) {
  const errors = [];
  for (let index = 0; index < count; index++) {
    const body = { groupId: "billing", generationId: 1, memberId: "m" };
    const answer = await simulated.run(client.call(heartbeat, body, options));
    errors.push(answer.errorCode === 41 ? "hit" : "-");
  }
  return errors.join("");
}

const refuse: FaultAction = { kind: "error", code: "NOT_CONTROLLER" };

describe("a rule strikes", () => {
  test.each<[string, FaultMatch, string]>([
    ["everything that matches", {}, "hithithithit"],
    ["one of several APIs", { api: ["JoinGroup", "Heartbeat"] }, "hithithithit"],
    ["no other API", { api: ["JoinGroup", "SyncGroup"] }, "----"],
    ["the nth", { nth: 2 }, "-hit--"],
    ["every nth", { everyNth: 2 }, "-hit-hit"],
    ["versions within bounds", { minVersion: 3, maxVersion: 4 }, "hithithithit"],
    ["no older version", { minVersion: 5 }, "----"],
    ["no newer version", { maxVersion: 3 }, "----"],
    ["the member", { memberId: "m" }, "hithithithit"],
    ["no other member", { memberId: "n" }, "----"],
    ["nothing by chance 0", { probability: 0 }, "----"],
    ["everything by chance 1", { probability: 1 }, "hithithithit"],
    ["nothing before its time", { afterMs: 60_000 }, "----"],
    ["nothing after its time", { untilMs: 0 }, "----"],
    ["no group in another state", { groupId: "billing", groupState: "Stable" }, "----"],
  ])("%s", async (_, match, expected) => {
    simulated.playground.addFault({ match: { api: "Heartbeat", ...match }, action: refuse });

    const errors = await heartbeats(4, { version: 4 });

    expect(errors).toBe(expected);
    expect(simulated.playground.faults()[0]?.hits).toBe(expected.split("hit").length - 1);
  });

  test("by chance the same requests whenever the seed is the same", async () => {
    const match = { api: "Heartbeat", probability: 0.5 };
    simulated.playground.addFault({ match, action: refuse });
    const first = await heartbeats(30);
    simulated = await SimulatedPlayground.start();
    client = await simulated.connect();
    simulated.playground.createTopic("orders", { partitions: 2 });

    simulated.playground.addFault({ match, action: refuse });

    expect(await heartbeats(30)).toBe(first);
    expect(first).toContain("hit");
    expect(first).toContain("-");
  });

  test("only at its node, of those that serve the same", async () => {
    simulated = await SimulatedPlayground.start({ nodes: 3 });
    simulated.playground.addFault({
      match: { api: "Metadata", nodeId: 2 },
      action: { kind: "throttle", throttleMs: 7 },
    });
    const clients = [await simulated.connect(1), await simulated.connect(2), await simulated.connect(3)];

    const answers = [];
    for (const each of clients) answers.push(await simulated.run(each.call(metadata, { topics: [] })));

    expect(answers.map(({ throttleTimeMs }) => throttleTimeMs)).toEqual([0, 7, 0]);
    expect(simulated.playground.faults()[0]?.hits).toBe(1);
  });

  test("only in its time after it was made", async () => {
    simulated.playground.addFault({
      match: { api: "Heartbeat", afterMs: 1_000, untilMs: 2_000 },
      action: refuse,
    });
    const seen = [];

    for (let second = 0; second < 3; second++) {
      seen.push(await heartbeats(1));
      await simulated.clock.advance(1_000);
    }

    expect(seen).toEqual(["-", "hit", "-"]);
  });

  test("only while the group is in its state", async () => {
    const match = { api: "OffsetCommit", groupId: "billing", groupState: "CompletingRebalance" };
    simulated.playground.addFault({ match, action: refuse });
    const errorOf = async () => {
      const answer = await simulated.run(commitAs(client, 1n));
      return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1);
    };
    const before = await errorOf();

    await simulated.run(joinAs(client));

    expect([before, await errorOf()]).toEqual(["NONE", "NOT_CONTROLLER"]);
  });
});

describe("a request", () => {
  test("takes effect twice and is answered once", async () => {
    simulated.playground.addFault({ match: { api: "Produce" }, action: { kind: "repeat" }, times: 1 });

    const answer = await simulated.run(produceTo(client, 0, batchOf("a")));

    await simulated.run(client.call(metadata, { topics: [] }));
    const highWatermark = simulated.playground.topics()[0]?.partitions[0]?.highWatermark;
    expect([answer.baseOffset, highWatermark]).toEqual([1n, 2n]);
    expect(simulated.playground.faults()[0]).toMatchObject({ title: "carry out twice Produce", hits: 1 });
  });

  test("that takes effect twice leaves no commit in flight", async () => {
    simulated.playground.addFault({ match: { api: "OffsetCommit" }, action: { kind: "repeat" } });

    await simulated.run(commitAs(client, 7n));

    const states = simulated.of("commit.state");
    const open = states.filter(({ state }) => state === "inFlight").map(({ commitId }) => commitId);
    const settled = states.filter(({ state }) => state === "settled").map(({ commitId }) => commitId);
    expect(settled).toEqual(expect.arrayContaining(open));
    expect(new Set(settled).size).toBe(2);
  });
});

describe("an answer", () => {
  const listed = async () => {
    const partitions = [0, 1].map((partitionIndex) => ({ partitionIndex, timestamp: -1n }));
    const answer = await simulated.run(
      client.call(listOffsets, { replicaId: -1, topics: [{ name: "orders", partitions }] }),
    );
    return answer.topics.flatMap((topic) => topic.partitions);
  };

  test("has an error for one partition only", async () => {
    simulated.playground.addFault({
      match: { api: "ListOffsets", topic: "orders", partition: 1 },
      action: { kind: "partitionError", code: "NOT_LEADER_OR_FOLLOWER" },
    });

    const partitions = await listed();

    expect(partitions).toMatchObject([
      { errorCode: 0, offset: 0n },
      { partitionIndex: 1, errorCode: 6, offset: -1n },
    ]);
  });

  test.each([
    [0, [1]],
    [undefined, []],
  ])("leaves out partition %o", async (partition, left) => {
    simulated.playground.addFault({
      match: { api: "ListOffsets", topic: "orders", partition },
      action: { kind: "omit" },
    });

    const partitions = await listed();

    expect(partitions.map(({ partitionIndex }) => partitionIndex)).toEqual(left);
  });

  test("leaves out a partition of a topic that it names by id", async () => {
    const { topicId } = simulated.playground.topics()[0] ?? { topicId: "" };
    simulated.playground.addFault({
      match: { api: "Fetch", topic: "orders", partition: 0 },
      action: { kind: "omit" },
    });
    const partitions = [0, 1].map((partition) => ({
      partition,
      fetchOffset: 0n,
      partitionMaxBytes: 1_000,
    }));

    const answer = await simulated.run(
      client.call(fetch, { maxWaitMs: 10, minBytes: 1, topics: [{ topicId, partitions }] }),
    );

    expect(answer.responses.flatMap((topic) => topic.partitions)).toMatchObject([{ partitionIndex: 1 }]);
  });

  test("has a field that is not true", async () => {
    simulated.playground.addFault({
      match: { api: "ListOffsets" },
      action: { kind: "edit", path: "topics[0].partitions[*].offset", value: "4611686018427387904" },
    });

    const partitions = await listed();

    expect(partitions.map(({ offset }) => offset)).toEqual([4611686018427387904n, 4611686018427387904n]);
  });

  test("goes as it was when a field has no room for the value", async () => {
    simulated.playground.addFault({
      match: { api: "Metadata" },
      action: { kind: "edit", path: "controllerId", value: 1e12 },
    });

    const answer = await simulated.run(client.call(metadata, { topics: [] }));

    expect(answer.controllerId).toBe(1);
  });

  test.each<[string, FaultAction]>([
    ["a field", { kind: "edit", path: "topics[7].partitions[*].offset", value: "1" }],
    ["a value that has no room", { kind: "edit", path: "throttleTimeMs", value: 1e12 }],
  ])("in which there is nothing to change (%s) is no hit", async (_what, action) => {
    simulated.playground.addFault({ match: { api: "ListOffsets" }, action, times: 1 });

    await listed();
    await listed();

    expect(simulated.playground.faults()).toMatchObject([{ hits: 0, misses: 2, enabled: true }]);
    expect(simulated.of("broker.fault").at(-1)).toMatchObject({ hits: 0, misses: 2 });
  });

  test("comes twice", async () => {
    simulated.playground.addFault({ match: { api: "Metadata" }, action: { kind: "duplicate" }, times: 1 });
    const options = { version: 12, correlationId: 77, clientId: "raw" };
    client.write(encodeRequest(metadata, options, { topics: [] }));

    const frames = [await simulated.run(client.nextFrame()), await simulated.run(client.nextFrame())];

    expect(frames[0]).toEqual(frames[1]);
  });

  test("tells to wait, and its connection is not served meanwhile (KIP-219)", async () => {
    simulated.playground.addFault({
      match: { api: "Metadata" },
      action: { kind: "throttle", throttleMs: 3_000 },
      times: 1,
    });
    const startedAt = simulated.clock.now();

    const throttled = await simulated.run(client.call(metadata, { topics: [] }));

    const answeredAfter = simulated.clock.now() - startedAt;
    await simulated.run(client.call(metadata, { topics: [] }));
    expect(throttled.throttleTimeMs).toBe(3_000);
    expect(answeredAfter).toBeLessThan(100);
    expect(simulated.clock.now() - startedAt).toBeGreaterThanOrEqual(3_000);
  });

  test("ends in its middle with the connection", async () => {
    simulated.playground.addFault({
      match: { api: "Metadata" },
      action: { kind: "cutConnection", midFrame: true },
    });

    const answer = client.call(metadata, { topics: [] });

    await expect(simulated.run(answer)).rejects.toThrow("closed");
    expect(simulated.ended).toMatchObject([{ reason: "a fault cut the connection" }]);
  });

  test("is changed by all rules that match, in order of their making", async () => {
    for (const [path, value] of [
      ["controllerId", 5],
      ["clusterId", "x"],
    ] as const) {
      simulated.playground.addFault({ match: { api: "Metadata" }, action: { kind: "edit", path, value } });
    }

    const answer = await simulated.run(client.call(metadata, { topics: [] }));

    expect(answer).toMatchObject({ controllerId: 5, clusterId: "x" });
  });
});

describe("an answer with long batches, which is written from the log", () => {
  const values = ["x".repeat(9_000), "y".repeat(5_000), "z".repeat(70_000)];

  async function fetchedValues(): Promise<readonly string[]> {
    const { partitions } = await simulated.run(fetchFrom(client, { 0: 0n }));
    const frames = Array.from(readBatches(partitions[0]?.records ?? new Uint8Array(0)));
    return frames.flatMap((frame) => {
      const decoded = frame.type === "batch" ? decodeBatch(frame) : undefined;
      const records = decoded?.ok === true ? Array.from(decoded.value.records) : [];
      return records.map(({ value }) => new TextDecoder().decode(value ?? undefined));
    });
  }

  beforeEach(async () => {
    for (const value of values) await simulated.run(produceTo(client, 0, batchOf(value)));
  });

  test("has a field changed, and its batches unharmed", async () => {
    const action = { kind: "edit", path: "throttleTimeMs", value: 7 } as const;
    simulated.playground.addFault({ match: { api: "Fetch" }, action, times: 1 });

    const answer = await simulated.run(fetchFrom(client, { 0: 0n }));

    expect(answer.throttleTimeMs).toBe(7);
    expect(answer.partitions[0]?.records?.length).toBeGreaterThan(84_000);
    expect(await fetchedValues()).toEqual(values);
  });

  test("ends in the middle of a batch with the connection, and the log is unharmed", async () => {
    const action = { kind: "cutConnection", midFrame: true } as const;
    simulated.playground.addFault({ match: { api: "Fetch" }, action, times: 1 });

    const answer = fetchFrom(client, { 0: 0n });

    await expect(simulated.run(answer)).rejects.toThrow("closed");
    client = await simulated.connect();
    expect(await fetchedValues()).toEqual(values);
  });

  test("comes twice, the same", async () => {
    simulated.playground.addFault({ match: { api: "Fetch" }, action: { kind: "duplicate" }, times: 1 });

    await simulated.run(fetchFrom(client, { 0: 0n }));
    const again = await simulated.run(client.nextFrame());

    expect(again.length).toBeGreaterThan(84_000);
    expect(again.length).toBeLessThan(85_000);
  });
});

describe("a damaged batch", () => {
  test.each([
    ["crc", "crc"],
    ["codec", "decompression"],
    ["codecUnknown", "codecUnknown"],
    ["recordLayout", "recordLayout"],
    ["recordCount", "recordCount"],
    ["magic", "magic"],
    ["length", "length"],
    ["bomb", "bomb"],
    ["truncatedTail", "truncated"],
  ] as const)("(%s) is found out: %s", async (how, cause) => {
    simulated.playground.corruptNextBatch({ topic: "orders", partition: 0 }, how);
    await simulated.run(produceTo(client, 0, batchOf("one", "two")));

    const { partitions } = await simulated.run(fetchFrom(client, { 0: 0n }));

    const [frame] = Array.from(readBatches(partitions[0]?.records ?? new Uint8Array(0)));
    expect(causeOf(frame)).toBe(cause);
  });

  test("(lastOffsetDelta) ends before it begins", async () => {
    simulated.playground.corruptNextBatch({ topic: "orders", partition: 0 }, "lastOffsetDelta");
    await simulated.run(produceTo(client, 0, batchOf("one", "two")));

    const { partitions } = await simulated.run(fetchFrom(client, { 0: 0n }));

    const [frame] = Array.from(readBatches(partitions[0]?.records ?? new Uint8Array(0)));
    expect(frame?.type === "batch" && frame.header.lastOffsetDelta).toBe(-1);
    expect(causeOf(frame)).not.toBe("good");
  });
});

function causeOf(frame: ReturnType<typeof readBatches> extends Generator<infer T> ? T | undefined : never) {
  if (frame === undefined) return "nothing";
  if (frame.type === "truncated") return "truncated";
  if (frame.type === "damaged") return frame.damage.cause;
  const decoded = decodeBatch(frame);
  return decoded.ok ? "good" : decoded.error.cause;
}
