import { beforeEach, describe, expect, test, vi } from "vitest";
import { sleep } from "#base/clock.ts";
import { describeCluster } from "#protocol/apis/describeCluster.ts";
import { describeTopicPartitions } from "#protocol/apis/describeTopicPartitions.ts";
import { findCoordinator } from "#protocol/apis/findCoordinator.ts";
import { heartbeat } from "#protocol/apis/heartbeat.ts";
import { metadata } from "#protocol/apis/metadata.ts";
import { errorName } from "#protocol/errorCodes.ts";
import { joinAs } from "../groupDialogue.ts";
import { fetchFrom } from "../produceAndFetch.ts";
import type { RawClient } from "../rawClient.ts";
import { SimulatedPlayground } from "../simulatedPlayground.ts";

let simulated: SimulatedPlayground;

beforeEach(async () => {
  simulated = await SimulatedPlayground.start({ nodes: 3 });
  simulated.playground.createTopic("orders", { partitions: 3, replicationFactor: 2 });
});

const topicsOf = async (client: RawClient) =>
  (await simulated.run(client.call(metadata, { topics: [{ name: "orders" }] }))).topics[0]?.partitions ?? [];

const coordinatorOf = async (client: RawClient, key: string, keyType = 0) => {
  const answer = await simulated.run(client.call(findCoordinator, { keyType, coordinatorKeys: [key] }));
  return answer.coordinators[0];
};

describe("a node that stops", () => {
  test("closes its connections and its port", async () => {
    const client = await simulated.connect(2);

    simulated.playground.stopNode(2);

    await simulated.run(client.closed);
    expect(simulated.ended).toMatchObject([{ nodeId: 2, reason: "node 2 stopped" }]);
    await expect(simulated.connect(2)).rejects.toThrow("refused");
    expect(simulated.playground.isNodeUp(2)).toBe(false);
    expect(simulated.of("broker.trouble")).toMatchObject([
      { kind: "stopNode", title: "node 2 (port 9093) is down", nodeId: 2, nodesDown: [2] },
    ]);
  });

  test("leads nothing any more, and is an offline replica", async () => {
    const client = await simulated.connect(1);
    const before = await topicsOf(client);

    simulated.playground.stopNode(2);

    const after = await topicsOf(client);
    for (const [index, partition] of after.entries()) {
      const was = before[index];
      const led = was?.leaderId === 2;
      expect(partition.errorCode).toBe(0);
      expect(partition.leaderId).not.toBe(2);
      expect(partition.leaderEpoch).toBe(led ? 1 : 0);
      expect(partition.isrNodes).not.toContain(2);
      expect(partition.offlineReplicas).toEqual(partition.replicaNodes.includes(2) ? [2] : []);
    }
    expect(before.some(({ leaderId }) => leaderId === 2)).toBe(true);
  });

  test("is no broker of the cluster while it is down", async () => {
    const client = await simulated.connect(1);

    simulated.playground.stopNode(2);

    const listed = await simulated.run(client.call(metadata, { topics: [] }));
    const describe = (includeFencedBrokers: boolean) =>
      simulated.run(
        client.call(describeCluster, { includeClusterAuthorizedOperations: false, includeFencedBrokers }),
      );
    const described = await describe(false);
    const withFenced = await describe(true);
    expect(listed.brokers.map(({ nodeId }) => nodeId)).toEqual([1, 3]);
    expect(described.brokers.map(({ brokerId }) => brokerId)).toEqual([1, 3]);
    expect(withFenced.brokers.map(({ isFenced }) => isFenced)).toEqual([false, true, false]);
  });

  test("takes its fetch sessions with it", async () => {
    const partitions = await topicsOf(await simulated.connect(1));
    const mine = partitions.find(({ leaderId }) => leaderId === 2)?.partitionIndex ?? -1;
    const client = await simulated.connect(2);
    const opened = await simulated.run(fetchFrom(client, { [mine]: 0n }, { sessionEpoch: 0, maxWaitMs: 10 }));

    simulated.playground.stopNode(2);
    await simulated.run(simulated.playground.startNode(2));

    const again = await simulated.connect(2);
    const { sessionId } = opened;
    const answer = await simulated.run(fetchFrom(again, {}, { sessionId, sessionEpoch: 1, maxWaitMs: 10 }));
    expect(sessionId).not.toBe(0);
    expect(errorName(answer.errorCode)).toBe("FETCH_SESSION_ID_NOT_FOUND");
  });

  test("comes back once when it is started twice, and not at all when it was stopped in between", async () => {
    const { playground } = simulated;
    playground.stopNode(2);

    await simulated.run(Promise.all([playground.startNode(2), playground.startNode(2)]));
    playground.stopNode(2);
    const late = playground.startNode(2);
    playground.stopNode(2);
    await simulated.run(late);

    await expect(simulated.connect(2)).rejects.toThrow(/refused/);
  });

  test("leaves partitions without another replica leaderless until it is back", async () => {
    simulated.playground.createTopic("single", { partitions: 3 });
    const client = await simulated.connect(1);
    const partitionOf2 = async () => {
      const answer = await simulated.run(client.call(metadata, { topics: [{ name: "single" }] }));
      return answer.topics[0]?.partitions.find(({ replicaNodes }) => replicaNodes.includes(2));
    };

    simulated.playground.stopNode(2);

    expect(await partitionOf2()).toMatchObject({ errorCode: 5, leaderId: -1, leaderEpoch: 1, isrNodes: [2] });
    const topics = [{ name: "single" }];
    const described = await simulated.run(client.call(describeTopicPartitions, { topics }));
    const [leaderless] = described.topics[0]?.partitions.filter(({ leaderId }) => leaderId < 0) ?? [];
    expect(leaderless).toMatchObject({ errorCode: 5, offlineReplicas: [2] });
    await simulated.run(simulated.playground.startNode(2));
    expect(await partitionOf2()).toMatchObject({ errorCode: 0, leaderId: 2, leaderEpoch: 2, isrNodes: [2] });
  });

  test("refuses the playground's own producers nothing but what has no leader", async () => {
    simulated.playground.createTopic("single", { partitions: 3 });
    for (const nodeId of [1, 2, 3]) simulated.playground.stopNode(nodeId);

    const produced = simulated.playground.produce({
      topic: "single",
      partition: 0,
      records: [{ key: null, value: null }],
    });

    await expect(simulated.run(produced)).rejects.toMatchObject({ code: "LEADER_NOT_AVAILABLE" });
  });
});

