import { beforeEach, describe, expect, test } from "vitest";
import { listOffsets } from "#protocol/apis/listOffsets.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { batchOf, fetchFrom, produceTo } from "../produceAndFetch.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

const orders0 = { topic: "orders", partition: 0 };
const racks = ["a", "b", "c"];

let simulated: SimulatedPlayground;
let clients: readonly RawClient[];
let leaderId: number;
let followerId: number;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start({ nodes: 3, racks });
  simulated.playground.createTopic("orders", { replicationFactor: 2 });
  clients = [await simulated.connect(1), await simulated.connect(2), await simulated.connect(3)];
  const answer = await simulated.run(at(1).call(metadata, { topics: [{ name: "orders" }] }));
  const partition = answer.topics[0]?.partitions[0];
  leaderId = partition?.leaderId ?? 0;
  followerId = partition?.replicaNodes.find((nodeId) => nodeId !== leaderId) ?? 0;
  await simulated.run(produceTo(at(leaderId), 0, batchOf("one", "two")));
  await simulated.run(produceTo(at(leaderId), 0, batchOf("three")));
});

function at(nodeId: number): RawClient {
  const client = clients[nodeId - 1];
  if (!client) throw new Error(`no connection to node ${nodeId}`);
  return client;
}

const rackOf = (nodeId: number) => racks[nodeId - 1] ?? "";

async function fetchAt(nodeId: number, offset: bigint, options: { rackId?: string; version?: number } = {}) {
  const { rackId = "" } = options;
  const { partitions } = await simulated.run(fetchFrom(at(nodeId), { 0: offset }, { rackId, maxWaitMs: 10 }));
  const [answer] = partitions;
  if (!answer) throw new Error("Fetch says nothing");
  return { ...answer, error: errorName(answer.errorCode), bytes: answer.records?.length ?? 0 };
}

async function inSync(): Promise<readonly number[]> {
  const answer = await simulated.run(at(leaderId).call(metadata, { topics: [{ name: "orders" }] }));
  return answer.topics[0]?.partitions[0]?.isrNodes ?? [];
}

test("nodes say where they stand", async () => {
  const answer = await simulated.run(at(1).call(metadata, { topics: [] }));

  expect(answer.brokers.map(({ rack }) => rack)).toEqual(racks);
});

describe("a leader", () => {
  test("sends a consumer to the follower in its rack, without records and at once", async () => {
    const answer = await fetchAt(leaderId, 0n, { rackId: rackOf(followerId) });

    expect(answer).toMatchObject({
      error: "NONE",
      preferredReadReplica: followerId,
      bytes: 0,
      highWatermark: 3n,
    });
  });

  test("serves who stands in its own rack, in another one without replica, or nowhere", async () => {
    const elsewhere = racks.find((rack) => rack !== rackOf(leaderId) && rack !== rackOf(followerId));

    const answers = [
      await fetchAt(leaderId, 0n, { rackId: rackOf(leaderId) }),
      await fetchAt(leaderId, 0n, { rackId: elsewhere ?? "" }),
      await fetchAt(leaderId, 0n),
    ];

    for (const answer of answers) {
      expect(answer.preferredReadReplica).toBe(-1);
      expect(answer.bytes).toBeGreaterThan(0);
    }
  });

  test("sends nobody to a follower that is out of sync, down, or without the offset", async () => {
    const rackId = rackOf(followerId);
    const preferred = async (offset: bigint) =>
      (await fetchAt(leaderId, offset, { rackId })).preferredReadReplica;
    const seen = [];

    simulated.playground.setReplicaLag(orders0, followerId, { logEndOffset: 2n });
    seen.push(await preferred(0n));
    simulated.playground.setReplicaLag(orders0, followerId, { logStartOffset: 2n });
    seen.push(await preferred(0n), await preferred(2n));
    simulated.playground.setReplicaLag(orders0, followerId, undefined);
    simulated.playground.stopNode(followerId);
    seen.push(await preferred(0n));

    expect(seen).toEqual([-1, -1, followerId, -1]);
  });
});