describe("a node that returns", () => {
  test("serves on the same port, and follows where others lead", async () => {
    simulated.playground.stopNode(2);
    const whileDown = await topicsOf(await simulated.connect(1));

    await simulated.run(simulated.playground.startNode(2));

    const partitions = await topicsOf(await simulated.connect(2));
    expect(partitions.map(({ leaderId }) => leaderId)).toEqual(whileDown.map(({ leaderId }) => leaderId));
    for (const { replicaNodes, isrNodes, offlineReplicas } of partitions) {
      expect(isrNodes).toEqual(replicaNodes);
      expect(offlineReplicas).toEqual([]);
    }
    expect(simulated.of("broker.trouble").at(-1)).toMatchObject({ kind: "startNode", nodesDown: [] });
  });

  test("waits for its port while somebody else holds it", async () => {
    simulated.playground.stopNode(2);
    const squatter = await simulated.network.listen({ host: "127.0.0.1", port: 9093 }, (s) => s.dispose());
    const started = simulated.playground.startNode(2);
    await simulated.clock.advance(120);

    squatter.dispose();

    await simulated.run(started, 1_000);
    expect(simulated.playground.isNodeUp(2)).toBe(true);
  });

  test("does not return to a playground that stopped meanwhile", async () => {
    simulated.playground.stopNode(2);
    const started = simulated.playground.startNode(2);

    await simulated.run(simulated.playground.stop());
    await simulated.run(started);

    await expect(simulated.connect(2)).rejects.toThrow("refused");
  });
});

describe("coordinators", () => {
  test.each([0, 1])(
    "of key type %i move when their node stops, and stay when it returns",
    async (keyType) => {
      const client = await simulated.connect(1);
      const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
      const before = await Promise.all(keys.map((key) => coordinatorOf(client, key, keyType)));

      simulated.playground.stopNode(2);

      const after = await Promise.all(keys.map((key) => coordinatorOf(client, key, keyType)));
      for (const [index, found] of after.entries()) {
        const was = before[index]?.nodeId;
        expect(found).toMatchObject({ errorCode: 0, nodeId: was === 2 ? 3 : was });
      }
      expect(before.some((found) => found?.nodeId === 2)).toBe(true);
      await simulated.run(simulated.playground.startNode(2));
      expect(await Promise.all(keys.map((key) => coordinatorOf(client, key, keyType)))).toEqual(after);
    },
  );

  test.each([0, 1, 2, 3, 4, 5, 6])("are found with FindCoordinator v%i", async (version) => {
    const client = await simulated.connect(1);
    const expected = await coordinatorOf(client, "billing");

    const answer = await simulated.run(
      client.call(findCoordinator, { key: "billing", coordinatorKeys: ["billing", "other"] }, { version }),
    );

    const found = version >= 4 ? answer.coordinators[0] : answer;
    const { nodeId, host, port } = expected ?? {};
    expect(found).toMatchObject({ errorCode: 0, nodeId, host, port });
    expect(answer.coordinators.length).toBe(version >= 4 ? 2 : 0);
  });

  test("that moved say so at the old node", async () => {
    const client = await simulated.connect(1);
    const found = await coordinatorOf(client, "billing");
    const old = await simulated.connect(found?.nodeId);
    const joined = await simulated.run(joinAs(old));

    simulated.playground.moveCoordinator("billing");

    const { memberId, generationId } = joined;
    const answer = await simulated.run(old.call(heartbeat, { groupId: "billing", memberId, generationId }));
    expect(errorName(answer.errorCode)).toBe("NOT_COORDINATOR");
    expect((await coordinatorOf(client, "billing"))?.nodeId).not.toBe(found?.nodeId);
  });
});

describe("a node that joins", () => {
  const joined = () => simulated.run(simulated.playground.addNode());

  test("is in everybody's metadata, and serves clients on the port behind the others", async () => {
    const node = await joined();

    const client = await simulated.connect(4);
    const { brokers } = await simulated.run(client.call(metadata, { topics: [] }));
    expect(node).toEqual({ nodeId: 4, host: "127.0.0.1", port: 9095 });
    expect(brokers.map(({ nodeId }) => nodeId)).toEqual([1, 2, 3, 4]);
  });

  test("stands in the rack whose turn it is", async () => {
    simulated = await SimulatedPlayground.start({ nodes: 3, racks: ["a", "b"] });
    const node = await joined();

    const client = await simulated.connect(4);
    const { brokers } = await simulated.run(client.call(metadata, { topics: [] }));
    expect(node.rack).toBe("b");
    expect(brokers.map(({ rack }) => rack)).toEqual(["a", "b", "a", "b"]);
  });

  test("leads nothing of what was there, and gets replicas of what comes", async () => {
    const client = await simulated.connect(1);
    const before = await topicsOf(client);

    await joined();

    simulated.playground.createTopic("wide", { partitions: 1, replicationFactor: 4 });
    const { topics } = await simulated.run(client.call(metadata, { topics: [{ name: "wide" }] }));
    expect(await topicsOf(client)).toEqual(before);
    expect(topics[0]?.partitions[0]?.replicaNodes.toSorted()).toEqual([1, 2, 3, 4]);
  });

  test("can be given a group, a partition, and be stopped", async () => {
    await joined();

    simulated.playground.moveCoordinator("billing", { nodeId: 4 });
    simulated.playground.moveLeader({ topic: "orders", partition: 0 }, 4);

    const client = await simulated.connect(4);
    expect((await coordinatorOf(client, "billing"))?.nodeId).toBe(4);
    simulated.playground.stopNode(4);
    expect((await coordinatorOf(await simulated.connect(1), "billing"))?.nodeId).not.toBe(4);
  });

  test("has a number of its own when two join at once", async () => {
    const { playground } = simulated;

    const nodes = await simulated.run(Promise.all([playground.addNode(), playground.addNode()]));

    expect(nodes.map(({ nodeId }) => nodeId).toSorted()).toEqual([4, 5]);
    expect(nodes.map(({ port }) => port).toSorted()).toEqual([9095, 9096]);
  });

  test.each([0, 1])("coordinates what is of key type %i when no other node is up", async (keyType) => {
    for (const nodeId of [1, 2, 3]) simulated.playground.stopNode(nodeId);

    await joined();

    const client = await simulated.connect(4);
    const keys = ["billing", "shipping", "audit", "search"];
    const found = await Promise.all(keys.map((key) => coordinatorOf(client, key, keyType)));
    expect(found.map((each) => each?.nodeId)).toEqual([4, 4, 4, 4]);
  });

  test("does not join a playground that stopped while its port opened, and leaves the port alone", async () => {
    const { network, clock, playground } = simulated;
    const listen = network.listen.bind(network);
    vi.spyOn(network, "listen").mockImplementation(async (at, onStream) => {
      await sleep(clock, 10);
      return listen(at, onStream);
    });
    const joined = playground.addNode();

    await playground.stop();

    await expect(simulated.run(joined)).rejects.toMatchObject({ code: "NOT_RUNNING" });
    expect(simulated.observed.at(-1)).toMatchObject({ type: "broker.stopped" });
    await expect(simulated.connect(4)).rejects.toThrow("refused");
  });

  test("takes the next port when somebody has that one", async () => {
    await simulated.run(
      simulated.network.listen({ host: "127.0.0.1", port: 9095 }, (stream) => stream.dispose()),
    );

    expect(await joined()).toMatchObject({ nodeId: 4, port: 9096 });
  });

  test("is told with all nodes there are", async () => {
    await simulated.playground.trouble("addNode");

    const [told] = simulated.of("broker.trouble");
    expect(told).toMatchObject({ kind: "addNode", title: "node 4 (port 9095) joined", nodesDown: [] });
    expect(told?.nodes?.map(({ nodeId }) => nodeId)).toEqual([1, 2, 3, 4]);
  });
});