describe("a follower", () => {
  test("serves consumers whether they say where they stand or not", async () => {
    const answer = await fetchAt(followerId, 0n);

    expect(answer.error).toBe("NONE");
    expect(answer.bytes).toBeGreaterThan(0);
  });

  test("has nothing beyond its high watermark, and is out of range behind its end", async () => {
    simulated.playground.setReplicaLag(orders0, followerId, { logEndOffset: 2n, highWatermark: 2n });

    const answers = [
      await fetchAt(followerId, 0n),
      await fetchAt(followerId, 2n),
      await fetchAt(followerId, 3n),
    ];

    expect(answers[0]).toMatchObject({ error: "NONE", highWatermark: 2n });
    expect(answers[1]).toMatchObject({ error: "NONE", bytes: 0 });
    expect(answers[2]).toMatchObject({ error: "OFFSET_OUT_OF_RANGE" });
    expect(await inSync()).toEqual([leaderId]);
  });

  test("gives the end it has, and no more, while its high watermark is inside the log", async () => {
    simulated.playground.setReplicaLag(orders0, followerId, { highWatermark: 2n });

    const answers = [
      await fetchAt(followerId, 0n),
      await fetchAt(followerId, 2n),
      await fetchAt(followerId, 3n),
    ];

    expect(answers.map(({ error }) => error)).toEqual(["NONE", "NONE", "NONE"]);
    expect(answers.map(({ bytes }) => bytes > 0)).toEqual([true, false, false]);
    expect(await inSync()).toContain(followerId);
  });

  test("that lost its oldest records is out of range there", async () => {
    simulated.playground.setReplicaLag(orders0, followerId, { logStartOffset: 2n });

    const answers = [await fetchAt(followerId, 1n), await fetchAt(followerId, 2n)];

    expect(answers.map(({ error }) => error)).toEqual(["OFFSET_OUT_OF_RANGE", "NONE"]);
  });

  test("takes no batches, and does not say where the log ends", async () => {
    const produced = await simulated.run(produceTo(at(followerId), 0, batchOf("x")));
    const listed = await simulated.run(
      at(followerId).call(listOffsets, {
        replicaId: -1,
        topics: [{ name: "orders", partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
      }),
    );

    expect(errorName(produced.errorCode)).toBe("NOT_LEADER_OR_FOLLOWER");
    expect(errorName(listed.topics[0]?.partitions[0]?.errorCode ?? -1)).toBe("NOT_LEADER_OR_FOLLOWER");
  });

  test("catches up when it is let", async () => {
    simulated.playground.setReplicaLag(orders0, followerId, { logEndOffset: 0n });

    simulated.playground.setReplicaLag(orders0, followerId, undefined);

    expect(await inSync()).toContain(followerId);
    expect((await fetchAt(followerId, 2n)).bytes).toBeGreaterThan(0);
  });
});

describe("a new leader whose high watermark lags", () => {
  test.each([
    [4, "LEADER_NOT_AVAILABLE"],
    [5, "OFFSET_NOT_AVAILABLE"],
  ])("answers ListOffsets v%i %s until it has caught up (KIP-207)", async (version, error) => {
    simulated.playground.setReplicaLag(orders0, followerId, { highWatermark: 2n });
    simulated.playground.moveLeader(orders0, followerId);
    const latest = async () => {
      const answer = await simulated.run(
        at(followerId).call(
          listOffsets,
          {
            replicaId: -1,
            topics: [{ name: "orders", partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
          },
          { version },
        ),
      );
      return errorName(answer.topics[0]?.partitions[0]?.errorCode ?? -1);
    };
    const before = await latest();

    simulated.playground.setReplicaLag(orders0, followerId, undefined);

    expect([before, await latest()]).toEqual([error, "NONE"]);
  });
});

test("a lag that a replica cannot have is refused", () => {
  const nodeId = [1, 2, 3].find((id) => id !== leaderId && id !== followerId) ?? 0;
  const { playground } = simulated;

  expect(() => playground.setReplicaLag(orders0, nodeId, { highWatermark: 0n })).toThrow("has no replica");
  expect(() => playground.setReplicaLag(orders0, leaderId, { logEndOffset: 0n })).toThrow(
    "only its high watermark",
  );
});
